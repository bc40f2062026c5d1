"""Writing into the log: one writer at a time, in the transaction of what is written down."""

from __future__ import annotations

import logging
from typing import Any

from django.db import connection, transaction

from archive.chain import BEGINNING, canonical, digest_of
from archive.models import LogEntry
from kit import clock
from people.models import Person

log = logging.getLogger("parvis.archive")

# The turn of writers on PostgreSQL, held to the end of the transaction: a number of our own for advisory locks.
TURN = 0x50_61_72_76_6C_6F_67


def write_down(*, actor: Person | None, kind: str, **content: Any) -> LogEntry:
    """Add an entry inside the transaction of the act; ``actor`` is None where Parvis acts by the clock.

    ``content``: keys, numbers, moments as text, and words an administrator wrote for this log. From here to the end of
    the transaction nobody else writes here. Raises RuntimeError outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{kind!r} was written down outside a transaction: it could be lost or be false.")
    wait_for_turn()
    last = LogEntry.objects.order_by("-number").first()
    entry = LogEntry(
        number=last.number + 1 if last else 1,
        at=clock.now(),
        actor=actor.public_id if actor else "",
        kind=kind,
        content=canonical(content),
        previous=last.hash if last else BEGINNING,
    )
    entry.hash = digest_of(entry)
    entry.save(force_insert=True)
    # The head goes to the machine's log too, which is another place: what is cut off the end here is missed there.
    transaction.on_commit(lambda: log.info("log entry %s has hash %s", entry.number, entry.hash))
    return entry


def wait_for_turn() -> None:
    """Be the only one who writes here, to the end of the transaction.

    Taken after rows of accounts and before those of spaces: two who did it the other way round, one closing an account
    that manages a group and one ending an access to that group, would each wait for the other.
    """
    # SQLite's transactions are IMMEDIATE: whoever is in one has the turn.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
