"""Background work inside the server process: a Celery worker in a thread, and a clock that hands it what is due."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from typing import Any

from celery.signals import task_postrun
from django.db import close_old_connections

from intranet import schedule
from intranet.celery import app

log = logging.getLogger("parvis.work")

# Two: one long task (a picture, a rebuild) must not hold up the facts.
WORKER_THREADS = 2


class BackgroundWork:
    """A worker and a clock, between ``start()`` and ``stop()``; tasks that were not begun are in the outbox anyway."""

    def __init__(self) -> None:
        self.worker: Any = app.WorkController(
            hostname="parvis@localhost",
            pool="threads",
            concurrency=WORKER_THREADS,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            loglevel="WARNING",
        )
        self.is_stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self._work, name="worker", daemon=True),
            threading.Thread(target=self._keep_time, name="clock", daemon=True),
        ]

    def start(self) -> None:
        """Begin; what a crash left in the outbox is taken up at once."""
        task_postrun.connect(_close_old_connections, dispatch_uid="parvis.work")
        for thread in self.threads:
            thread.start()

    def stop(self, *, within: float = 0.6) -> None:
        """Take no more tasks and wait a moment for the running ones; the sweeper finds what was cut off."""
        self.is_stopping.set()
        with contextlib.suppress(Exception):
            self.worker.stop()
        until = time.monotonic() + within
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        try:
            self.worker.start()
        except Exception:
            if not self.is_stopping.is_set():
                log.exception("The background worker stopped; facts wait in the outbox until the next start.")

    def _keep_time(self) -> None:
        due = dict.fromkeys(schedule.lines(), 0.0)
        while not self.is_stopping.wait(0.5):
            now = time.monotonic()
            for task, seconds in schedule.lines().items():
                if now >= due.get(task, 0.0):
                    due[task] = now + seconds
                    # A run that could not begin before the next one is due is dropped.
                    app.send_task(task, expires=max(seconds, 5))


def _close_old_connections(**_: object) -> None:
    close_old_connections()
