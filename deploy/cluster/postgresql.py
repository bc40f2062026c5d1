"""PostgreSQL twice (a primary, and a hot standby that follows it), and PgBouncer in front of the primary.

The standby is there for failover and for backups. Pages never read from it: it lags, so it would serve a member who was
just removed, and hide from people what they wrote a moment ago.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from pool import pool_configuration
from services import free_port, last_line, postgresql_folder, unprivileged_user
from stop import Stop

from cluster.keeper import Keeper, Part, program

LEAST = 15
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_connections": "60",
    # A standby that is away keeps the primary's log from being dropped, but not until the disk is full.
    "max_slot_wal_keep_size": "1GB",
    # SECURITY: a statement that failed would stand in the log with what people wrote in it, DETAIL with the row.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass
class PostgreSQL:
    """Primary, standby and PgBouncer in ``folder``; scram on loopback, so that other users of the machine stay out."""

    keeper: Keeper
    password: str
    port: int = field(default_factory=free_port)
    standby_port: int = field(default_factory=free_port)
    pool_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        programs = postgresql_folder()
        if programs is None:
            raise Stop("PostgreSQL is not installed.")
        said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        version = re.search(r"(\d+)", said)
        if version is None or int(version[1]) < LEAST:
            raise Stop(f"Parvis needs PostgreSQL {LEAST} or newer, and this machine has {said.strip()}.")
        self.programs, self.user = programs, unprivileged_user()
        self.folder = self.keeper.folder / "postgresql"
        self.folder.mkdir(mode=0o700)
        self.give(self.folder)
        self.secrets = self.keep_secret("pgpass", f"127.0.0.1:*:*:*:{self.password}\n")
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder),
            "PGPASSFILE": str(self.secrets),
        }

    def url(self, port: int) -> str:
        return f"postgres://parvis:{self.password}@127.0.0.1:{port}/parvis"

    def start(self) -> None:
        """The primary with its roles, the standby that copied it, and PgBouncer."""
        self.start_primary()
        self.call("pg_basebackup", "-h", "127.0.0.1", "-p", self.port, "-U", "standby", "-D", self.folder / "standby",
                  "-R", "-C", "-S", "standby", "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip
        self.keeper.start(self.server("standby", self.standby_port), self.pool())

    def start_primary(self) -> None:
        """An empty primary with its roles and its database."""
        self.call("initdb", "-D", self.folder / "primary", "-U", "keeper", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                  "--auth=scram-sha-256", "--pwfile", self.keep_secret("password", f"{self.password}\n"))  # fmt: skip
        self.keeper.start(self.server("primary", self.port))
        self.run_sql(
            f"CREATE ROLE parvis LOGIN PASSWORD '{self.password}';"
            f"CREATE ROLE standby LOGIN REPLICATION PASSWORD '{self.password}';"
            "CREATE DATABASE parvis OWNER parvis;"
            # On the role: behind PgBouncer a SET by one page would be another page's time zone.
            "ALTER ROLE parvis SET timezone TO 'UTC';"
            # Pages ask many short questions.
            "ALTER ROLE parvis SET random_page_cost TO 1.1;"
            "ALTER ROLE parvis SET jit TO off;"
            "ALTER ROLE parvis SET max_parallel_workers_per_gather TO 0;"
        )

    def server(self, name: str, port: int) -> Part:
        """One PostgreSQL."""
        options = {**OPTIONS, "port": str(port)}
        words = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        return Part(
            name=name,
            command=[self.programs / "postgres", "-D", self.folder / name, *words],
            env=self.env,
            user=self.user,
            is_ready=lambda: self.answers(port),
            ends_with=signal.SIGQUIT,  # at once: the folder goes too
            wave=1,
        )

    def pool(self) -> Part:
        """PgBouncer: a connection is lent for one transaction."""
        text = pool_configuration(
            users=self.keep_secret("users", f'"parvis" "{self.password}"\n'),
            database_port=self.port,
            port=self.pool_port,
            version=self.pool_version(),
        )
        return Part(
            name="pgbouncer",
            command=[program("pgbouncer"), self.keep_secret("pgbouncer.ini", text)],
            env=self.env,
            user=self.user,
            is_ready=lambda: self.answers(self.pool_port, as_parvis=True),
            wave=1,
        )

    def pool_version(self) -> tuple[int, int]:
        """As (1, 18)."""
        said = subprocess.run([program("pgbouncer"), "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"(\d+)\.(\d+)", said)
        return (int(found[1]), int(found[2])) if found else (0, 0)

    def answers(self, port: int, *, as_parvis: bool = False) -> bool:
        """Whether a question is answered there."""
        who = ["-U", "parvis", "-d", "parvis"] if as_parvis else ["-U", "keeper", "-d", "postgres"]
        asked = [self.programs / "psql", "-h", "127.0.0.1", "-p", str(port), *who, "-Atqc", "SELECT 1"]
        done = subprocess.run(
            asked,
            env={**self.env, "PGCONNECT_TIMEOUT": "2", "PGPASSWORD": self.password},
            capture_output=True,
            check=False,
        )
        return done.stdout.strip() == b"1"

    def run_sql(self, sql: str, *, database: str = "postgres", port: int = 0) -> str:
        """Run statements as superuser on the primary (or at ``port``); what they gave, unaligned. Stop when one fails."""
        where = ["-h", "127.0.0.1", "-p", str(port or self.port), "-U", "keeper", "-d", database]
        asked = [self.programs / "psql", *where]
        done = subprocess.run(
            [*asked, "-Atq", "-v", "ON_ERROR_STOP=1"],
            env={**self.env, "PGPASSWORD": self.password},
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(
                f"PostgreSQL refused a statement: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
            )
        return done.stdout.strip()

    def call(self, name: str, *words: object) -> None:
        """Run one of PostgreSQL's programs to its end, as the user the servers run as."""
        log = self.keeper.logs.path(name)
        user = self.user
        with log.open("ab") as out:
            done = subprocess.run(
                [str(self.programs / name), *map(str, words)],
                cwd=self.keeper.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self.env,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                check=False,
            )
        if done.returncode:
            raise Stop(f"PostgreSQL couldn't be set up ({name}): {last_line(log)}")

    def keep_secret(self, name: str, text: str) -> Path:
        """A file that only the servers' user reads."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        if self.user:
            shutil.chown(path, self.user.pw_name, self.user.pw_gid)
