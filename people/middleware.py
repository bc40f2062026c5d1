"""Which sessions a person has: noted at the first request of each, and every ten minutes after."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.core.cache import cache

from kit import slots
from people.services.sessions import session_name

NOTED_EVERY = 600


def opens_page(request):
    """True when somebody opens a page, False when one that stands open asks for a part of itself."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" or "HX-Boosted" in request.headers


def note_sessions(get_response):
    """Keep the list of sessions (and when each was last used) without a write on every page.

    Who opens a page is told to the callables in the slot ``person.seen``, as seldom.
    """

    def middleware(request):
        key = request.session.session_key
        # PERF: one cache look-up a request; the row is written at most every ten minutes.
        if key and request.user.is_authenticated:
            is_page = opens_page(request)
            if cache.add(f"session:{session_name(key)}:{'page' if is_page else 'part'}", 1, NOTED_EVERY):
                UserSession.objects.create_from_request(request)
                for see in slots.filled("person.seen") if is_page else ():
                    see(request.user)
        return get_response(request)

    return middleware
