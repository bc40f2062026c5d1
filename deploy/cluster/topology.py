"""Which parts there are, and how they find each other: the same arrangement as in docs/cluster.md.

nginx → two web nodes → PgBouncer → PostgreSQL (with a standby); Redis; two workers; one clock.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from environment import PYTHON
from nginx_site import Site, whole_configuration
from services import free_port, last_line
from stop import ROOT, Stop

from cluster.keeper import Keeper, Part, program
from cluster.postgresql import PostgreSQL

NODES = WORKERS = 2
#: how long a change of the tables waits for a lock before it gives up and leaves the pages alone
LOCK_TIMEOUT = "5s"
Fill = Callable[[Mapping[str, str]], None]


class Cluster:
    """Everything runs while the `with` block runs, in a temporary folder on free loopback ports.

    ``fill`` is called once the tables are there, with the environment of a command, before anybody serves.
    ``more`` are further variables for Parvis' processes. Afterwards: ``address``, ``env`` (for commands beside the
    servers), ``keeper`` (to kill and look), ``postgresql``.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        fill: Fill | None = None,
        more: Mapping[str, str] | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="parvis-cluster-"))
        # Others may pass through to what is theirs (PostgreSQL runs as somebody else), and list nothing.
        self.folder.chmod(0o711)
        self.keeper = Keeper(self.folder, say=say)
        self.fill, self.more = fill, dict(more or {})
        self.has_failed = False
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.redis_port = free_port()
        self.node_ports = {f"web-{number}": free_port() for number in range(1, NODES + 1)}
        self.password = secrets.token_hex(16)
        self.data = self.folder / "data"
        self.env: dict[str, str] = {}

    def __enter__(self) -> Cluster:
        try:
            self.start()
        except BaseException:
            self.has_failed = True
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        """Data first, doors last."""
        self.postgresql = self.make_postgresql()
        self.postgresql.start()
        self.keeper.start(self.redis())
        self.env = self.environment()
        self.data.mkdir(mode=0o700)
        (self.data / "blobs").mkdir()
        self.migrate()
        if self.fill:
            self.fill(self.env)
        workers = [self.worker(f"worker-{number}") for number in range(1, WORKERS + 1)]
        nodes = [self.node(name, port) for name, port in self.node_ports.items()]
        self.keeper.start(*nodes, *workers, self.clock())
        self.keeper.start(self.nginx())

    def make_postgresql(self) -> PostgreSQL:
        """The databases with their pooler, not yet started."""
        return PostgreSQL(self.keeper, self.password)

    def end(self) -> None:
        """Everything ends; the logs are kept when something had failed."""
        self.keeper.end()
        if self.has_failed:
            kept = Path(tempfile.mkdtemp(prefix="parvis-cluster-logs-"))
            shutil.copytree(self.keeper.logs.folder, kept, dirs_exist_ok=True)
            self.keeper.say(f"The logs are kept in {kept}.")
        # A few hundred megabytes: whoever pressed Ctrl+C needn't wait for the disk.
        subprocess.Popen(["rm", "-rf", str(self.folder)], stdin=subprocess.DEVNULL, start_new_session=True)

    def environment(self) -> dict[str, str]:
        """What Parvis' processes find; nothing of the caller's own company leaks in."""
        outside = ("DATABASE_URL", "DATABASE_DIRECT_URL", "REDIS_URL", "PORT", "DEMO", "EMAIL_URL")
        base = {
            name: value
            for name, value in os.environ.items()
            if name not in outside and (not name.startswith("PARVIS_") or name == "PARVIS_LOG_LEVEL")
        }
        return {
            **base,
            "DATABASE_URL": self.postgresql.url(self.postgresql.pool_port),
            "DATABASE_DIRECT_URL": self.postgresql.url(self.postgresql.port),
            "REDIS_URL": f"redis://:{self.password}@127.0.0.1:{self.redis_port}/0",
            "PARVIS_DATA": str(self.data),
            "PARVIS_URL": self.address,
            "PARVIS_PROXIES": "127.0.0.1",
            "PARVIS_ACCEL": "on",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.more,
        }

    def migrate(self) -> None:
        """The tables, made past PgBouncer: a migration holds its connection and its locks."""
        self.manage("migrate", "--verbosity", "0", DATABASE_URL=self.env["DATABASE_DIRECT_URL"],
                    PGOPTIONS=f"-c lock_timeout={LOCK_TIMEOUT}")  # fmt: skip

    def manage(self, *words: str, **more: str) -> None:
        """Run one command beside the servers; Stop with its last line when it fails."""
        log = self.keeper.logs.path("commands")
        with log.open("ab") as out:
            done = subprocess.run(
                [str(PYTHON), str(ROOT / "manage.py"), *words],
                cwd=ROOT,
                env={**self.env, **more},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise Stop(f"`manage.py {words[0]}` failed: {last_line(log)}")

    def redis(self) -> Part:
        """Kept in memory only: Parvis loses nothing with it."""
        folder = self.folder / "redis"
        folder.mkdir(mode=0o700)
        configuration = folder / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind 127.0.0.1\nport {self.redis_port}\nrequirepass {self.password}\ndir {folder}\n"
            'save ""\nappendonly no\ndaemonize no\n'
        )
        return Part(
            name="redis",
            command=[program("redis-server"), configuration],
            env=plain_environment(),
            is_ready=self.redis_answers,
            wave=1,
        )

    def redis_answers(self) -> bool:
        asked = [program("redis-cli"), "-p", str(self.redis_port), "PING"]
        env = {**plain_environment(), "REDISCLI_AUTH": self.password}
        return b"PONG" in subprocess.run(asked, env=env, capture_output=True, check=False).stdout

    def node(self, name: str, port: int) -> Part:
        """One web node: pages, sockets."""
        return Part(
            name=name,
            command=[PYTHON, ROOT / "manage.py", "serve", "--port", port],
            env=self.env,
            is_ready=lambda: answers(f"http://127.0.0.1:{port}/health/ready"),
            is_ours=True,
        )

    def worker(self, name: str) -> Part:
        """One worker: what a fact brings about."""
        return Part(
            name=name,
            command=[*celery("worker"), "--hostname", f"{name}@%h"],
            env=self.env,
            is_ready=lambda: self.has_said(name, " is ready."),
            # At once: what it had begun is taken up again from the outbox.
            ends_with=signal.SIGQUIT,
            is_ours=True,
        )

    def clock(self) -> Part:
        """The one beat: says what is due."""
        return Part(
            name="beat",
            command=celery("beat"),
            env=self.env,
            is_ready=lambda: self.has_said("beat", "is ready"),
            is_ours=True,
        )

    def nginx(self) -> Part:
        """The door."""
        folder = self.folder / "nginx"
        folder.mkdir(mode=0o700)
        site = Site(
            names=["127.0.0.1", "localhost"],
            nodes=[f"127.0.0.1:{port}" for port in self.node_ports.values()],
            data=self.data,
            listen=f"127.0.0.1:{self.port}",
            error_log="stderr",
        )
        # WHY: started by root its workers would be nobody, who may not read our folder; nothing but loopback is served.
        user = "root" if os.geteuid() == 0 else ""
        configuration = folder / "nginx.conf"
        configuration.write_text(
            whole_configuration(site.rendered(), folder=folder, pid=folder / "nginx.pid", user=user)
        )
        return Part(
            name="nginx",
            command=[program("nginx"), "-c", configuration, "-p", folder, "-e", "stderr"],
            env=plain_environment(),
            is_ready=lambda: answers(f"{self.address}/account/login/"),
        )

    def has_said(self, name: str, words: str) -> bool:
        log = self.keeper.logs.path(name)
        return log.exists() and words in log.read_text(errors="replace")


def celery(what: str) -> list[object]:
    return [PYTHON, "-m", "celery", "-A", "intranet", what, "--loglevel", "INFO"]


def plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def answers(address: str) -> bool:
    """Whether a page comes."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
