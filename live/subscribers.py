"""What the hub does when rights are lost: at once, before the answer."""

from __future__ import annotations

from kit.facts import HeardFact
from live.push import revoke_now


def check_streams(fact: HeardFact) -> None:
    """A space or a thread lost readers: every watch whose rights moved is checked now."""
    revoke_now()


def check_person(fact: HeardFact) -> None:
    """An account or a session ended: that person's sockets are checked now."""
    revoke_now(person_ids=[fact.ids["person"]])
