"""The database of the server profile in a backup: ``pg_dump`` of one moment, with the sums of the same moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from intranet import postgresql
from intranet.backups.manifest import BackupFailed, Manifest, RestoreUnfinished, differing, refuse_differing, sha256_of
from intranet.checksums import Sums, postgresql_sums, postgresql_tables

DUMP = "database.dump"
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def dump(folder: Path) -> tuple[Sums, list[str], dict[str, Any]]:
    """Write the dump; the sums of its tables, its migrations, and what the manifest keeps of it.

    Dump and sums read one exported snapshot: people may write meanwhile. Raises Unavailable.
    """
    with postgresql.connected() as connection:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        version = postgresql.major(connection)
        pg_dump = postgresql.program("pg_dump", at_least=version)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
            migrations = [name for (name,) in cursor.fetchall()]
        derived = postgresql_tables(connection)[1]
        postgresql.run(
            pg_dump,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            # Who made an extension may say things about it; whoever restores may not.
            "--no-comments",
            f"--snapshot={snapshot}",
            f"--file={folder / DUMP}",
            *(f'--exclude-table-data=public."{name}"' for name in derived),
        )
        (folder / DUMP).chmod(0o600)
        return postgresql_sums(connection), migrations, {"sha256": sha256_of(folder / DUMP), "postgresql": version}


def check_dump(place: Path, manifest: Manifest) -> None:
    """Raise BackupFailed unless the dump of an unpacked backup is the one that was made."""
    if not (place / DUMP).is_file() or sha256_of(place / DUMP) != manifest.dump.get("sha256"):
        raise BackupFailed(f"The backup is damaged: {DUMP} is missing or was changed.")


def check_target(manifest: Manifest) -> None:
    """Raise BackupFailed unless there is an empty database that can take the dump; Unavailable without one."""
    with postgresql.connected() as connection, connection.cursor() as cursor:
        version = postgresql.major(connection)
        if version < manifest.dump["postgresql"]:
            raise BackupFailed(
                f"The backup is of PostgreSQL {manifest.dump['postgresql']} and this database of the older {version}."
            )
        postgresql.program("pg_restore", at_least=manifest.dump["postgresql"])
        cursor.execute(_TABLES)
        if cursor.fetchone()[0]:
            raise BackupFailed(
                "The database holds tables already: name a new one in DATABASE_URL, made with `createdb`, "
                "and don't migrate it first."
            )


def restore_dump(place: Path, manifest: Manifest) -> None:
    """Fill the empty database in one transaction, then compare every table.

    Raises Unavailable where the database is as empty as before, RestoreUnfinished where it is not what it was.
    """
    pg_restore = postgresql.program("pg_restore", at_least=manifest.dump["postgresql"])
    postgresql.run(
        pg_restore,
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        str(place / DUMP),
    )
    with postgresql.connected() as connection:
        try:
            refuse_differing(differing(manifest.tables, postgresql_sums(connection)))
        except BackupFailed as error:
            raise RestoreUnfinished(str(error)) from error
