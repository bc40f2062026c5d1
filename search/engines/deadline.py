"""How long a query may work.

Its time is the processor's, in the thread that answers: on a busy machine a small query may wait long and still be
whole. WHY: docs/decisions/0063-a-second-of-work.md.
"""

from __future__ import annotations

import time

PATIENCE = 8.0
"""So many times its seconds a query may take by the clock on the wall: waiting has an end too."""


class TimeUp(Exception):
    """The query had all its time and was not done."""


class Deadline:
    """So many seconds of work by the thread that made it; past them :meth:`check` raises :class:`TimeUp`."""

    def __init__(self, seconds: float) -> None:
        self._work_ends = time.thread_time() + seconds
        self._wall_ends = time.monotonic() + seconds * PATIENCE

    @property
    def is_over(self) -> bool:
        return time.thread_time() > self._work_ends or time.monotonic() > self._wall_ends

    @property
    def left(self) -> float:
        """Seconds that another process, whose work this thread cannot see, may take from now on."""
        return max(0.0, min(self._work_ends - time.thread_time(), self._wall_ends - time.monotonic()))

    def spend(self, seconds: float) -> None:
        """Count so many seconds that another process worked for this thread."""
        self._work_ends -= seconds

    def check(self) -> None:
        if self.is_over:
            raise TimeUp
