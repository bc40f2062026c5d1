"""The one clock. Everything that needs the time asks here, so that imports and tests can set it."""

from __future__ import annotations

import contextlib
import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextvars import ContextVar

from django.utils import timezone

_set_to: ContextVar[dt.datetime | None] = ContextVar("set_to", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _set_to.get() or timezone.now()


def is_set() -> bool:
    """True inside :func:`set_to`."""
    return _set_to.get() is not None


def today(zone: str = "") -> dt.date:
    """The day it is in ``zone`` (an IANA name), where the reader is when none is said."""
    return timezone.localdate(now(), zoneinfo.ZoneInfo(zone) if zone else None)


def end_of(day: dt.date, zone: str) -> dt.datetime:
    """The moment at which ``day`` is over in ``zone`` (an IANA name; UTC when there is no such zone)."""
    try:
        there: dt.tzinfo = zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        there = dt.UTC
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=there).astimezone(dt.UTC)


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
