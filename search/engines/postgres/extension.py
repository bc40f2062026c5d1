"""The one extension of PostgreSQL that search needs, and what to tell an administrator when it cannot be had."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import Error, transaction

from kit import failures


def ensure_intarray(connection: Any) -> None:
    """Make sure of ``intarray``. Raises CommandError, whose sentence says what an administrator has to run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'intarray'")
        if cursor.fetchone():
            return
        cursor.execute("SELECT current_database(), current_user")
        database, role = cursor.fetchone()
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS intarray")
        except Error as error:
            reason = failures.first_line(error)
            raise CommandError(
                f"Search needs the PostgreSQL extension intarray, and the role {role} can't create it ({reason}): "
                f"as an administrator of the server install PostgreSQL's contrib package if need be, run "
                f'psql -d {database} -c "CREATE EXTENSION intarray", then start this command again.'
            ) from None
