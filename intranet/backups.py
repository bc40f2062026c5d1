"""A company in one folder or file, taken while people work, and put back with proof that nothing is missing.

A backup holds ``db.sqlite3``, ``blobs/``, ``secrets.json`` and ``backup.json`` (when, which version of the tables, a
checksum and a count per table, every blob by its SHA-256). The search index is left out: it is made from the rest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from intranet.server import holder_of
from kit import clock

FORMAT = 1
MANIFEST, DATABASE, BLOBS, SECRETS = "backup.json", "db.sqlite3", "blobs", "secrets.json"


class BackupFailed(Exception):
    """Why there is no backup, or nothing was restored, as one sentence."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    taken_at: str
    migrations: list[str]
    tables: dict[str, dict[str, Any]]
    blobs: list[str]


def copy_database(target: Path) -> None:
    """A consistent copy of the SQLite database, taken while others write (SQLite's online backup)."""
    with connected(settings.DATA_FOLDER / DATABASE) as source, connected(target) as copy:
        # In one go: a backup in steps starts over each time another process writes, and may never end.
        source.backup(copy)
        # One file, without the journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


@contextlib.contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that is closed afterwards."""
    with contextlib.closing(sqlite3.connect(path, timeout=20)) as connection:
        yield connection


def table_sums(path: Path) -> dict[str, dict[str, Any]]:
    """Rows and SHA-256 of every table of a database file: two files with equal sums hold the same."""
    sums: dict[str, dict[str, Any]] = {}
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


def back_up(target: Path) -> Manifest:
    """Write a backup of this company: a folder, or one file when ``target`` ends in .tar or .tar.gz.

    Whole or not at all: it is built beside its place and moved there at the end. People may go on working; what they
    write meanwhile is in the next one. Raises BackupFailed.
    """
    if not settings.IS_EMBEDDED:
        raise BackupFailed(
            "This company is on PostgreSQL, which `backup` can't copy yet: use pg_dump and copy the folder blobs."
        )
    if not (settings.DATA_FOLDER / DATABASE).exists():
        raise BackupFailed(f"There is no company in {settings.DATA_FOLDER} yet.")
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise BackupFailed(f"{target} exists already: name a folder or a file that doesn't.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".parvis-backup-", dir=target.parent) as draft:
        folder = Path(draft) / "parvis"
        folder.mkdir(mode=0o700)
        copy_database(folder / DATABASE)
        # After the database: a row never cites a blob that was not written before it, and blobs are never changed.
        blobs = copy_blobs(settings.BLOB_FOLDER, folder / BLOBS)
        shutil.copy2(settings.DATA_FOLDER / SECRETS, folder / SECRETS)
        manifest = Manifest(
            format=FORMAT,
            taken_at=clock.now().isoformat(timespec="seconds"),
            migrations=migrations_in(folder / DATABASE),
            tables=table_sums(folder / DATABASE),
            blobs=blobs,
        )
        (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        if is_archive(target):
            packed = Path(draft) / "packed"
            with tarfile.open(packed, "w:gz" if target.name.endswith(("gz", "tgz")) else "w") as archive:
                archive.add(folder, arcname="parvis")
            packed.chmod(0o600)
            packed.replace(target)
        else:
            if target.exists():
                target.rmdir()
            folder.replace(target)
    return manifest


def is_archive(path: Path) -> bool:
    """Whether a backup of this name is one file."""
    return path.name.endswith((".tar", ".tar.gz", ".tgz"))


def copy_blobs(source: Path, target: Path) -> list[str]:
    """Copy every blob (as a second name of the same file where the disk allows it); their names.

    A blob is never changed once written, so a second name is as good as a copy.
    """
    names = []
    for path in sorted(source.glob("??/??/*")) if source.exists() else []:
        if path.name.startswith("."):
            continue
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, place)
        except OSError:
            shutil.copy2(path, place)
        names.append(path.name)
    return names


def restore(source: Path) -> Manifest:
    """Put a backup into the data folder, which must hold no company; its manifest.

    Everything is checked against the manifest before anything of the folder is touched. Raises BackupFailed.
    """
    if not settings.IS_EMBEDDED:
        raise BackupFailed("A backup is restored into the embedded profile: unset DATABASE_URL and REDIS_URL.")
    folder = settings.DATA_FOLDER
    holder = holder_of(folder)
    if holder:
        raise BackupFailed(f"A server (process {holder}) is serving {folder}: stop it first.")
    if (folder / DATABASE).exists():
        raise BackupFailed(f"{folder} holds a company already: move it away, or name another folder with PARVIS_DATA.")
    if not source.exists():
        raise BackupFailed(f"There is no backup at {source}.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as draft:
        place = unpacked(source, Path(draft))
        manifest = checked(place)
        if (folder / BLOBS).exists():
            shutil.rmtree(folder / BLOBS)
        if (place / BLOBS).exists():
            (place / BLOBS).replace(folder / BLOBS)
        (place / SECRETS).replace(folder / SECRETS)
        # An index of another company must not answer for this one.
        shutil.rmtree(settings.INDEX_FOLDER, ignore_errors=True)
        # Last: with it the company is there.
        (place / DATABASE).replace(folder / DATABASE)
    return manifest


def unpacked(source: Path, draft: Path) -> Path:
    """A copy of the backup in ``draft``, which may be taken apart."""
    place = draft / "parvis"
    if source.is_dir():
        shutil.copytree(source, place)
        return place
    try:
        with tarfile.open(source) as archive:
            archive.extractall(draft, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise BackupFailed(f"{source} is not a whole backup: {error}.") from error
    if not place.is_dir():
        raise BackupFailed(f"{source} is not a backup of Parvis.")
    return place


def checked(place: Path) -> Manifest:
    """The manifest of an unpacked backup, when every table and blob is as it says. Raises BackupFailed."""
    try:
        manifest = Manifest(**json.loads((place / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupFailed(f"This is not a backup of Parvis: {MANIFEST} is missing or damaged.") from error
    if manifest.format != FORMAT:
        raise BackupFailed(f"This backup has the format {manifest.format}, and this Parvis reads {FORMAT}.")
    for name in (DATABASE, SECRETS):
        if not (place / name).is_file():
            raise BackupFailed(f"The backup is damaged: {name} is missing.")
    try:
        found = table_sums(place / DATABASE)
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"The backup is damaged: its database can't be read ({error}).") from error
    wrong = sorted(
        name for name in manifest.tables.keys() | found.keys() if manifest.tables.get(name) != found.get(name)
    )
    if wrong:
        raise BackupFailed(f"The backup is damaged: the tables {', '.join(wrong)} are not as they were.")
    for name in manifest.blobs:
        path = place / BLOBS / name[:2] / name[2:4] / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != name:
            raise BackupFailed(f"The backup is damaged: the file {name} is missing or was changed.")
    return manifest
