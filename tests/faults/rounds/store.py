"""What the database has of a thread, read by plain SQL past PgBouncer and past all of Parvis' code."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg2

from tests.faults.rounds.doors import WORD
from tests.faults.rounds.ledger import Stored, StoredFact, StoredPost, Told

#: what reading raises while the database is away
AWAY = (psycopg2.Error, sqlite3.Error)

POSTS = """
SELECT p.public_id, p.number, a.display_name, p.source FROM walls_post p
JOIN walls_thread t ON t.id = p.thread_id JOIN people_person a ON a.id = p.author_id
WHERE t.public_id = %s ORDER BY p.number
"""
THREAD = "SELECT id, last_number, reply_count FROM walls_thread WHERE public_id = %s"
FACTS = """
SELECT id, name, attempts, heard_at IS NOT NULL, dead_at IS NOT NULL, last_error, told_at
FROM kit_fact WHERE ids->>'thread' = %s ORDER BY id
"""
INBOX = """
SELECT a.display_name, n.count, n.facts FROM notifications_notification n
JOIN people_person a ON a.id = n.person_id WHERE n.thread_id = %s
"""


class Reading:
    """One look at the store: all its questions see the same moment."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.is_sqlite = connection, isinstance(connection, sqlite3.Connection)

    def __enter__(self) -> Reading:
        self.cursor = self.connection.cursor()
        self.cursor.execute("BEGIN" if self.is_sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.rollback()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.cursor.execute(sql.replace("%s", "?") if self.is_sqlite else sql, values)
        return list(self.cursor.fetchall())


def read(connection: Any, thread: str) -> Stored:
    """The thread with all that hangs on it; one of ``AWAY`` while the database is away."""
    with Reading(connection) as reading:
        key, last_number, reply_count = next(iter(reading.rows(THREAD, [thread])), (0, 0, 0))
        posts = [StoredPost(*row) for row in reading.rows(POSTS, [thread])]
        # SQLite keeps numbers as numbers inside of JSON.
        facts = [_fact(*row) for row in reading.rows(FACTS, [key if reading.is_sqlite else str(key)])]
        inbox = [Told(name, count, tuple(_list(told))) for name, count, told in reading.rows(INBOX, [key])]
    return Stored(posts, last_number, reply_count, facts, inbox)


def words(connection: Any) -> dict[str, int]:
    """Every word of a press that is there, with how often."""
    with Reading(connection) as reading:
        found = (WORD.search(text) for (text,) in reading.rows("SELECT source FROM walls_post"))
        return Counter(match[0] for match in found if match)


def waiting(connection: Any) -> int:
    """Facts that somebody has yet to hear."""
    with Reading(connection) as reading:
        ((count,),) = reading.rows("SELECT count(*) FROM kit_fact WHERE heard_at IS NULL AND dead_at IS NULL")
    return int(count)


def _fact(key: int, name: str, attempts: int, is_heard: Any, is_dead: Any, error: str, told_at: Any) -> StoredFact:
    told = told_at if isinstance(told_at, dt.datetime) else dt.datetime.fromisoformat(told_at)
    told = told if told.tzinfo else told.replace(tzinfo=dt.UTC)
    age = (dt.datetime.now(dt.UTC) - told).total_seconds()
    return StoredFact(key, name, attempts, bool(is_heard), bool(is_dead), error, age)


def _list(value: Any) -> list[int]:
    return list(json.loads(value) if isinstance(value, str) else value)
