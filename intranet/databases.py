"""How PostgreSQL is spoken to: through a pooler in transaction mode if there is one, or past it."""

from __future__ import annotations

from typing import Any

import environ

# A network that swallows packets is noticed; without these a page thread would wait for hours.
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms
}


def postgresql(url: str) -> dict[str, Any]:
    """Django's settings for the database at ``url``, fit for PgBouncer in transaction mode."""
    found: dict[str, Any] = environ.Env.db_url_config(url)
    is_network = not str(found.get("HOST", "")).startswith("/")
    patience = _PATIENCE if is_network else {"connect_timeout": _PATIENCE["connect_timeout"]}
    return {
        **found,
        "OPTIONS": {**patience, **found.get("OPTIONS", {})},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # A cursor of the server's lives in a session, and the next statement may be in another.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def go_direct() -> None:
    """From now on this process speaks to PostgreSQL itself, where DATABASE_DIRECT_URL says how.

    For commands that need a session: migrations, backup, moving in. Called before their first query.
    """
    from django.conf import settings
    from django.db import connection

    if not settings.DATABASE_DIRECT_URL:
        return
    connection.close()
    pooled, direct = postgresql(settings.DATABASE_URL), postgresql(settings.DATABASE_DIRECT_URL)
    here = connection.settings_dict
    # Tests run in a database of another name.
    name = direct["NAME"] if here["NAME"] == pooled["NAME"] else here["NAME"]
    here.update({key: direct.get(key, "") for key in ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS")}, NAME=name)
    here["DISABLE_SERVER_SIDE_CURSORS"] = False
