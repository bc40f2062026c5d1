"""A real PostgreSQL, a real Redis and a real Chromium for the tests: found or installed, started on free ports
in a temporary folder, and gone afterwards. Standard library only.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from stop import Stop, apt_install

UNPRIVILEGED = ("postgres", "nobody")


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def postgresql_folder() -> Path | None:
    """Where initdb and postgres lie; Debian keeps them out of PATH."""
    places = sorted(
        glob.glob("/usr/lib/postgresql/*/bin"), key=lambda place: int(Path(place).parent.name), reverse=True
    )
    for place in [*places, *os.environ.get("PATH", "").split(os.pathsep)]:
        if Path(place, "initdb").exists() and Path(place, "postgres").exists():
            return Path(place)
    return None


def chromium_path() -> str | None:
    """A Chromium that is installed."""
    return (
        os.environ.get("PARVIS_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


def unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: the first of these that exists, or nobody special when we aren't root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Stop(
        "PostgreSQL can't run as root, and this machine has neither a user postgres nor nobody: run this as an ordinary user."
    )


def find_or_install(*, with_browser: bool, with_cluster: bool = False, with_tools: bool = True) -> None:
    """Make sure the services are on the machine; ``with_tools``: and what tests read files with, where we may install."""
    missing = []
    if with_cluster and not is_installed("nginx"):
        missing.append("nginx-light")
    if with_cluster and not is_installed("pgbouncer"):
        missing.append("pgbouncer")
    if postgresql_folder() is None:
        missing.append("postgresql")
    if shutil.which("redis-server") is None:
        missing.append("redis-server")
    if with_browser and chromium_path() is None:
        missing += ["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"]
    if with_tools and os.geteuid() == 0:  # without them a few tests are skipped, with the reason
        missing += [
            package
            for package, name in (("gettext", "xgettext"), ("shellcheck", "shellcheck"))
            if not is_installed(name)
        ]
        missing += [] if faketime() else ["libfaketime"]
    if missing:
        apt_install(missing, why="Services are needed that are not installed")


def faketime() -> str:
    """The library that moves the clock of a process in tests, '' where there is none."""
    return next(iter(sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))), "")


def is_installed(program: str) -> bool:
    """Whether a program is on the machine; Debian keeps some out of an ordinary user's PATH."""
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin"))


class Services:
    """PostgreSQL and Redis, running while the `with` block runs."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="parvis-tests-"))
        self.processes: list[subprocess.Popen[bytes]] = []
        self.database_url = self.redis_url = ""

    def __enter__(self) -> Services:
        try:
            self.folder.chmod(0o755)
            self.start_postgresql()
            self.start_redis()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGINT)  # PostgreSQL: fast shutdown
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_postgresql(self) -> None:
        """A cluster for this run only: no fsync, since nothing of it is kept."""
        programs = postgresql_folder()
        if programs is None:
            raise Stop("PostgreSQL is not installed: the tests need it beside SQLite.")
        data, log, port = self.folder / "pg", self.folder / "pg.log", free_port()
        data.mkdir()
        user = unprivileged_user()
        if user:
            shutil.chown(data, user.pw_name, user.pw_gid)
        made = self.start(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "parvis",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            log,
            user,
        )
        if made.wait():
            raise Stop(f"PostgreSQL couldn't make its data folder: {last_line(log)}")
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
            "log_min_error_statement": "panic",
            "shared_buffers": "128MB",
        }
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.keep(self.start([programs / "postgres", "-D", data, *arguments], log, user), port, log, "PostgreSQL")
        self.database_url = f"postgres://parvis@127.0.0.1:{port}/postgres"

    def start_redis(self) -> None:
        """A Redis that keeps nothing."""
        port, log = free_port(), self.folder / "redis.log"
        command = [
            shutil.which("redis-server") or "redis-server",
            "--port",
            port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.keep(self.start([*command, "--dir", self.folder], log, None), port, log, "Redis")
        self.redis_url = f"redis://127.0.0.1:{port}/0"

    def start(self, command: list[object], log: Path, user: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
        """A child that dies with its group, writes to its log and can't read our keyboard."""
        with log.open("ab") as out:
            return subprocess.Popen(
                [str(word) for word in command],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
            )

    def keep(self, process: subprocess.Popen[bytes], port: int, log: Path, name: str) -> None:
        """Wait until it accepts connections, and remember to stop it."""
        self.processes.append(process)
        until = time.monotonic() + 30
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as trial:
                trial.settimeout(1)
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise Stop(f"{name} didn't start: {last_line(log)}")


def last_line(log: Path) -> str:
    """The end of what a program said."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing"
