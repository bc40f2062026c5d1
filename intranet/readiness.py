"""Whether this process could serve a page now: each check gives the names of what is away, or raises."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections, connection

from intranet.backups.manifest import known_migrations
from kit import redis_client

#: seconds for Redis to answer
PATIENCE = 1.5


@functools.cache
def _needed() -> frozenset[str]:
    return frozenset(known_migrations())


def database() -> frozenset[str]:
    """The database answers, takes writes, and has had every migration of this code (others may have come since)."""
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_is_in_recovery()")
                if cursor.fetchone()[0]:
                    return frozenset({"database"})
            cursor.execute("SELECT app, name FROM django_migrations")
            had = {f"{app}.{name}" for app, name in cursor.fetchall()}
    except Exception:
        connection.close()
        raise
    return frozenset() if had >= _needed() else frozenset({"migrations"})


def redis_server() -> frozenset[str]:
    """Redis answers."""
    client = redis_client.client(patience=PATIENCE)
    try:
        client.ping()
    finally:
        client.close()
    return frozenset()


CHECKS: dict[str, Callable[[], frozenset[str]]] = {"database": database, "redis": redis_server}


def checks() -> list[str]:
    """The names of what this profile needs."""
    return [name for name in CHECKS if name != "redis" or settings.REDIS_URL]
