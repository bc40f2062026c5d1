"""Work on the index that never lets people wait long for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from django.db import OperationalError, connection, transaction

TRIES = 5
P = ParamSpec("P")


class InUse(Exception):
    """Somebody else held a row for longer than background work may wait."""


def patiently(work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run ``work`` in a transaction that gives way to others and tries again. Raises InUse."""
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    # Below PostgreSQL's second after which it would end one of two that wait for each other.
                    cursor.execute("SET LOCAL lock_timeout = '300ms'")
                work(*args, **kwargs)
                return
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != "55P03":
                raise
    raise InUse
