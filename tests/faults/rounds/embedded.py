"""The other profile for the rounds: one process on SQLite and Whoosh, its index and its whole data on small disks.

It has what a round asks of a :class:`House`, so the same people write, watch and are checked.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.rounds.disks import SmallDisk
from tests.faults.rounds.house import House
from tests.faults.standing import ROOT, free_port

from cluster.keeper import Keeper, Part  # isort: skip
from cluster.topology import answers, plain_environment  # isort: skip
from stop import Stop  # isort: skip

#: MB
DATA_DISK, INDEX_DISK = 256, 32


class EmbeddedHouse(House):
    """One ``manage.py serve`` without any variable of a server."""

    def __init__(self, *, writers: int, leavers: int, crowd: int, say: Callable[[str], None]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="parvis-embedded-"))
        self.keeper = Keeper(self.folder, say=say)
        self.counts, self.made, self.has_failed, self.broken = (writers, leavers, crowd), {}, False, set()
        self.data = self.folder / "data"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.node_ports = {"serve": self.port}
        self.small = {"data": SmallDisk(self.data, DATA_DISK), "index": SmallDisk(self.data / "index", INDEX_DISK)}

    def start(self) -> None:
        for disk in self.small.values():
            disk.mount()
        self.env = {
            **plain_environment(),
            "PARVIS_DATA": str(self.data),
            "PARVIS_URL": self.address,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.made = self.run_cast("make", *map(str, self.counts))
        self.keeper.start(
            Part(
                name="serve",
                command=[sys.executable, ROOT / "manage.py", "serve", "--port", self.port],
                env=self.env,
                is_ready=lambda: answers(f"{self.address}/health/ready"),
                ends_with=signal.SIGTERM,
                is_ours=True,
            )
        )

    def run_cast(self, *words: str, env: Any = None) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.rounds.cast", *words], cwd=ROOT, env=self.env, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Stop(f"The embedded company could not be made: {done.stderr[-500:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    @property
    def has_two_clocks(self) -> bool:
        return False

    def connect(self) -> Any:
        """A reader of the checker's own."""
        address = f"file:{self.data / 'db.sqlite3'}?mode=ro"
        return sqlite3.connect(address, uri=True, timeout=10, check_same_thread=False)
