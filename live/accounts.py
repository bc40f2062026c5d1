"""Whether the people behind open sockets may still be there: account open, session not ended."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY

from kit import clock
from people.models import Person


def moved(epochs: Mapping[int, int]) -> list[int]:
    """Those of the people in ``epochs`` (key → last seen epoch) whose rights moved, or whose account closed."""
    rows = Person.objects.filter(pk__in=epochs).values_list("pk", "epoch", "is_active", "ends_at")
    now = clock.now()
    same = {
        pk
        for pk, epoch, is_active, ends_at in rows
        if is_active and epoch == epochs[pk] and (ends_at is None or ends_at > now)
    }
    return [pk for pk in epochs if pk not in same]


def open_sessions(epochs: Mapping[int, int], sessions: Mapping[int, set[str]]) -> dict[tuple[int, str], int]:
    """The (person, session key) pairs that are still signed in, with the person's epoch now."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    alive: dict[tuple[int, str], int] = {}
    for person in Person.objects.filter(pk__in=epochs):
        if not person.may_sign_in:
            continue
        for key in sessions[person.pk]:
            session = store(key).load()
            # SECURITY: the hash ends every session when the password changes.
            if str(session.get(SESSION_KEY)) == str(person.pk) and session.get(HASH_SESSION_KEY) in (
                person.get_session_auth_hash(),
                *person.get_session_auth_fallback_hash(),
            ):
                alive[(person.pk, key)] = person.epoch
    return alive
