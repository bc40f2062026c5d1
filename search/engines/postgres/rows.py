"""Writing search rows, in the caller's transaction: what is committed with a post is found with it, and gone with it.

No row is counted, numbered or locked for others here: people who post at the same time wait for nothing but their own
thread. New words go into their table without any constraint, since two transactions that wait for each other's
words would end in a deadlock; a word that stands there twice does no harm.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from search.engines.postgres.vectors import vector
from search.findables import Findable

VERSION = 1
"""Raise it when :mod:`search.words` or the vectors change: all rows are written anew then by a rebuild."""

BATCH = 200

_WORDS = -1
"""In the place of a row's key, which is never below 0: the words of a findable."""


def mark(label: str) -> int:
    """The number that every row of a findable carries beside its gate's: below 0, where no gate is."""
    return -1 - zlib.crc32(label.encode()) % 2**31


def keep_for_writing(label: str, keys: Iterable[int]) -> None:
    """Until this transaction ends, let no rebuild write these rows; wait while one does. Writers pass one another.

    A lock of the row itself would not do: what a rebuild is about to put is not there yet, and could be put after it
    was dropped. (https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS)
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, (key %% 2147483648)::int) FROM unnest(%s::bigint[]) key",
            [mark(label), sorted(set(keys))],
        )


def keep_for_rebuilding(label: str, keys: Iterable[int], *, waits: bool) -> list[int]:
    """Until this transaction ends, let nobody else write these rows. Those of them that nobody was writing.

    ``waits``: all of them, as soon as whoever writes them is done.
    """
    lock = "pg_advisory_xact_lock" if waits else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, {lock}(%s, (key %% 2147483648)::int)::text FROM unnest(%s::bigint[]) key",  # noqa: S608
            [mark(label), sorted(set(keys))],
        )
        return [key for key, is_kept in cursor.fetchall() if waits or is_kept == "true"]


def keep_words_for_cleaning(label: str) -> None:
    """Until this transaction ends, let nobody write a row that counts upon the words there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [mark(label), _WORDS])


def write(one: Findable, keys: Iterable[int]) -> None:
    """Write these rows as the database has them now; those it has no more are dropped. In a transaction."""
    wanted = sorted(set(keys))
    for first in range(0, len(wanted), BATCH):
        part = wanted[first : first + BATCH]
        keep_for_writing(one.label, part)
        rows = list(one.documents(part))
        put(one, rows)
        drop(one.label, set(part) - {row.pk for row in rows})


def put(one: Findable, rows: Sequence[Any], *, is_kept: bool = False) -> None:
    """Write a row for each of ``rows``. ``is_kept``: a search row that is there already stays as it is."""
    if not rows:
        return
    values, spoken = [], set()
    for row in sorted(rows, key=lambda row: row.pk):
        document = one.document(row)
        written, words = vector(document)
        spoken.update(words)
        values += [one.label, row.pk, [document["gate"], mark(one.label)], written]
    places = ", ".join(["(%s, %s, %s::int[], %s::tsvector)"] * len(rows))
    conflict = (
        "NOTHING"
        if is_kept
        else "UPDATE SET marks = EXCLUDED.marks, words = EXCLUDED.words "
        "WHERE (r.marks, r.words) IS DISTINCT FROM (EXCLUDED.marks, EXCLUDED.words)"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO search_row AS r (label, key, marks, words) VALUES {places} "  # noqa: S608
            f"ON CONFLICT (label, key) DO {conflict}",
            values,
        )
        # Until the commit nobody drops a word that is there, for nobody else sees yet that it is used.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [mark(one.label), _WORDS])
        # PERF: looked up one by one, 0.2 ms for 40 words; as a join PostgreSQL reads the whole table when it sees fit.
        cursor.execute(
            "INSERT INTO search_word (label, word) SELECT %s, n.word FROM unnest(%s::text[]) n (word) WHERE "
            "(SELECT w.word FROM search_word w WHERE w.label = %s AND w.word = n.word LIMIT 1) IS NULL",
            [one.label, sorted(spoken), one.label],
        )


def drop(label: str, keys: Iterable[int]) -> None:
    """Let these rows be found no more."""
    gone = sorted(keys)
    if gone:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_row WHERE label = %s AND key = ANY(%s::bigint[])", [label, gone])


def drop_moved(one: Findable, keys: Iterable[int]) -> None:
    """Let those of many rows be found no more that are gone or stand elsewhere now; the words of the rest wait.

    SECURITY: the reader of the old place must not find a thread of a thousand replies while it is written anew.
    """
    wanted = sorted(set(keys))
    for first in range(0, len(wanted), BATCH):
        part = wanted[first : first + BATCH]
        gates = {row.pk: one.gate_of(row) for row in one.places(part)}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT key, marks[1] FROM search_row WHERE label = %s AND key = ANY(%s::bigint[])", [one.label, part]
            )
            drop(one.label, [key for key, gate in cursor.fetchall() if gates.get(key) != gate])


def missing(one: Findable, keys: Iterable[int]) -> list[int]:
    """Those of ``keys`` that belong into the index and are not there."""
    wanted = set(one.documents(list(keys)).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM search_row WHERE label = %s AND key = ANY(%s::bigint[])", [one.label, sorted(wanted)]
        )
        return sorted(wanted - {row[0] for row in cursor.fetchall()})


def is_empty(one: Findable) -> bool:
    """True when nothing of a findable is written though there is something to find."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM search_row WHERE label = %s)", [one.label])
        return not cursor.fetchone()[0] and one.documents().exists()


def drop_all(label: str) -> None:
    """Let nothing of a findable be found any more, until it is written anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_row WHERE label = %s", [label])
        cursor.execute("DELETE FROM search_word WHERE label = %s", [label])
