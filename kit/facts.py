"""Facts: what happened is written with the change, and heard at least once, whatever dies in between.

A service calls :func:`tell` inside its transaction. Three kinds of subscriber hear it:

``IN_TRANSACTION``  at once, in the same transaction: guards and rows that must never disagree with the change;
``BEFORE_ANSWER``   right after commit, waited for: revocation on this process's sockets;
``AFTER``           everything else: enqueued after commit, and found by the sweeper if the process died first.

``AFTER`` subscribers are idempotent: a crash between their effect and our note of it lets them hear the fact again.
Source of the pattern: the transactional outbox (Richardson, microservices.io/patterns/data/transactional-outbox).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from kit import clock
from kit.models import Fact

log = logging.getLogger("parvis.facts")

IN_TRANSACTION = "in transaction"
BEFORE_ANSWER = "before the answer"
AFTER = "after"

# The sweeper leaves a new fact to the fast path for this long.
FAST_PATH = dt.timedelta(seconds=5)
LEASE = dt.timedelta(seconds=60)
MAX_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class HeardFact:
    """What a subscriber is given: the fact's key, name, ids and moment."""

    id: int
    name: str
    ids: dict[str, Any]
    told_at: dt.datetime


Hear = Callable[[HeardFact], None]
_subscribers: dict[str, dict[str, dict[str, Hear]]] = {IN_TRANSACTION: {}, BEFORE_ANSWER: {}, AFTER: {}}
_enqueue: list[Callable[[int], None]] = []


def subscribe(name: str, hear: Hear, *, phase: str = AFTER) -> None:
    """Let ``hear`` hear every fact called ``name`` (``noun.past-participle``). Called in an app's ``ready()``."""
    _subscribers[phase].setdefault(name, {})[f"{hear.__module__}.{hear.__qualname__}"] = hear


def subscribers(name: str, phase: str = AFTER) -> dict[str, Hear]:
    """Who hears ``name`` in ``phase``, by dotted name."""
    return _subscribers[phase].get(name, {})


def known_names() -> set[str]:
    """Every fact name somebody hears."""
    return {name for phase in _subscribers.values() for name in phase}


def deliver_with(enqueue: Callable[[int], None]) -> None:
    """Say how a fact's key is handed to background work after commit (set once, by ``intranet``)."""
    _enqueue[:] = [enqueue]


def tell(name: str, **ids: Any) -> HeardFact:
    """State that ``name`` happened, inside the transaction of the change. Raises outside of one.

    ``ids`` are keys and small scalars, never text that people wrote.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"The fact {name!r} was told outside a transaction: it could be lost or be false.")
    now = clock.now()
    later = subscribers(name, AFTER)
    row = Fact.objects.create(
        name=name, ids=ids, told_at=now, next_attempt_at=now + FAST_PATH, heard_at=None if later else now
    )
    fact = HeardFact(row.pk, name, ids, now)
    for hear in subscribers(name, IN_TRANSACTION).values():
        hear(fact)
    waited_for = list(subscribers(name, BEFORE_ANSWER).values())
    if waited_for or later:
        transaction.on_commit(lambda: _after_commit(fact, waited_for, has_later=bool(later)))
    return fact


def _after_commit(fact: HeardFact, waited_for: Iterable[Hear], *, has_later: bool) -> None:
    for hear in waited_for:
        try:
            hear(fact)
        except Exception as error:
            # The epoch was raised in the transaction, so a hub that missed this asks the rule again anyway.
            log.error("fact %s: %s failed before the answer: %s", fact.id, hear.__qualname__, type(error).__name__)
    if has_later and _enqueue:
        try:
            _enqueue[0](fact.id)
        except Exception as error:
            log.warning("fact %s waits for the sweeper: %s", fact.id, type(error).__name__)


def deliver(fact_id: int) -> bool:
    """Let everyone who has not yet heard this fact hear it; True when all have.

    A subscriber that fails stops no other; the fact is tried again with back-off, and given up after
    ``MAX_ATTEMPTS`` into the list an administrator sees.
    """
    row = Fact.objects.filter(pk=fact_id, heard_at=None, dead_at=None).first()
    if row is None:
        return True
    fact = HeardFact(row.pk, row.name, row.ids, row.told_at)
    done, error = set(row.heard_by), ""
    for name, hear in subscribers(row.name, AFTER).items():
        if name in done:
            continue
        try:
            hear(fact)
        except Exception as failure:
            error = f"{name}: {type(failure).__name__}"
            log.exception("fact %s %s: %s failed", row.pk, row.name, name)
        else:
            done.add(name)
    now = clock.now()
    if not error:
        Fact.objects.filter(pk=row.pk).update(heard_by=sorted(done), heard_at=now, last_error="")
        return True
    attempts = row.attempts + 1
    wait = dt.timedelta(seconds=min(3600, 2**attempts))
    Fact.objects.filter(pk=row.pk).update(
        heard_by=sorted(done),
        attempts=attempts,
        next_attempt_at=now + wait,
        last_error=error,
        dead_at=now if attempts >= MAX_ATTEMPTS else None,
    )
    return False


def sweep(limit: int = 200) -> int:
    """Deliver what a crash or a failure left behind; how many facts were taken up.

    Rows are leased in a short transaction and delivered outside it: nothing is sent inside a lock.
    """
    now = clock.now()
    with transaction.atomic():
        waiting = Fact.objects.filter(heard_at=None, dead_at=None, next_attempt_at__lte=now).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        keys = list(waiting.values_list("pk", flat=True)[:limit])
        Fact.objects.filter(pk__in=keys).update(next_attempt_at=now + LEASE)
    for key in keys:
        deliver(key)
    return len(keys)


def retry_dead() -> int:
    """Give every given-up fact a new set of attempts; how many there were."""
    return Fact.objects.exclude(dead_at=None).update(dead_at=None, attempts=0, next_attempt_at=clock.now())


def forget_heard(older_than: dt.timedelta = dt.timedelta(days=30)) -> int:
    """Drop facts that everyone heard long ago; how many."""
    return Fact.objects.filter(heard_at__lt=clock.now() - older_than).delete()[0]


def backlog() -> dict[str, int]:
    """How many facts wait and how many were given up: for the administrator's page."""
    return {
        "waiting": Fact.objects.filter(heard_at=None, dead_at=None).count(),
        "late": Fact.objects.filter(heard_at=None, dead_at=None, attempts__gt=0).count(),
        "dead": Fact.objects.exclude(dead_at=None).count(),
    }
