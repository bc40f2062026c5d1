"""`make test`: every test on SQLite, again on PostgreSQL and Redis, then faults and journeys; one closing line.

Usage: run_tests.py [--only sqlite,postgresql,faults,cluster,journeys,cluster-journeys] [pytest arguments…]
The last one, the journeys against the whole cluster, runs only when it is asked for: it takes too long for every change.
Browser tests run apart: Playwright and pytest-asyncio can't share a process.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from legs import ON_REQUEST, STAGES, Count, Leg, all_legs, dealt
from services import Services, chromium_path, find_or_install
from setup import prepare
from stop import Stop, run_or_say


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
    legs = [leg for leg in all_legs() if leg not in ON_REQUEST]
    if extra[:1] == ["--only"]:
        legs = extra[1].split(",") if len(extra) > 1 else []
        extra = extra[2:]
        if not legs or set(legs) - set(all_legs()):
            raise Stop(f"--only takes one or more of {', '.join(all_legs())}, separated by commas.")
    return legs, extra


def run_stage(rows: list[list[Leg]], count: Count, stopped: threading.Event) -> None:
    """Run the rows side by side; whatever ends this process ends them first."""
    lock = threading.Lock()

    def run_row(number: int) -> None:
        for leg in rows[number]:
            leg.run(count, lock, is_beside=number > 0)

    with ThreadPoolExecutor(max_workers=len(rows)) as pool:
        try:
            for done in [pool.submit(run_row, number) for number in range(len(rows))]:
                done.result()
        finally:
            stopped.set()
    stopped.clear()


def main() -> int:
    """Set up, run the legs, clean up, sum up."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the services are stopped
    wanted, extra = arguments()
    began = time.monotonic()
    prepare(with_tests=True)
    find_or_install(
        with_browser=bool({"journeys", "cluster-journeys"} & set(wanted)),
        with_cluster=bool({"faults", "cluster", "cluster-journeys"} & set(wanted)),
    )
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)
    count, stopped = Count(), threading.Event()
    with Services() as services, tempfile.TemporaryDirectory(prefix="parvis-reports-") as folder:
        env = environments(services)
        for stage in STAGES:
            rows = [
                [Leg(leg, Path(folder), env[leg], extra, stopped, part) for leg, part in row]
                for row in dealt(stage, wanted)
            ]
            if rows:
                run_stage(rows, count, stopped)
    print()
    for name in count.names:
        print(name)
    print(count.line(time.monotonic() - began), flush=True)
    return 1 if count.failed or count.errors or not count.passed else 0


if __name__ == "__main__":
    run_or_say(main)
