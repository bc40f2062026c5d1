"""A company in one folder or file, taken while people work, and put back with proof that nothing is missing.

A backup holds the database (``db.sqlite3``, or ``database.dump`` of the server profile), ``blobs/``, ``secrets.json``
and ``backup.json`` (when, which version of the tables, a checksum and a count per table, every blob by its SHA-256).
The search index is left out: it is made from the rest.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from intranet import keys, postgresql
from intranet.backups import embedded, files, server
from intranet.backups.embedded import copy_database
from intranet.backups.manifest import (
    BLOBS,
    EMBEDDED,
    FORMAT,
    SECRETS,
    SERVER,
    BackupFailed,
    Manifest,
    RestoreUnfinished,
    read_manifest,
)
from intranet.server import holder_of
from kit import clock

__all__ = ["BackupFailed", "Manifest", "RestoreUnfinished", "back_up", "copy_database", "restore"]


def back_up(target: Path) -> Manifest:
    """Write a backup of this company: a folder, or one file when ``target`` ends in .tar or .tar.gz.

    Whole or not at all: it is built beside its place and moved there at the end. People may go on working; what they
    write meanwhile is in the next one. Raises BackupFailed.
    """
    if settings.IS_EMBEDDED and not (settings.DATA_FOLDER / embedded.DATABASE).exists():
        raise BackupFailed(f"There is no company in {settings.DATA_FOLDER} yet.")
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise BackupFailed(f"{target} exists already: name a folder or a file that doesn't.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".parvis-backup-", dir=target.parent) as draft:
        folder = Path(draft) / "parvis"
        folder.mkdir(mode=0o700)
        taken_at = clock.now().isoformat(timespec="seconds")
        if settings.IS_EMBEDDED:
            copy_database(folder / embedded.DATABASE)
            sums = embedded.table_sums(folder / embedded.DATABASE)
            migrations = embedded.migrations_in(folder / embedded.DATABASE)
            dump: dict[str, Any] = {}
        else:
            try:
                sums, migrations, dump = server.dump(folder)
            except postgresql.Unavailable as error:
                raise BackupFailed(str(error)) from None
        # After the database: a row never cites a blob that was not written before it, and blobs are never changed.
        blobs = files.take_blobs(folder / BLOBS)
        keys.write_whole(folder / SECRETS, keys.all_in_use(settings.DATA_FOLDER))
        manifest = Manifest(
            format=FORMAT,
            taken_at=taken_at,
            migrations=migrations,
            tables=sums,
            blobs=blobs,
            profile=EMBEDDED if settings.IS_EMBEDDED else SERVER,
            dump=dump,
        )
        manifest.write(folder)
        files.pack(folder, Path(draft), target)
    return manifest


def restore(source: Path) -> Manifest:
    """Put a backup where no company is: the data folder, or an empty database of the server profile; its manifest.

    Everything is checked against the manifest before anything is touched. Raises BackupFailed, and RestoreUnfinished
    once the database was filled.
    """
    folder = settings.DATA_FOLDER
    holder = holder_of(folder)
    if holder:
        raise BackupFailed(f"A server (process {holder}) is serving {folder}: stop it first.")
    if settings.IS_EMBEDDED and (folder / embedded.DATABASE).exists():
        raise BackupFailed(f"{folder} holds a company already: move it away, or name another folder with PARVIS_DATA.")
    if not source.exists():
        raise BackupFailed(f"There is no backup at {source}.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as draft:
        place = files.unpacked(source, Path(draft))
        manifest = read_manifest(place)
        refuse_other_profile(manifest)
        if settings.IS_EMBEDDED:
            embedded.check_database(place, manifest)
            put_embedded(place)
        else:
            try:
                server.check_dump(place, manifest)
                server.check_target(manifest)
                put_server(place, manifest)
            except postgresql.Unavailable as error:
                raise BackupFailed(str(error)) from None
    return manifest


def refuse_other_profile(manifest: Manifest) -> None:
    """Raise BackupFailed where the backup is of the other profile, with the way that leads there."""
    if settings.IS_EMBEDDED and manifest.profile != EMBEDDED:
        raise BackupFailed("This is a backup of the server profile: set DATABASE_URL and REDIS_URL to restore it.")
    if not settings.IS_EMBEDDED and manifest.profile != SERVER:
        raise BackupFailed(
            "This is a backup of the embedded profile: restore it without DATABASE_URL and REDIS_URL into a folder, "
            "then bring that folder in with `manage.py move_in FOLDER`."
        )


def put_embedded(place: Path) -> None:
    """Move an unpacked, checked backup into the data folder."""
    folder = settings.DATA_FOLDER
    if (folder / BLOBS).exists():
        shutil.rmtree(folder / BLOBS)
    if (place / BLOBS).exists():
        (place / BLOBS).replace(folder / BLOBS)
    (place / SECRETS).replace(folder / SECRETS)
    # An index of another company must not answer for this one.
    shutil.rmtree(settings.INDEX_FOLDER, ignore_errors=True)
    # Last: with it the company is there.
    (place / embedded.DATABASE).replace(folder / embedded.DATABASE)


def put_server(place: Path, manifest: Manifest) -> None:
    """Bring an unpacked, checked backup onto this machine: files, the database, then the secrets that belong to it.

    Files are known by what is in them: those of a restore that failed are in nobody's way.
    """
    files.bring_blobs(place / BLOBS)
    server.restore_dump(place, manifest)
    try:
        keys.write_whole(settings.DATA_FOLDER / SECRETS, json.loads((place / SECRETS).read_text()))
    except OSError as error:
        raise RestoreUnfinished(f"{settings.DATA_FOLDER / SECRETS} can't be written: {error.strerror}.") from error
