"""How often one person may search. Counted in the shared cache: per process when embedded, in Redis on servers."""

from __future__ import annotations

import time

from django.core.cache import cache

from people.models import Person

WINDOW_SECONDS = 60
SEARCHES = 30
SUGGESTIONS = 240
"""The palette asks at most every 120 ms while one types."""


def seconds_to_wait(person: Person, what: str, limit: int) -> int:
    """0 when ``person`` may do this now (and it is counted), else the seconds after which it will be possible."""
    now = time.time()
    key = f"search:{what}:{person.pk}"
    recent = [moment for moment in cache.get(key, ()) if moment > now - WINDOW_SECONDS]
    if len(recent) >= limit:
        return max(1, round(recent[0] + WINDOW_SECONDS - now))
    cache.set(key, [*recent, now], WINDOW_SECONDS)
    return 0
