"""How the engines hear of changes.

The embedded one is handed facts after their commit, and has one writer. PostgreSQL's writes in the transaction of the
change itself: a post is found with its commit, and what is deleted, moved or hidden is never found after it. Where a
fact touches very many rows (a long thread's title, the name of somebody who wrote much), only what must not be found
any more goes at once, and the words follow in background work, so that nobody waits for a thousand rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from haystack import connections

from kit import facts, slots
from kit.models import Fact
from search.findables import Findable, facts_heard, findables

AT_ONCE = 20
"""So many rows of one fact are written in its transaction; of more, the one it tells of, and those that must go, go."""

LOOKED_AT = 200
"""So many waiting facts are looked at to find the oldest that the index waits for."""


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
        slots.fill("schedule", "search.clean", 24 * 3600)


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


def waiting_since() -> dt.datetime | None:
    """When the oldest fact was told whose words are left to a worker; None where all are written.

    Of more than ``LOOKED_AT`` facts that wait for something, the first that was not looked at counts as one.
    """
    mine = f"{write_after.__module__}.{write_after.__qualname__}"
    waiting = Fact.objects.filter(name__in=facts_heard(), heard_at=None, dead_at=None).order_by("pk")
    for number, row in enumerate(waiting[: LOOKED_AT + 1]):
        fact = facts.HeardFact(row.pk, row.name, row.ids, row.told_at)
        if number == LOOKED_AT or (mine not in row.heard_by and _is_left(fact)):
            return fact.told_at
    return None


def _is_left(fact: facts.HeardFact) -> bool:
    """True when what a fact touched was too much for its transaction, or cannot be known."""
    try:
        return any(len(keys) > AT_ONCE or (keys and fact.name in one.waits) for one, keys in _touched(fact))
    except KeyError:
        # Told by another version, with other ids: who hears it fails, and the page that shows so must not.
        return True


def _touched(fact: facts.HeardFact) -> Iterator[tuple[Findable, list[int]]]:
    for one in findables().values():
        if fact.name in one.hears:
            yield one, [key for key in one.hears[fact.name](fact.ids) if key is not None]


def _writer() -> Any:
    return connections["default"].get_backend().writer
