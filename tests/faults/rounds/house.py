"""The standing house of the rounds: the cluster of ``deploy/cluster`` without its standby, on small disks, with a
second node whose clock can be moved. Everything stays up over many rounds; what a fault broke is started again by it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2

from tests.faults.rounds.disks import SmallDisk
from tests.faults.standing import ROOT  # puts deploy/ on the path

from cluster.keeper import Part  # isort: skip
from cluster.postgresql import PostgreSQL  # isort: skip
from cluster.topology import Cluster, answers  # isort: skip
from services import faketime  # isort: skip

SECOND_NODE = "web-2"
#: MB
DATABASE_DISK, FILES_DISK, LOGS_DISK = 1024, 128, 64
#: little log kept ahead, so that a disk that is full is full for the log too
POSTGRESQL_MORE = {"max_wal_size": "96MB", "min_wal_size": "32MB", "max_connections": "80", "autovacuum_naptime": "30s"}


class OneDatabase(PostgreSQL):
    """A primary on a small disk, and PgBouncer; no standby."""

    def start(self) -> None:
        self.disk = SmallDisk(self.folder / "primary", DATABASE_DISK)
        self.disk.mount(owner=self.user)
        self.start_primary()
        self.keeper.start(self.pool())

    def server(self, name: str, port: int) -> Part:
        made = super().server(name, port)
        more = [word for key, value in POSTGRESQL_MORE.items() for word in ("-c", f"{key}={value}")]
        return replace(made, command=[*made.command, *more])


class House(Cluster):
    """What the rounds run in; ``made`` says who is who. ``say`` hears what the keeper has to tell."""

    postgresql: OneDatabase

    def __init__(self, *, writers: int, leavers: int, crowd: int, say: Callable[[str], None]) -> None:
        super().__init__(fill=self.make_cast, say=say)
        self.counts = (writers, leavers, crowd)
        self.made: dict[str, Any] = {}
        #: parts that the faults of this round broke
        self.broken: set[str] = set()
        self.small = {"logs": SmallDisk(self.keeper.logs.folder, LOGS_DISK)}
        # all.log was opened before: it lies under the small disk and is never full.
        self.small["logs"].mount()
        self.clock_file = self.folder / "clock-of-web-2"
        self.clock_file.write_text("+0\n")

    def make_postgresql(self) -> PostgreSQL:
        return OneDatabase(self.keeper, self.password)

    def migrate(self) -> None:
        self.small["files"] = SmallDisk(self.data / "blobs", FILES_DISK)
        self.small["files"].mount()
        self.small["database"] = self.postgresql.disk
        super().migrate()

    def make_cast(self, env: Mapping[str, str]) -> None:
        self.made = self.run_cast("make", *map(str, self.counts), env=env)

    def run_cast(self, *words: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Run ``cast.py`` past the pooler; what it printed."""
        env = {**(env or self.env)}
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.rounds.cast", *words],
            cwd=ROOT, env={**env, "DATABASE_URL": env["DATABASE_DIRECT_URL"]}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return dict(json.loads(done.stdout.splitlines()[-1]))

    # Clocks -----------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def clock_in_hand(self) -> Iterator[None]:
        """The second node runs with a clock that :meth:`move_clock` can move; before and after that it is started anew.

        libfaketime makes a node with 500 sockets ten times as slow, so it has no part in any other round.
        """
        kept = self.keeper.kept[SECOND_NODE]
        plain = kept.part
        moved = {
            "LD_PRELOAD": faketime(),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock_file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }
        self._exchange(replace(plain, env={**plain.env, **moved}))
        self.start_again(SECOND_NODE)
        try:
            yield
        finally:
            self.move_clock(0)
            self._exchange(plain)
            self.broken.add(SECOND_NODE)

    def _exchange(self, part: Part) -> None:
        """End a part as its operator would; the next time it starts as ``part`` says."""
        kept = self.keeper.kept[part.name]
        kept.part = part
        kept.process.send_signal(part.ends_with)
        try:
            kept.process.wait(20)
        except subprocess.TimeoutExpired:
            self.signal_all(part.name, signal.SIGKILL)
            kept.process.wait()

    @property
    def has_two_clocks(self) -> bool:
        return bool(faketime())

    def move_clock(self, seconds: int) -> None:
        """Let the second node's clock be ``seconds`` ahead of everybody's; it notices within a second."""
        draft = self.clock_file.with_suffix(".new")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self.clock_file)

    # Processes --------------------------------------------------------------------------------------------------------

    def pid(self, name: str) -> int:
        return self.keeper.kept[name].process.pid

    def all_of(self, name: str) -> list[int]:
        """The process called ``name`` and everything it started."""
        found, children = [self.pid(name)], children_of()
        for pid in found:
            found += children.get(pid, [])
        return found

    def signal_all(self, name: str, what: signal.Signals) -> None:
        """To the part and all it started, whatever groups they are in (PostgreSQL's have their own)."""
        for pid in self.all_of(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, what)

    def start_again(self, *names: str, within: float = 60.0) -> None:
        """Start what died of these, and whoever dies meanwhile, until all work; AssertionError when one doesn't."""
        until, waiting = time.monotonic() + within, list(names)
        while waiting:
            for name in list(waiting):
                kept = self.keeper.kept[name]
                if kept.process.poll() is not None:
                    self._spawn_anew(name)
                elif kept.part.is_ready():
                    waiting.remove(name)
            late = bool(waiting) and time.monotonic() > until
            assert not late, f"{waiting[0]} was not ready again after {within:.0f} s"
            time.sleep(0.1 if waiting else 0)

    def _spawn_anew(self, name: str) -> None:
        # Whether it is ready is read in its log: only what it says from now on counts.
        log = self.keeper.logs.path(name)
        with contextlib.suppress(OSError):
            log.rename(log.with_suffix(f".{time.time_ns()}.before"))
        self.keeper.logs.read[name] = 0
        self.keeper.start_again(name)
        self.keeper.kept[name].deaths = 0

    def is_well(self) -> list[str]:
        """The names of the parts that don't work now."""
        return [name for name, kept in self.keeper.kept.items() if kept.process.poll() is not None] or [
            name for name, port in self.node_ports.items() if not answers(f"http://127.0.0.1:{port}/health/ready")
        ]

    def connect(self) -> Any:
        """A connection of the checker's own, past the pooler."""
        return psycopg2.connect(self.postgresql.url(self.postgresql.port), connect_timeout=5)

    # The end ----------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Everything ends; of a house that fell the logs are kept."""
        self.keeper.end()
        if self.has_failed:
            kept = Path(tempfile.mkdtemp(prefix="parvis-rounds-logs-"))
            shutil.copytree(self.keeper.logs.folder, kept, dirs_exist_ok=True)
            self.keeper.say(f"The logs are kept in {kept}.")
            self.has_failed = False
        for disk in self.small.values():
            disk.unmount()
        super().end()


def children_of() -> dict[int, list[int]]:
    """Process → its children, now."""
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            found.setdefault(parent, []).append(int(path.parent.name))
    return found
