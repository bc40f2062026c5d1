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
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from kit import clock, failures, ids, leases
from kit.models import Fact

log = logging.getLogger("parvis.facts")

IN_TRANSACTION = "in transaction"
BEFORE_ANSWER = "before the answer"
AFTER = "after"

# The sweeper leaves a new fact to the fast path for this long.
FAST_PATH = dt.timedelta(seconds=5)
# Who delivers a fact holds it for this long and renews while they work; after a kill -9 others take it up then.
LEASE = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 12
# Leased together by a sweeper; few, so that a dead one holds few.
AT_ONCE = 20


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


def tell(name: str, /, **ids: Any) -> HeardFact:
    """State that ``name`` happened, inside the transaction of the change. Raises outside of one.

    ``ids`` are keys and small scalars, never text that people wrote.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"The fact {name!r} was told outside a transaction: it could be lost or be false.")
    now = clock.now()
    later = subscribers(name, AFTER)
    row = Fact.objects.create(
        name=name, ids=ids, told_at=now, next_attempt_at=_in(FAST_PATH), heard_at=None if later else now
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


def _in(wait: dt.timedelta) -> Any:
    """The moment ``wait`` from now, by the clock that all nodes share: the database's, where there are several."""
    if connection.vendor != "postgresql" or clock.is_set():
        return clock.now() + wait
    return Now() + wait


def _waiting() -> QuerySet[Fact]:
    """Facts that somebody has yet to hear and that nobody delivers at this moment."""
    free = Q(leased_until=None) | Q(leased_until__lte=_in(dt.timedelta()))
    return Fact.objects.filter(free, heard_at=None, dead_at=None)


class _Lease:
    """The right to deliver one fact: who lost it (a stopped process, a slow one) records no failure any more."""

    def __init__(self, fact_id: int, word: str, taken_at: float) -> None:
        self.fact_id, self.word, self._taken_at = fact_id, word, taken_at

    @property
    def row(self) -> QuerySet[Fact]:
        """The fact, while it is ours."""
        return Fact.objects.filter(pk=self.fact_id, lease=self.word, heard_at=None, dead_at=None)

    def is_kept(self) -> bool:
        """Renew when a third of the time is gone; False when another has taken the fact up."""
        now = time.monotonic()
        if now - self._taken_at < LEASE.total_seconds() / 3:
            return True
        self._taken_at = now
        return bool(self.row.update(leased_until=_in(LEASE)))


def deliver(fact_id: int) -> bool:
    """Let everyone who has not yet heard this fact hear it; True when all have.

    A subscriber that fails stops no other; the fact is tried again with back-off, and given up after
    ``MAX_ATTEMPTS`` into the list an administrator sees. A fact that another process delivers now is left to it.
    """
    lease = _Lease(fact_id, ids.public_id(), time.monotonic())
    if _waiting().filter(pk=fact_id).update(lease=lease.word, leased_until=_in(LEASE)):
        return _let_hear(lease)
    return not Fact.objects.filter(pk=fact_id, heard_at=None, dead_at=None).exists()


def _let_hear(lease: _Lease) -> bool:
    row = lease.row.first()
    if row is None:
        return False
    fact = HeardFact(row.pk, row.name, row.ids, row.told_at)
    done, error = set(row.heard_by), ""
    for name, hear in subscribers(row.name, AFTER).items():
        if name in done:
            continue
        if not lease.is_kept():
            return False
        try:
            with leases.keeping(lease.is_kept, seconds=LEASE.total_seconds()):
                hear(fact)
        except Exception as failure:
            error = f"{name}: {type(failure).__name__}"
            log.error("fact %s %s: %s failed: %s", row.pk, row.name, name, failures.without_words(failure))
        else:
            done.add(name)
    free = {"heard_by": sorted(done), "lease": "", "leased_until": None}
    if not error:
        # Whoever holds the lease now: everybody has heard it.
        Fact.objects.filter(pk=row.pk, heard_at=None).update(**free, heard_at=clock.now(), dead_at=None, last_error="")
        return True
    attempts = row.attempts + 1
    lease.row.update(
        **free,
        attempts=attempts,
        next_attempt_at=_in(dt.timedelta(seconds=min(3600, 2**attempts))),
        last_error=error,
        dead_at=clock.now() if attempts >= MAX_ATTEMPTS else None,
    )
    return False


def sweep(limit: int = 200, *, within: float = 20.0) -> int:
    """Deliver what a crash or a failure left behind; how many facts were taken up, in about ``within`` seconds.

    Rows are leased in a short transaction and delivered outside it: nothing is sent inside a lock. Any number of
    sweepers may run at once; each passes over what another has locked or leased.
    """
    until, count = time.monotonic() + within, 0
    while count < limit and time.monotonic() < until:
        taken = _take(min(AT_ONCE, limit - count))
        if not taken:
            break
        for lease in taken:
            if lease.is_kept():
                _let_hear(lease)
        count += len(taken)
    return count


def _take(count: int) -> list[_Lease]:
    """Lease up to ``count`` facts that are due."""
    word, now = ids.public_id(), time.monotonic()
    with transaction.atomic():
        due = _waiting().filter(next_attempt_at__lte=_in(dt.timedelta())).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        keys = list(due.values_list("pk", flat=True)[:count])
        Fact.objects.filter(pk__in=keys).update(lease=word, leased_until=_in(LEASE))
    return [_Lease(key, word, now) for key in keys]


def dead() -> QuerySet[Fact]:
    """Facts that were given up, the newest first."""
    return Fact.objects.filter(dead_at__isnull=False).order_by("-dead_at", "-pk")


def public_id_of(fact: Fact) -> str:
    """What a form calls a given-up fact by.

    SECURITY: made from the server's key, for keys in sequence would tell how much happens between two of them. PERF:
    no column: facts are written with everything that happens, and given up hardly ever.
    """
    return ids.derived_public_id(settings.SECRET_KEY, f"fact {fact.pk}")


def retry_dead(public_id: str = "") -> int:
    """Give every given-up fact, or the one of that :func:`public_id_of`, a new set of attempts; how many there were."""
    rows = dead()
    if public_id:
        rows = rows.filter(pk__in=[fact.pk for fact in dead().only("pk") if public_id_of(fact) == public_id])
    again = {"dead_at": None, "attempts": 0, "next_attempt_at": _in(dt.timedelta()), "lease": "", "leased_until": None}
    return rows.order_by().update(**again)


def forget_heard(older_than: dt.timedelta = dt.timedelta(days=30)) -> int:
    """Drop facts that everyone heard long ago; how many."""
    return Fact.objects.filter(heard_at__lt=clock.now() - older_than).delete()[0]


def backlog() -> dict[str, int]:
    """How many facts wait and how many were given up: for the administrator's page."""
    return {
        "waiting": Fact.objects.filter(heard_at=None, dead_at=None).count(),
        "late": Fact.objects.filter(heard_at=None, dead_at=None, attempts__gt=0).count(),
        "dead": dead().count(),
    }
