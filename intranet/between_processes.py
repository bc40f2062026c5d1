"""What processes share: cache, sockets' events and tasks. In Redis on a server, in the one process when embedded."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


def caches(redis: str) -> dict[str, Any]:
    """Django's ``CACHES``; ``redis``: its address, or ''."""
    shared = {
        "BACKEND": "intranet.caching.RedisElseHere",
        "LOCATION": redis,
        "OPTIONS": {"serializer": "intranet.caching.PlainValues"},
    }
    return {
        "default": shared if redis else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        # Drawn posts and rows (kit.fragments), in each process: some 4 kB each.
        "fragments": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "fragments",
            "TIMEOUT": 6 * 3600,
            "OPTIONS": {"MAX_ENTRIES": 4000},
        },
    }


def channel_layers(redis: str) -> dict[str, Any]:
    """Channels' ``CHANNEL_LAYERS``."""
    if not redis:
        # One hub reads them all at once: the limit is only there against a stuck loop; memberships never expire.
        endless = {"capacity": 50_000, "group_expiry": 10**9}
        return {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": endless}}
    host = {"address": redis, "socket_connect_timeout": 1, "socket_timeout": 2, "health_check_interval": 15}
    # Redis tells what is published to whoever listens, in every one of its numbered databases.
    prefix = f"parvis-{urlsplit(redis).path.strip('/') or 0}"
    layer = {"prefix": prefix, "hosts": [host]}
    return {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": layer}}


def broker_options(redis: str) -> dict[str, Any]:
    """Celery's ``broker_transport_options``."""
    if not redis:
        return {"polling_interval": 0.05}
    return {"socket_connect_timeout": 2, "socket_timeout": 10, "socket_keepalive": True, "health_check_interval": 10}
