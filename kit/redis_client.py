"""Redis, asked by ourselves beside what Channels, Celery and the cache do with it; servers only."""

from __future__ import annotations

from typing import Any

import redis
from django.conf import settings


def client(*, patience: float, **options: Any) -> redis.Redis:
    """A client of ``REDIS_URL`` that waits no longer than ``patience`` seconds to be let in, and for each answer."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=patience, socket_connect_timeout=patience, **options)
