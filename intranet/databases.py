"""How the database is spoken to: SQLite in a file, or PostgreSQL, through a pooler in transaction mode or past it."""

from __future__ import annotations

from pathlib import Path
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


def sqlite(folder: Path) -> dict[str, Any]:
    """Django's settings for the embedded database in ``folder``."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder / "db.sqlite3",
        "CONN_MAX_AGE": None,
        # A file, as in the product: threads of a database in memory lock each other's tables.
        "TEST": {"NAME": folder / "test.sqlite3"},
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # FULL: with NORMAL an acknowledged post can be lost when the power fails.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;",
        },
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
