"""The one clock. Everything that needs the time asks here, so that imports and tests can set it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar

from django.utils import timezone

_set_to: ContextVar[dt.datetime | None] = ContextVar("set_to", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _set_to.get() or timezone.now()


@contextlib.contextmanager
def set_to(moment: dt.datetime) -> Iterator[None]:
    """Inside this block it is ``moment`` (aware): for importers, the demo company and tests."""
    if timezone.is_naive(moment):
        raise ValueError("The clock is set with an aware datetime.")
    reset = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(reset)
