"""Whether the words were all written once, and how far whoever writes them anew has come: one row of the database."""

from __future__ import annotations

from django.db import connection

from search.engines.postgres.rows import VERSION
from search.engines.rebuild import Busy, State

LEASE_SECONDS = 60
"""So long after its last sign a rebuild counts as dead, and another may begin."""


def is_built() -> bool:
    """True when every row was written by this version."""
    return _one("SELECT built_version = %s FROM search_state", [VERSION])


def rebuilding() -> State | None:
    """How far the rebuild under way has come; None when none is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT done, total FROM search_state WHERE leased_until > clock_timestamp()")
        row = cursor.fetchone()
    return State(*row) if row else None


def lease() -> None:
    """Begin to rebuild. Raises Busy when another process does."""
    free = " WHERE leased_until IS NULL OR leased_until < clock_timestamp() RETURNING true"
    if not _one(_TAKE + free, [0, 0, LEASE_SECONDS]):
        raise Busy


def tell(done: int, total: int) -> None:
    """Show how far it has come, and keep the lease."""
    _one(_TAKE + " RETURNING true", [done, total, LEASE_SECONDS])


def end(*, is_whole: bool) -> None:
    """No rebuild any more; ``is_whole``: everything is written."""
    version = VERSION if is_whole else 0
    _one(
        "UPDATE search_state SET leased_until = NULL, built_version = CASE WHEN %s > 0 THEN %s ELSE built_version END "
        "RETURNING true",
        [version, version],
    )


def forget() -> None:
    """Say that the words have to be written anew."""
    _one("UPDATE search_state SET built_version = 0 RETURNING true", [])


_TAKE = "UPDATE search_state SET done = %s, total = %s, leased_until = clock_timestamp() + interval '1 second' * %s"


def _one(statement: str, parameters: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return bool(row and row[0])
