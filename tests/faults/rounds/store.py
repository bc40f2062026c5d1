"""What the database has of a thread, read by plain SQL past PgBouncer and past all of Parvis' code."""

from __future__ import annotations

import json
from typing import Any

from tests.faults.rounds.ledger import Stored, StoredFact, StoredPost, Told

POSTS = """
SELECT p.public_id, p.number, a.display_name, p.source FROM walls_post p
JOIN walls_thread t ON t.id = p.thread_id JOIN people_person a ON a.id = p.author_id
WHERE t.public_id = %s ORDER BY p.number
"""
THREAD = "SELECT id, last_number, reply_count FROM walls_thread WHERE public_id = %s"
FACTS = """
SELECT id, name, attempts, heard_at IS NOT NULL, dead_at IS NOT NULL, last_error,
       extract(epoch FROM now() - told_at) FROM kit_fact WHERE ids->>'thread' = %s ORDER BY id
"""
INBOX = """
SELECT a.display_name, n.count, n.facts FROM notifications_notification n
JOIN people_person a ON a.id = n.person_id WHERE n.thread_id = %s
"""
#: words of acknowledged posts with how often each is there: asked for all rounds together at the end
WORDS = "SELECT substring(source FROM 'zq[a-z]{12}') AS word, count(*) FROM walls_post GROUP BY 1"


def read(connection: Any, thread: str) -> Stored:
    """The thread with all that hangs on it; psycopg2.Error while the database is away."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(THREAD, [thread])
        key, last_number, reply_count = cursor.fetchone() or (0, 0, 0)
        cursor.execute(POSTS, [thread])
        posts = [StoredPost(*row) for row in cursor.fetchall()]
        cursor.execute(FACTS, [str(key)])
        facts = [StoredFact(*row[:6], float(row[6])) for row in cursor.fetchall()]
        cursor.execute(INBOX, [key])
        inbox = [Told(name, count, tuple(_list(told))) for name, count, told in cursor.fetchall()]
    return Stored(posts, last_number, reply_count, facts, inbox)


def words(connection: Any) -> dict[str, int]:
    """Every word of a press that is there, with how often."""
    with connection, connection.cursor() as cursor:
        cursor.execute(WORDS)
        return {word: count for word, count in cursor.fetchall() if word}


def waiting(connection: Any) -> int:
    """Facts that somebody has yet to hear."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kit_fact WHERE heard_at IS NULL AND dead_at IS NULL")
        return int(cursor.fetchone()[0])


def _list(value: Any) -> list[int]:
    return list(json.loads(value) if isinstance(value, str) else value)
