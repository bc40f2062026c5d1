"""Writing all search rows anew, beside people who post: in short transactions, and whoever posts goes first.

A row that somebody writes at this moment is left to them. One that is there is locked before its post is read, so that
no older text ever comes to lie over a newer one; one that is not there yet is put only if nobody else puts it.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import Error, OperationalError, connection, transaction

from search.engines.postgres import rows, state, words
from search.engines.postgres.patience import InUse, patiently
from search.engines.rebuild import Progress
from search.findables import Findable, findables

log = logging.getLogger("parvis.search")

CHUNK = 500

_child: list[subprocess.Popen] = []


def rebuild(progress: Progress = lambda done, total: None) -> int:
    """Write every findable row anew; how many. What is found meanwhile stays found. Raises Busy."""
    state.lease()
    done = 0
    try:
        known = findables()
        total = sum(one.documents().count() for one in known.values())
        for one in known.values():
            last, left = -1, []
            while chunk := _keys(one, last):
                left += _write(one, last, chunk)
                last = chunk[-1]
                done += len(chunk)
                state.tell(done, total)
                progress(done, max(total, done))
            patiently(_drop_gone, one, last, None)
            _write_left(one, left)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_row WHERE NOT label = ANY(%s)", [list(known)])
    except BaseException:
        with contextlib.suppress(Error):  # the lease runs out by itself
            state.end(is_whole=False)
        raise
    state.end(is_whole=True)
    words.clean()
    _tell_planner()
    return done


def _tell_planner() -> None:
    """Have PostgreSQL look at what was written; where it is looking already, that will do."""
    for table in ("search_row", "search_word"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                cursor.execute(f"ANALYZE {table}")
        except OperationalError as error:
            log.warning("%s is not analysed: %s", table, type(error).__name__)


def start_in_child() -> bool:
    """Have another process rebuild, unless one does already; whether one was begun. Returns at once."""
    if (_child and _child[0].poll() is None) or state.rebuilding():
        return False
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "rebuild_index", "--quiet"]
    _child[:] = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)]  # noqa: S603
    return True


def _keys(one: Findable, last: int) -> list[int]:
    return list(one.documents().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK])


def _write(one: Findable, last: int, keys: list[int]) -> list[int]:
    """Those of ``keys`` that somebody else wrote at that moment."""
    left: set[int] = set()

    def work() -> None:
        _drop_gone(one, last, keys[-1])
        left.update(_write_kept(one, keys, waits=False))

    try:
        patiently(work)
    except InUse:
        return keys
    return sorted(left)


def _write_left(one: Findable, keys: Iterable[int]) -> None:
    """Write one by one what others held: whoever did may have changed their mind, and have written nothing."""
    for key in keys:
        try:
            patiently(_write_kept, one, [key], waits=True)
        except InUse:
            log.warning("search row %s %s is left to who writes it at this moment", one.label, key)


def write_anew(one: Findable, keys: Iterable[int]) -> None:
    """Write these rows as the database has them now, in background work, which tries again when it fails."""
    wanted = sorted(set(keys))
    for first in range(0, len(wanted), CHUNK):
        part = wanted[first : first + CHUNK]
        patiently(_write_kept, one, part, waits=True)


def _write_kept(one: Findable, keys: list[int], *, waits: bool) -> set[int]:
    """Write these rows, or those of them that nobody else writes at this moment; the keys of the rest."""
    kept = rows.keep_for_rebuilding(one.label, keys, waits=waits)
    among = "SELECT key FROM search_row WHERE label = %s AND key = ANY(%s::bigint[])"
    with connection.cursor() as cursor:
        # What a fact drops of very many rows is kept from nobody: those rows themselves are locked.
        cursor.execute(f"{among} ORDER BY key FOR UPDATE {'' if waits else 'SKIP LOCKED'}", [one.label, kept])
        locked = {row[0] for row in cursor.fetchall()}
        cursor.execute(among, [one.label, kept])
        there = {row[0] for row in cursor.fetchall()}
    # Read after the lock: whatever was committed before it is seen.
    found = list(one.documents(kept))
    rows.put(one, [row for row in found if row.pk in locked])
    rows.put(one, [row for row in found if row.pk not in locked | there], is_kept=True)
    rows.drop(one.label, locked - {row.pk for row in found})
    return set(keys) - set(kept) | (there - locked)


def _drop_gone(one: Findable, after: int, until: int | None) -> None:
    """Drop rows of keys after one and until another that no longer belong into the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM search_row WHERE label = %s AND key > %s AND key <= coalesce(%s, 9223372036854775807) "
            "FOR UPDATE SKIP LOCKED",
            [one.label, after, until],
        )
        held = {row[0] for row in cursor.fetchall()}
    for first in range(0, len(held), CHUNK):
        part = sorted(held)[first : first + CHUNK]
        rows.drop(one.label, set(part) - set(one.documents(part).values_list("pk", flat=True)))
