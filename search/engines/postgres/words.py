"""The table of words is rid of what nothing holds any more, a few hundred at a time, beside people who post.

Nothing that anybody is shown depends on it: every word that is looked up is asked for behind the gate.
"""

from __future__ import annotations

import logging

from django.db import connection, transaction

from search.engines.postgres import rows
from search.engines.postgres.patience import InUse, patiently
from search.engines.postgres.vectors import BODY, TITLE, lexeme
from search.findables import findables

log = logging.getLogger("parvis.search")

BATCH = 500

_UNUSED = (
    "FROM unnest(%s::text[], %s::text[]) u (word, query) WHERE NOT EXISTS "
    "(SELECT 1 FROM search_row r WHERE r.label = %s AND r.words @@ u.query::tsquery)"
)


def clean() -> int:
    """Drop words that no title and no body holds, and what stands there twice; how many words were looked at."""
    looked_at = 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_word WHERE NOT label = ANY(%s)", [list(findables())])
    for label in findables():
        last = ""
        while batch := _after(label, last):
            last = batch[-1]
            looked_at += len(batch)
            _drop_twins(label, batch)
            if unused := _unused(label, batch):
                try:
                    patiently(_drop, label, unused)
                except InUse:
                    log.info("%s words that nothing holds wait for the next time", len(unused))
    return looked_at


def _after(label: str, last: str) -> list[str]:
    with connection.cursor() as cursor:
        # In the order of the index, which is that of the letters' numbers.
        cursor.execute(
            "SELECT word FROM search_word WHERE label = %s AND word ~>~ %s ORDER BY word USING ~<~ LIMIT %s",
            [label, last, BATCH],
        )
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def _drop_twins(label: str, words: list[str]) -> None:
    """Of each word one stays, which is all that whoever writes a row wants."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM search_word w USING search_word o WHERE w.label = %s AND w.word = ANY(%s) "
            "AND o.label = w.label AND o.word = w.word AND o.ctid < w.ctid",
            [label, words],
        )


def _unused(label: str, words: list[str]) -> list[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        # PERF: to walk the rows in hope of an early hit, as PostgreSQL likes to do for EXISTS, could take for ever.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute(f"SELECT word {_UNUSED}", [words, _queries(words), label])
        found = [row[0] for row in cursor.fetchall()]
        # What goes on in the transaction of the caller goes on as before.
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT; SET LOCAL enable_indexscan = DEFAULT")
        return found


def _drop(label: str, words: list[str]) -> None:
    """Drop what is unused, asked once more while nobody is writing a row that counts upon a word of the table."""
    rows.keep_words_for_cleaning(label)
    if unused := _unused(label, words):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_word WHERE label = %s AND word = ANY(%s)", [label, unused])


def _queries(words: list[str]) -> list[str]:
    return [lexeme(word, TITLE + BODY) for word in words]
