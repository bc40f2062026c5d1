"""Real server processes for the tests: each with a data folder and a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY = "Parvis is running"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The embedded profile in ``folder``, whatever profile the tests run on."""
    outside = ("DATABASE_URL", "REDIS_URL", "PORT", "PARVIS_URL", "PARVIS_HOSTS", "PARVIS_DEBUG")
    return (
        {name: value for name, value in os.environ.items() if name not in outside} | {"PARVIS_DATA": str(folder)} | more
    )


def manage(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command beside whatever serves ``folder``."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    """A port nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A server that answers."""

    process: subprocess.Popen[str]
    folder: Path
    port: int
    said: list[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, *, timeout: float = 20) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=timeout) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, how: signal.Signals = signal.SIGINT) -> float:
        """Seconds until the process was gone."""
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(timeout=20)
        return time.monotonic() - began


def start(folder: Path, *words: str, port: int | None = None, **more: str) -> Running:
    """A server on ``folder`` that has said it runs; AssertionError with its words when it doesn't."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), *words],
        cwd=ROOT,
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.rstrip())
        if line.startswith(READY):
            return Running(process, folder, port, said)
    raise AssertionError("\n".join(said))
