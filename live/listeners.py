"""Whether any web node listens to a stream: asked of Redis, so that nothing is counted or drawn for nobody.

A notice to a thousand people asks a thousand inboxes for their counts; on a server nearly all of them are closed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from functools import cache

import redis
from django.conf import settings

from kit import redis_client

log = logging.getLogger("parvis.live")

#: seconds an answer is waited for, and seconds Redis is left alone after it gave none
PATIENCE_SECONDS = 0.5
LEFT_ALONE_SECONDS = 5.0
#: streams asked for at once
AT_ONCE = 500

_lock = threading.Lock()
_back_at = 0.0


@cache
def _client() -> redis.Redis:
    return redis_client.client(patience=PATIENCE_SECONDS)


def listened_to(groups: Iterable[str]) -> set[str]:
    """Those of ``groups`` that some hub listens to; none while Redis is away, for then nothing can be sent either."""
    global _back_at
    asked = list(groups)
    if not asked or time.monotonic() < _back_at:
        return set()
    # The name under which the layer's processes subscribe to a group: channels_redis/pubsub.py.
    prefix = settings.CHANNEL_LAYERS["default"]["CONFIG"].get("prefix", "asgi") + "__group__"
    heard: set[str] = set()
    try:
        for first in range(0, len(asked), AT_ONCE):
            names = [prefix + group for group in asked[first : first + AT_ONCE]]
            heard |= {name.decode().removeprefix(prefix) for name, count in _client().pubsub_numsub(*names) if count}
    except redis.RedisError as error:
        with _lock:
            _back_at = time.monotonic() + LEFT_ALONE_SECONDS
        log.warning("nobody can say who listens (%s): screens follow by looking at the database", type(error).__name__)
        return set()
    return heard
