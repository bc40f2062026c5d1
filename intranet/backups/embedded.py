"""The database of the embedded profile in a backup: SQLite's own online copy."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from intranet.backups.manifest import FIRST_FORMAT, BackupFailed, Manifest, differing, refuse_differing
from intranet.checksums import Sums, sqlite_sums

DATABASE = "db.sqlite3"


@contextlib.contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that is closed afterwards."""
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as connection:
        yield connection


def copy_database(target: Path) -> None:
    """A consistent copy of the SQLite database, taken while others write (SQLite's online backup)."""
    with connected(settings.DATA_FOLDER / DATABASE) as source, connected(target) as copy:
        # In one go: a backup in steps starts over each time another process writes, and may never end.
        source.backup(copy)
        # One file, without the journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def table_sums(path: Path) -> Sums:
    """Rows and SHA-256 of every table of a database file (see :mod:`intranet.checksums`)."""
    with connected(path) as connection:
        return sqlite_sums(connection)


def sums_of_first_format(path: Path) -> Sums:
    """The same as the first backups were made with: Python's words for SQLite's own values, by row."""
    sums: Sums = {}
    with connected(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (name,) in sorted(names.fetchall()):
            digest, rows = hashlib.sha256(), 0
            for row in connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):  # noqa: S608  (its own names)
                digest.update(repr(row).encode())
                rows += 1
            sums[name] = {"rows": rows, "sha256": digest.hexdigest()}
    return sums


def migrations_in(path: Path) -> list[str]:
    """Which migrations a database file has had."""
    with connected(path) as connection:
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    return [f"{app}.{name}" for app, name in rows]


def check_database(place: Path, manifest: Manifest) -> None:
    """Raise BackupFailed unless the database file of an unpacked backup is as its manifest says."""
    if not (place / DATABASE).is_file():
        raise BackupFailed(f"The backup is damaged: {DATABASE} is missing.")
    ask = sums_of_first_format if manifest.format == FIRST_FORMAT else table_sums
    try:
        found = ask(place / DATABASE)
    except (sqlite3.DatabaseError, ValueError) as error:
        raise BackupFailed(f"The backup is damaged: its database can't be read ({type(error).__name__}).") from error
    refuse_differing(differing(manifest.tables, found))
