"""How often one may try a name or come from one address: django-allauth's counters, with the wait they leave out."""

from __future__ import annotations

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kit.limits import LimitReached

_APP = "allauth.account"


def take(request: HttpRequest, action: str, *, key: str) -> ratelimit.RateLimitUsage:
    """Count one try of ``action`` for ``key`` and for the address it comes from; raises LimitReached.

    The limits are ``ACCOUNT_RATE_LIMITS[action]``. SECURITY: the key is what was typed, known or not, so that a name
    nobody has runs into the same limit after the same number of tries. A GET counts too: a secret link is tried by one.
    """
    usage = ratelimit.consume(request, app=_APP, action=action, key=key.lower(), limit_get=True)
    if usage is None:
        raise LimitReached(_("Too many tries in a short time"), retry_after=_wait(request, action, key.lower()))
    return usage


def _wait(request: HttpRequest, action: str, key: str) -> int:
    """Seconds until the fullest counter lets one more through."""
    now, waits = time.time(), [1.0]
    for rate in ratelimit.get_rates(app=_APP, action=action):
        name = ratelimit.get_cache_key(request, app=_APP, action=action, rate=rate, key=key)
        tries = cache.get(name, [])
        if len(tries) >= rate.amount:
            waits.append(tries[-1] + rate.duration - now)
    return math.ceil(max(waits))
