"""How the engines hear of changes.

The embedded one is handed facts after their commit, and has one writer. PostgreSQL's writes in the transaction of the
change itself: a post is found with its commit, and what is deleted, moved or hidden is never found after it. Where a
fact touches very many rows (a long thread's title, the name of somebody who wrote much), only what must not be found
any more goes at once, and the words follow in background work, so that nobody waits for a thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from haystack import connections

from kit import facts, slots
from search.findables import Findable, facts_heard, findables

AT_ONCE = 20
"""So many rows of one fact are written in its transaction; of more, the one it tells of, and those that must go, go."""


def begin() -> None:
    """Subscribe, as the engine of this installation wants it."""
    engine = str(settings.HAYSTACK_CONNECTIONS["default"]["ENGINE"])
    if "whoosh" in engine:
        # The server starts the writer's thread once it listens, and ends it when it stops.
        for name in facts_heard():
            facts.subscribe(name, hear, phase=facts.AFTER)
        slots.fill("server.started", "search", lambda _loop: _writer().start())
        slots.fill("server.stopping", "search", lambda: _writer().stop())
    elif "postgres" in engine:
        for name in facts_heard():
            facts.subscribe(name, write_within, phase=facts.IN_TRANSACTION)
            facts.subscribe(name, write_after, phase=facts.AFTER)


def hear(fact: facts.HeardFact) -> None:
    """Hand one fact to the writer of this process."""
    _writer().hear(fact)


def write_within(fact: facts.HeardFact) -> None:
    """Write what a fact touched, in its transaction."""
    from search.engines.postgres import rows

    for one, keys in _touched(fact):
        if fact.name in one.waits:
            continue
        if len(keys) <= AT_ONCE:
            rows.write(one, keys)
            continue
        rows.drop_moved(one, keys)
        # SECURITY: a word taken out of the post that opens a long thread is found no more, whenever a worker comes.
        itself = fact.ids.get(one.model._meta.model_name)
        if itself in keys:
            rows.write(one, [itself])


def write_after(fact: facts.HeardFact) -> None:
    """Write what was too much for the transaction."""
    from search.engines.postgres import rebuilding, rows

    for one, keys in _touched(fact):
        if fact.name in one.waits or len(keys) > AT_ONCE:
            rebuilding.write_anew(one, keys)
        elif len(keys) > 1 and (left := rows.missing(one, keys)):
            # They were more when the fact was told, and were dropped to be written now.
            rebuilding.write_anew(one, left)


def _touched(fact: facts.HeardFact) -> Iterator[tuple[Findable, list[int]]]:
    for one in findables().values():
        if fact.name in one.hears:
            yield one, [key for key in one.hears[fact.name](fact.ids) if key is not None]


def _writer() -> Any:
    return connections["default"].get_backend().writer
