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
    """Somebody signs out: the sockets opened with it close now, on every node.

    Django says so just before it empties the session; the raised epoch makes the other nodes look within a second.
    """
    if user is not None:
        Person.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
        close_session(request.session.session_key or "")


def check_sessions(sender, request, user, **kwargs) -> None:
    """A password was changed: every other session of this person has ended with it."""
    Person.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
    revoke_now(person_ids=[user.pk])
