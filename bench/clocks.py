"""What a call costs: wall time, and the CPU of this process and of the one of PostgreSQL that works for it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
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


def database_seconds() -> float:
    """CPU seconds of the process of PostgreSQL that works for this one; 0 where there is none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
