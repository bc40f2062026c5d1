"""Hands the keys of new facts to the workers from a thread of its own: no request ever waits for Redis.

What can't be handed over is forgotten here, for the outbox is the truth and the sweeper takes it up: while Redis is
away, while the queue is long because nobody works, and when this process dies with some in hand.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time

log = logging.getLogger("parvis.work")

#: keys held in this process
IN_HAND = 10_000
#: tasks in Redis beyond which the rest is the sweeper's
IN_QUEUE = 10_000
LOOK_EVERY = 100
#: seconds without a try after Redis failed
PAUSE_SECONDS = 2.0
#: seconds after which a worker drops a task it finds: the sweeper was there
EXPIRES_SECONDS = 60


class Hands:
    """Called with a fact's key after its commit; from any thread, also in a child of a fork."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._process = 0
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._closed_until = 0.0
        self._sent = 0

    def __call__(self, fact_id: int) -> None:
        if self._process != os.getpid():
            self._begin()
        if self._waiting.qsize() < IN_HAND and time.monotonic() >= self._closed_until:
            self._waiting.put(fact_id)

    def _begin(self) -> None:
        """Threads don't survive a fork: a worker's child starts its own."""
        with self._starting:
            if self._process != os.getpid():
                self._waiting = queue.SimpleQueue()
                self._closed_until = 0.0
                self._process = os.getpid()
                threading.Thread(target=self._work, name="hands", daemon=True).start()

    def _work(self) -> None:
        while True:
            fact_id = self._waiting.get()
            try:
                self._send(fact_id)
            except Exception as error:
                log.warning("facts wait for the sweeper: Redis can't be reached (%s)", type(error).__name__)
                self._let_go()

    def _send(self, fact_id: int) -> None:
        from intranet import tasks

        if self._sent % LOOK_EVERY == 0 and _length() > IN_QUEUE:
            log.warning("facts wait for the sweeper: over %s tasks are queued; is a worker running?", IN_QUEUE)
            self._let_go()
            return
        tasks.deliver_fact.apply_async((fact_id,), retry=False, expires=EXPIRES_SECONDS)
        self._sent += 1

    def _let_go(self) -> None:
        """Drop what is in hand and try nothing for a moment."""
        self._sent = 0
        self._closed_until = time.monotonic() + PAUSE_SECONDS
        while not self._waiting.empty():
            self._waiting.get()


def _length() -> int:
    """Tasks in the queue that facts go to."""
    from intranet.celery import app

    with app.pool.acquire(block=True) as connection:
        return int(connection.default_channel.client.llen(app.conf.task_default_queue))
