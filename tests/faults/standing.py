"""A server profile for the faults: PostgreSQL, Redis and processes of Parvis, to be killed, stopped and restarted."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "deploy"))

from services import Services, free_port  # noqa: E402

PREPARE = """
import json, os, sys, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()
"""


def wait_for(what: Callable[[], Any], *, seconds: float, step: float = 0.1) -> Any:
    """The first true answer of ``what`` within ``seconds``; AssertionError when there is none."""
    until = time.monotonic() + seconds
    while True:
        if found := what():
            return found
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(step)


class Standing:
    """The services and whatever was started beside them; everything ends with the ``with`` block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.services = Services()
        self.started: list[subprocess.Popen[bytes]] = []
        self._redis_port = free_port()
        self._redis: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Standing:
        self.services.start_redis = self.start_redis  # type: ignore[method-assign]
        self.services.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.started):
            self.kill(process)
        if self._redis is not None:
            self.kill(self._redis)
        self.services.__exit__()

    # Redis ------------------------------------------------------------------------------------------------------------

    def start_redis(self) -> None:
        """An empty Redis on the port it always has."""
        command = [
            shutil.which("redis-server") or "redis-server", "--port", str(self._redis_port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--dir", str(self.folder),
        ]  # fmt: skip
        with (self.folder / "redis.log").open("ab") as log:
            self._redis = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.services.redis_url = f"redis://127.0.0.1:{self._redis_port}/0"
        wait_for(self._redis_answers, seconds=10)

    def _redis_answers(self) -> bool:
        try:
            return bool(self.redis().ping())
        except redis.ConnectionError:
            return False

    def redis(self) -> redis.Redis:
        """A client of the Redis that runs."""
        return redis.Redis.from_url(self.services.redis_url, socket_timeout=5)

    def kill_redis(self) -> None:
        """As when the machine it runs on loses its power."""
        assert self._redis is not None
        self.kill(self._redis)

    def signal_redis(self, how: signal.Signals) -> None:
        """Stop it (SIGSTOP) as a network that swallows everything would, or let it go on (SIGCONT)."""
        assert self._redis is not None
        self._redis.send_signal(how)

    def signal_postgresql(self, how: signal.Signals) -> None:
        """Stop all of PostgreSQL as a disk that hangs would, or let it go on."""
        server = self.services.processes[0].pid
        children = [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/stat")
            if path.exists() and path.read_text().rpartition(")")[2].split()[1] == str(server)
        ]
        for pid in (server, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    # Processes of Parvis ----------------------------------------------------------------------------------------------

    def env(self, **more: str) -> dict[str, str]:
        """What every process of this company finds in its environment."""
        return {
            **os.environ,
            "DATABASE_URL": self.services.database_url,
            "REDIS_URL": self.services.redis_url,
            "PARVIS_DATA": str(self.folder / "data"),
            "PARVIS_SECRET_DJANGO": "the same on all nodes of a test",
            "DJANGO_SETTINGS_MODULE": "intranet.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            **more,
        }

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a Python program to its end."""
        return subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.env(**more), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    def do(self, code: str, *words: str) -> Any:
        """Run ``code`` in a process of its own, with Django set up; the JSON it prints last."""
        done = self.run("-c", PREPARE + code, *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, name: str, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a Python program in a group of its own; what it says goes to ``name``.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self.env(**more), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def said(self, name: str) -> str:
        """Everything the program called ``name`` has said."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_until_said(self, name: str, words: str, *, seconds: float = 60) -> None:
        """Wait until ``name`` has said ``words``."""
        try:
            wait_for(lambda: words in self.said(name), seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{name} did not say {words!r}:\n{self.said(name)[-3000:]}") from error

    def worker(self, name: str = "worker", *, app: str = "intranet", **more: str) -> subprocess.Popen[bytes]:
        """A worker that is ready."""
        count = self.said(name).count("is ready")
        process = self.start(name, "-m", "celery", "-A", app, "worker", **more)
        wait_for(lambda: self.said(name).count("is ready") > count or process.poll() is not None, seconds=90)
        assert process.poll() is None, self.said(name)
        return process

    def clock(self, name: str = "clock") -> subprocess.Popen[bytes]:
        """The clock, ready."""
        process = self.start(name, "-m", "celery", "-A", "intranet", "beat")
        self.wait_until_said(name, "is ready")
        return process

    def node(self, port: int, name: str) -> subprocess.Popen[bytes]:
        """A web node that answers."""
        address = f"http://127.0.0.1:{port}"
        process = self.start(name, "manage.py", "serve", "--port", str(port), PARVIS_URL=address)
        self.wait_until_said(name, "Parvis is running", seconds=90)
        return process

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """kill -9 of the program and of its children, and wait for its end."""
        try:
            group = os.getpgid(process.pid)
            if group != os.getpgid(0):
                os.killpg(group, signal.SIGKILL)
            else:
                process.kill()
        except ProcessLookupError:
            pass
        process.wait(timeout=10)
