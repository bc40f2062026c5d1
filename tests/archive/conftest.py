"""What tests of the log need: to get past its triggers, as somebody with the password of the database could."""

from __future__ import annotations

import contextlib
from importlib import import_module

import pytest
from django.db import connection

MIGRATION = import_module("archive.migrations.0002_only_written_on")
NAMES = {
    "sqlite": ("archive_log_no_update", "archive_log_no_delete", "archive_log_in_turn"),
    "postgresql": ("archive_log_no_change", "archive_log_no_truncate", "archive_log_in_turn"),
}


@contextlib.contextmanager
def unguarded():
    """Inside, the database lets everything be done to the log; a cursor."""
    on = "" if connection.vendor == "sqlite" else " ON archive_logentry"
    with connection.cursor() as cursor:
        for name in NAMES[connection.vendor]:
            cursor.execute(f"DROP TRIGGER {name}{on}")
        yield cursor
        for statement in MIGRATION.POSTGRESQL if connection.vendor == "postgresql" else MIGRATION.SQLITE:
            if statement.startswith("CREATE TRIGGER"):
                cursor.execute(statement)


@pytest.fixture
def log_of_transactions(transactional_db):
    """A test that commits leaves entries behind, which no flush of Django's can remove: this does."""
    yield
    with unguarded() as cursor:
        cursor.execute("DELETE FROM archive_logentry")
