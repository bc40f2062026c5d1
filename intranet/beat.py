"""The clock of a server: ``celery -A intranet beat`` hands the workers what the schedule says is due."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from typing import Any

from celery.beat import ScheduleEntry, Scheduler

from intranet import reach, schedule

log = logging.getLogger("parvis.work")


class Clock(Scheduler):
    """Reads the slot ``schedule`` and keeps nothing on disk: every line is due when the clock starts, then as it says.

    A run that no worker began before the next one was due is dropped, so that nothing piles up while none works.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        if options.get("lazy"):  # made twice: first for what is printed at the start
            reach.leave_without_services("clock")
        super().__init__(*args, **options)

    def setup_schedule(self) -> None:
        now = self.app.now()
        lines = {
            task: {
                "task": task,
                "schedule": seconds,
                "options": {"expires": max(seconds, 5)},
                "last_run_at": now - dt.timedelta(seconds=seconds),
            }
            for task, seconds in schedule.lines().items()
        }
        self.merge_inplace(lines)
        sys.stdout.write(f"The clock is ready, with {len(lines)} lines.\n")
        sys.stdout.flush()

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Hand one over; without Redis it waits for its next turn, in one line of the log."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as error:
            cause = error.__cause__ or error.__context__ or error
            log.warning("%s was not handed to the workers: %s", entry.task, type(cause).__name__)
