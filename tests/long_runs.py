"""What long runs share: options, lines of JSON in a file that grows over runs, a part of a page made of them."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class KeptLines:
    """The file called ``name`` in ``folder``: read at the start, a line added at once."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / name
        text = self.path.read_text() if self.path.exists() else ""
        self.lines: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines() if line.strip()]

    def add(self, line: dict[str, Any]) -> None:
        """Keep one line, at once."""
        self.lines.append(line)
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def say(sentence: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def commit() -> str:
    """The short name of the commit that runs; empty outside a clone."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def options(name: str, doc: str | None, page: Path, *, seed: str, counted: str, count: int) -> argparse.ArgumentParser:
    """The options of ``make name`` that every long run has, with ``count`` of what is ``counted`` by default.

    Results stand in a folder of the same name beside the other data of this machine.
    """
    folder = Path(os.environ.get("PARVIS_DATA") or ROOT / "data-local") / name
    parser = argparse.ArgumentParser(prog=f"make {name}", description=doc)
    parser.add_argument("--seed", type=int, default=0, help=f"draws the {seed}; by default a new one")
    parser.add_argument(f"--{counted}", type=int, default=count, help=f"how many {counted} of this seed in all")
    parser.add_argument("--results", type=lambda path: Path(path).resolve(), default=folder.resolve(),
                        help="folder of the files that grow over runs")  # fmt: skip
    parser.add_argument("--summary", action="store_true", help=f"only write the sum of all runs into {page.name}")
    return parser


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put ``text`` between the two marks of ``page``, which has them."""
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{text}{end}{after}")
