"""One file for each part, and all of them in one, line by line under the name of who wrote it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import BinaryIO

EVERY = 0.25
_WIDTH = 10


class Logs:
    """The folder of logs; ``all.log`` follows the others until ``end()``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.everything = folder / "all.log"
        self.read: dict[str, int] = {}
        self.is_over = threading.Event()
        self.follower = threading.Thread(target=self._follow, name="logs", daemon=True)
        self.follower.start()

    def path(self, name: str) -> Path:
        """The file of one part."""
        self.read.setdefault(name, 0)
        return self.folder / f"{name}.log"

    def end(self) -> None:
        """Write what is left, and stop following."""
        self.is_over.set()
        self.follower.join(timeout=2)

    def _follow(self) -> None:
        with self.everything.open("ab") as out:
            while not self.is_over.wait(EVERY):
                self._gather(out)
            self._gather(out)

    def _gather(self, out: BinaryIO) -> None:
        for name in list(self.read):
            try:
                with (self.folder / f"{name}.log").open("rb") as log:
                    log.seek(self.read[name])
                    news = log.read(1_000_000)
            except FileNotFoundError:
                continue
            # Only whole lines: the rest of one that is being written comes next time.
            whole = news[: news.rfind(b"\n") + 1]
            self.read[name] += len(whole)
            for line in whole.splitlines():
                out.write(f"{name:<{_WIDTH}} | ".encode() + line + b"\n")
        out.flush()
