"""What the hub does when rights are lost: at once, before the answer."""

from __future__ import annotations

from django.db.models import F

from kit.facts import HeardFact
from live.push import close_session, revoke_now
from people.models import Person


def check_streams(fact: HeardFact) -> None:
    """A space or a thread lost readers: every watch whose rights moved is checked now."""
    revoke_now()


def check_person(fact: HeardFact) -> None:
    """An account or a session ended: that person's sockets are checked now."""
    revoke_now(person_ids=[fact.ids["person"]])


def end_session(sender, request, user, **kwargs) -> None:
    """Somebody signs out: the sockets of this node opened with it close before anything else.

    The session, and with it the sockets of other nodes, ends in ``people``.
    """
    if user is not None:
        close_session(request.session.session_key or "")


def check_sessions(sender, request, user, **kwargs) -> None:
    """A password was changed: every other session of this person has ended with it."""
    Person.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
    revoke_now(person_ids=[user.pk])
