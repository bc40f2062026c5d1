"""What a call costs: wall time, and the CPU of this process and of the one of PostgreSQL that works for it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


def measured(work: Callable[[], object], rounds: int = 15) -> tuple[float, float]:
    """Median wall and CPU milliseconds of one call; to the CPU is added the mean of PostgreSQL's."""
    walls, cpus = [], []
    there = database_seconds()
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    there = database_seconds() - there
    return statistics.median(walls), statistics.median(cpus) + there * 1000 / rounds


@dataclass(frozen=True, slots=True)
class Cost:
    """Median milliseconds of one call: on the wall, CPU of this process, CPU of PostgreSQL's."""

    wall: float
    here: float
    there: float

    @property
    def cpu(self) -> float:
        return self.here + self.there


def side_by_side(calls: Mapping[str, Callable[[], object]], rounds: int = 15, warm: int = 3) -> dict[str, Cost]:
    """What each of ``calls`` costs; they take turns, so that whoever else uses the machine troubles all alike."""
    seen: dict[str, list[tuple[float, float, float]]] = {name: [] for name in calls}
    for number in range(warm + rounds):
        for name, call in calls.items():
            there, wall, cpu = database_seconds(), time.perf_counter(), time.process_time()
            call()
            spent = (time.perf_counter() - wall, time.process_time() - cpu, database_seconds() - there)
            if number >= warm:
                seen[name].append(spent)
    return {
        name: Cost(*(statistics.median(column) * 1000 for column in zip(*rows, strict=True)))
        for name, rows in seen.items()
    }


def database_seconds() -> float:
    """CPU seconds of the process of PostgreSQL that works for this one; 0 where there is none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    process = connection.connection.info.backend_pid
    # Nanoseconds on a processor; in /proc/PID/stat a tick is 10 ms.
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
