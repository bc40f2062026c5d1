"""The legs of ``make test``: what pytest is called with in each, how long it may take, and what it cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from environment import PYTHON
from stop import ROOT

TESTS = ROOT / "tests"
#: Stage by stage; the lists of one stage run side by side, the legs of one list one after the other. The first two
#: keep both cores busy by themselves; faults and journeys mostly wait, for things to heal and for a browser. A leg that
#: stands in several lists is dealt out to them, file by file.
STAGES = (
    (("sqlite",),),
    (("postgresql",),),
    (("faults",), ("journeys",), ("journeys", "cluster")),
    (("cluster-journeys",),),
)
ON_REQUEST = ("cluster-journeys",)
#: legs with a folder of their own, outside the first two
APART = ("faults", "cluster", "journeys")
#: folders whose tests are the same on any database: they run in the first leg only
ANY_DATABASE = ("deploy", "bounds")
#: folders whose tests ask more of PostgreSQL, which takes neither a NUL nor too large a number: in the second leg only
STRICTEST_DATABASE = ("hardening",)
#: seconds after which a leg is stopped: a hanging test must not hold the machine
LIMITS = {
    "sqlite": 1200,
    "postgresql": 1200,
    "faults": 1500,
    "cluster": 420,
    "journeys": 1500,
    "cluster-journeys": 2400,
}
NO_TESTS = 5
LOOK_SECONDS = 0.2


def all_legs() -> list[str]:
    """The name of every leg, in their order."""
    return list(dict.fromkeys(leg for stage in STAGES for row in stage for leg in row))


def dealt(stage: Sequence[Sequence[str]], wanted: Collection[str]) -> list[list[tuple[str, tuple[int, int]]]]:
    """The lists of a stage with the legs that are ``wanted``, each with its share: which of how many, from 0 on."""
    rows = [[leg for leg in row if leg in wanted] for row in stage]
    shares, given = Counter(leg for row in rows for leg in row), Counter[str]()
    made = []
    for row in filter(None, rows):
        made.append([(leg, (given[leg], shares[leg])) for leg in row])
        given.update(row)
    return made


@dataclass
class Count:
    """What came of the tests, over all legs."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, report: Path, leg: str) -> None:
        """Count one pytest report."""
        for case in ElementTree.parse(report).iter("testcase"):
            name = f"{leg}: {case.get('classname', '')}::{case.get('name', '')}"
            if case.find("failure") is not None:
                self.failed += 1
                self.names.append(f"FAILED {name}")
            elif case.find("error") is not None:
                self.errors += 1
                self.names.append(f"ERROR {name}")
            elif case.find("skipped") is not None:
                self.skipped += 1
            else:
                self.passed += 1

    def line(self, seconds: float) -> str:
        """The closing line, in pytest's form."""
        parts = [
            f"{number} {word}"
            for number, word in (
                (self.failed, "failed"),
                (self.passed, "passed"),
                (self.skipped, "skipped"),
                (self.errors, "error"),
            )
            if number
        ]
        return f"==== {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s ===="


@dataclass
class Leg:
    """One call of pytest. ``folder`` (shared by all) takes its report, its data and, beside another leg, its output.

    ``part``: which of how many shares of its files it runs, from 0 on.
    """

    name: str
    folder: Path
    env: dict[str, str]
    extra: list[str]
    stopped: threading.Event
    part: tuple[int, int] = (0, 1)
    #: seconds on the clock, and of CPU in all processes that it started and waited for
    took: float = 0.0
    worked: float = 0.0
    _code: int | None = None

    @property
    def label(self) -> str:
        """What it is called in what is told."""
        number, parts = self.part
        return self.name if parts == 1 else f"{self.name}, part {number + 1} of {parts}"

    def _file(self, kind: str) -> Path:
        return self.folder / f"{self.name}-{self.part[0]}{kind}"

    def command(self) -> list[str] | None:
        """How pytest is called; None when the leg has no tests yet."""
        command = [
            str(PYTHON), "-m", "pytest", "-q", "--color=no", "--durations=12", "--durations-min=3",
            "-p", "no:cacheprovider", f"--junitxml={self._file('.xml')}", "-o", "junit_family=xunit1",
        ]  # fmt: skip
        if self.name in (*APART, *ON_REQUEST):
            folder = TESTS / self.name.removeprefix("cluster-")
            files = sorted(folder.rglob("test_*.py"), key=lambda file: (-file.stat().st_size, file))
            if not files:
                return None
            number, parts = self.part
            asked = [folder] if parts == 1 else sorted(files[number::parts])
            in_browser = ["-p", "no:asyncio", "-p", "no:xdist"] if self.name.endswith("journeys") else []
            return [*command, *map(str, asked), *in_browser, *self.extra]
        elsewhere = ANY_DATABASE if self.name == "postgresql" else STRICTEST_DATABASE
        ignored = [f"--ignore={TESTS / name}" for name in (*APART, *elsewhere)]
        return [*command, str(TESTS), *ignored, "-p", "no:playwright", "-n", "2", "--dist", "loadfile", *self.extra]

    def run(self, count: Count, lock: threading.Lock, *, is_beside: bool) -> None:
        """Run it and count it; a crash or a time-out of pytest itself counts as an error.

        What a leg beside another one says comes in one piece at its end.
        """
        command = self.command()
        if command is None or self.stopped.is_set():
            return
        said = self._file(".out")
        if is_beside:
            print(f"\n---- {self.label} runs beside another leg; what it says comes at its end ----", flush=True)
            with said.open("wb") as out:
                self._run(command, out)
        else:
            print(f"\n---- {self.label} ----", flush=True)
            self._run(command, None)
        with lock:
            if is_beside:
                print(f"\n---- {self.label} ----", flush=True)
                sys.stdout.buffer.write(said.read_bytes())
            self._count(count)
            print(f"---- {self.label}: {self.took:.0f} s, {self.worked:.0f} s of CPU ----", flush=True)

    def _run(self, command: list[str], out: BinaryIO | None) -> None:
        began = time.monotonic()
        env = {**self.env, "PARVIS_DATA": str(self._file("-data"))}
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out and subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        # wait4 says what this process and its own children cost, whatever runs beside it.
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            if self.stopped.wait(LOOK_SECONDS) or time.monotonic() - began > LIMITS[self.name]:
                os.killpg(process.pid, signal.SIGKILL)
                ended = os.wait4(process.pid, 0)
                break
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        self._code = None if process.returncode == -signal.SIGKILL else process.returncode
        self.took = time.monotonic() - began
        self.worked = ended[2].ru_utime + ended[2].ru_stime

    def _count(self, count: Count) -> None:
        before = count.failed + count.errors
        if (report := self._file(".xml")).exists():
            count.add(report, self.name)
        if self._code is None:
            count.errors += 1
            count.names.append(f"ERROR {self.label}: stopped after {self.took:.0f} s")
        elif self._code not in (0, NO_TESTS) and count.failed + count.errors == before:
            count.errors += 1
            count.names.append(f"ERROR {self.label}: pytest ended with code {self._code}")
