"""`make test`: every test on SQLite, again on PostgreSQL and Redis, then faults and journeys; one closing line.

Usage: run_tests.py [--only sqlite,postgresql,faults,cluster,journeys,cluster-journeys] [pytest arguments…]
The last one, the journeys against the whole cluster, runs only when it is asked for: it takes too long for every change.
Browser tests run apart: Playwright and pytest-asyncio can't share a process.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from environment import PYTHON
from services import Services, chromium_path, find_or_install
from setup import prepare
from stop import ROOT, Stop, run_or_say

TESTS = ROOT / "tests"
LEGS = ("sqlite", "postgresql", "faults", "cluster", "journeys")
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


def pytest_command(leg: str, report: Path, extra: list[str]) -> list[str] | None:
    """How pytest is called for a leg; None when the leg has no tests yet."""
    command = [
        str(PYTHON),
        "-m",
        "pytest",
        "-q",
        "--color=no",
        "--durations=12",
        "--durations-min=3",
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        "-o",
        "junit_family=xunit1",
    ]
    if leg in (*APART, *ON_REQUEST):
        folder = TESTS / leg.removeprefix("cluster-")
        if not any(folder.rglob("test_*.py")):
            return None
        return [
            *command,
            str(folder),
            *(["-p", "no:asyncio", "-p", "no:xdist"] if leg.endswith("journeys") else []),
            *extra,
        ]
    elsewhere = ANY_DATABASE if leg == "postgresql" else STRICTEST_DATABASE
    ignored = [f"--ignore={TESTS / name}" for name in (*APART, *elsewhere)]
    return [*command, str(TESTS), *ignored, "-p", "no:playwright", "-n", "2", "--dist", "loadfile", *extra]


def cpu_of_children() -> float:
    """CPU seconds of all that was started here and has ended: what a leg costs, whoever else uses the machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_leg(leg: str, *, folder: Path, env: dict[str, str], extra: list[str], count: Count) -> None:
    """Run one leg and count it; a crash or a time-out of pytest itself counts as an error."""
    report = folder / f"{leg}.xml"
    command = pytest_command(leg, report, extra)
    if command is None:
        return
    print(f"\n---- {leg} ----", flush=True)
    began, worked_before = time.monotonic(), cpu_of_children()
    code: int | None
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**env, "PARVIS_DATA": str(folder / f"{leg}-data")},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            code = process.wait(timeout=LIMITS[leg])
        except BaseException as reason:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(reason, subprocess.TimeoutExpired):
                raise
            code = None
    if report.exists():
        count.add(report, leg)
    counted = count.failed + count.errors
    if code is None:
        count.errors += 1
        count.names.append(f"ERROR {leg}: stopped after {LIMITS[leg]} s")
    elif code not in (0, NO_TESTS) and not counted:
        count.errors += 1
        count.names.append(f"ERROR {leg}: pytest ended with code {code}")
    took, worked = time.monotonic() - began, cpu_of_children() - worked_before
    print(f"---- {leg}: {took:.0f} s, {worked:.0f} s of CPU ----", flush=True)


def environments(services: Services) -> dict[str, dict[str, str]]:
    """What each leg finds in its environment; nothing of the caller's company leaks in."""
    base = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "PARVIS_DATA", "PORT")
    }
    base |= {"PARVIS_CHROMIUM": chromium_path() or "", "PYTHONDONTWRITEBYTECODE": "1"}
    server = {**base, "DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
    return {
        "sqlite": base,
        "postgresql": server,
        "faults": base,
        "cluster": base,
        "journeys": {**base, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"},
        "cluster-journeys": {**base, "DJANGO_ALLOW_ASYNC_UNSAFE": "true", "PARVIS_JOURNEYS": "cluster"},
    }


def arguments() -> tuple[list[str], list[str]]:
    """Which legs to run, and what goes on to pytest."""
    extra = sys.argv[1:]
    legs = list(LEGS)
    if extra[:1] == ["--only"]:
        legs = extra[1].split(",") if len(extra) > 1 else []
        extra = extra[2:]
        if not legs or set(legs) - {*LEGS, *ON_REQUEST}:
            raise Stop(f"--only takes one or more of {', '.join((*LEGS, *ON_REQUEST))}, separated by commas.")
    return legs, extra


def main() -> int:
    """Set up, run the legs, clean up, sum up."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the services are stopped
    legs, extra = arguments()
    began = time.monotonic()
    prepare(with_tests=True)
    find_or_install(
        with_browser=bool({"journeys", "cluster-journeys"} & set(legs)),
        with_cluster=bool({"faults", "cluster", "cluster-journeys"} & set(legs)),
    )
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)
    count = Count()
    with Services() as services, tempfile.TemporaryDirectory(prefix="parvis-reports-") as folder:
        for leg in legs:
            run_leg(leg, folder=Path(folder), env=environments(services)[leg], extra=extra, count=count)
    print()
    for name in count.names:
        print(name)
    print(count.line(time.monotonic() - began), flush=True)
    return 1 if count.failed or count.errors or not count.passed else 0


if __name__ == "__main__":
    run_or_say(main)
