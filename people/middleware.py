"""Which sessions a person has: noted at the first request of each, and every ten minutes after."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.core.cache import cache

from people.services.sessions import session_name

NOTED_EVERY = 600


def note_sessions(get_response):
    """Keep the list of sessions (and when each was last used) without a write on every page."""

    def middleware(request):
        key = request.session.session_key
        # PERF: one cache look-up a request; the row is written at most every ten minutes.
        if key and request.user.is_authenticated and cache.add(f"session:{session_name(key)}", 1, NOTED_EVERY):
            UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware
