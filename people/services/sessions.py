"""Ending sessions: the row of the session goes, and open sockets are checked before the answer."""

from __future__ import annotations

import hashlib

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kit import facts
from people.models import Person
from people.queries import mark_of

# Sessions of one morning end together: a thousand a minute are enough for 25,000 people before lunch.
OVER_AT_A_TIME = 1000


def session_name(session_key: str) -> str:
    """How a session is called where its key must not stand: a digest."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]


@transaction.atomic
def end_sessions(*, person: Person, besides: str = "") -> int:
    """End every session of ``person`` but the one with key ``besides``; how many. Their sockets close with them."""
    ending = UserSession.objects.filter(user=person).exclude(session_key=besides)
    keys = list(ending.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    if keys:
        _tell_signed_out(person)
    return len(keys)


def _tell_signed_out(person: Person) -> None:
    """SECURITY: the epoch rises in the transaction that ends the session, so that every node looks at the sockets."""
    Person.objects.filter(pk=person.pk).update(epoch=F("epoch") + 1)
    facts.tell("person.signed-out", person=person.pk)


@transaction.atomic
def end_session(*, person: Person, session_key: str) -> None:
    """End one session of ``person``, as signing out there would."""
    row = UserSession.objects.filter(user=person, session_key=session_key)
    if row.exists():
        row.delete()
        Session.objects.filter(session_key=session_key).delete()
        _tell_signed_out(person)


def end_sessions_whose_time_is_over() -> int:
    """End the sessions that are over by the clock; how many. The beat calls it every minute.

    Pages refuse them from that second on; this closes the sockets they still hold open, and takes the rows away.
    """
    over = Session.objects.filter(expire_date__lte=timezone.now()).values("session_key")
    rows = list(UserSession.objects.filter(session_key__in=over).select_related("user")[:OVER_AT_A_TIME])
    for row in rows:
        end_session(person=row.user, session_key=row.session_key)
    return len(rows)


@transaction.atomic
def change_password(*, person: Person, password: str, besides: str = "") -> None:
    """Set a new password and end every session but the one with key ``besides``."""
    person.set_password(password)
    person.save(update_fields=["password"])
    end_sessions(person=person, besides=besides)
    # The session kept gets a new key: its sockets come back with it.
    _tell_signed_out(person)
    facts.tell("password.changed", person=person.pk)


@transaction.atomic
def note_sign_out(*, person: Person, session_key: str) -> None:
    """Say that ``person`` signed out of one session, which Django ends right after."""
    UserSession.objects.filter(user=person, session_key=session_key).delete()
    Session.objects.filter(session_key=session_key).delete()
    _tell_signed_out(person)


@transaction.atomic
def ask_reset_link(*, email: str, language: str) -> None:
    """Write down that a link to set a new password was asked for; no account is looked up, so that none is told.

    The link is made and mailed by background work. What is written holds a mark of the address, never the address.
    """
    facts.tell("reset-link.asked", mark=mark_of(email), language=language)
