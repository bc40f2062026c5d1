"""Leases are renewed while somebody works under them: from a thread, for who works is in no position to."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection

log = logging.getLogger("parvis.facts")

LONGEST = 12
"""So many leases long somebody may work; who hangs holds it no longer. Of 30 s each: more than a task's time limit."""


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    renew: Callable[[], object]
    every: float
    until: float


class Keeper:
    """Renews what this process holds; its thread runs while there is something to hold."""

    def __init__(self) -> None:
        self._held: list[_Held] = []
        self._changed = threading.Condition()
        self._pace = 0.0
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def keeping(self, renew: Callable[[], object], *, seconds: float) -> Iterator[None]:
        """Call ``renew``, for a lease of so many seconds, again and again inside this block."""
        held = _Held(renew, seconds / 3, time.monotonic() + LONGEST * seconds)
        with self._changed:
            self._held.append(held)
            if self._thread is None:
                self._pace = held.every
                self._thread = threading.Thread(target=self._work, name="leases", daemon=True)
                self._thread.start()
            elif held.every < self._pace:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._held.remove(held)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(self._pace)
                if not self._held:
                    self._thread = None
                    return
                held, self._pace = list(self._held), min(one.every for one in self._held)
            try:
                for one in held:
                    if time.monotonic() < one.until:
                        one.renew()
            except Exception as error:
                # Whoever takes it up then does once more what does no harm twice.
                log.warning("leases were not renewed: %s", type(error).__name__)
            finally:
                connection.close()


_keeper = Keeper()


def _begin_anew() -> None:
    """A child of a fork has neither the parent's thread nor what it held."""
    global _keeper
    _keeper = Keeper()


os.register_at_fork(after_in_child=_begin_anew)


def keeping(renew: Callable[[], object], *, seconds: float) -> contextlib.AbstractContextManager[None]:
    """Hold a lease of so many ``seconds`` inside the block, ``LONGEST`` times as long at most.

    ``renew`` is called from another thread.
    """
    return _keeper.keeping(renew, seconds=seconds)
