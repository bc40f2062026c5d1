"""What a backup says of itself, and whether it is as it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db.migrations.loader import MigrationLoader

FORMAT = 2
#: those made before the server profile: their sums are of SQLite's own values
FIRST_FORMAT = 1
MANIFEST, BLOBS, SECRETS = "backup.json", "blobs", "secrets.json"
EMBEDDED, SERVER = "embedded", "server"


class BackupFailed(Exception):
    """Why there is no backup, or nothing was restored, as one sentence."""


class RestoreUnfinished(BackupFailed):
    """Why what was restored can't be trusted: unlike its parent, something was."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    taken_at: str
    migrations: list[str]
    tables: dict[str, dict[str, Any]]
    blobs: list[str]
    profile: str = EMBEDDED
    #: of the server profile: SHA-256 of the dump, and the version of PostgreSQL it came from
    dump: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Leave it in the folder of the backup."""
        (folder / MANIFEST).write_text(json.dumps(asdict(self), indent=1))

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(table["rows"] for table in self.tables.values())


def read_manifest(place: Path) -> Manifest:
    """The manifest of an unpacked backup, with its blobs and secrets looked at. Raises BackupFailed."""
    try:
        manifest = Manifest(**json.loads((place / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupFailed(f"This is not a backup of Parvis: {MANIFEST} is missing or damaged.") from error
    if manifest.format not in (FIRST_FORMAT, FORMAT):
        raise BackupFailed(f"This backup has the format {manifest.format}, and this Parvis reads {FORMAT}.")
    if not (place / SECRETS).is_file():
        raise BackupFailed(f"The backup is damaged: {SECRETS} is missing.")
    newer = sorted(set(manifest.migrations) - known_migrations())
    if newer:
        raise BackupFailed(f"This backup is of a newer Parvis than this one: it knows {newer[0]}.")
    for name in manifest.blobs:
        path = place / BLOBS / name[:2] / name[2:4] / name
        if not path.is_file() or sha256_of(path) != name:
            raise BackupFailed(f"The backup is damaged: the file {name} is missing or was changed.")
    return manifest


def known_migrations() -> set[str]:
    """``app.name`` of every migration of this code."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def differing(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> list[str]:
    """Names of the tables whose sums differ, or that only one side has."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def refuse_differing(names: Iterable[str]) -> None:
    """Raise BackupFailed when there are any."""
    if wrong := list(names):
        raise BackupFailed(f"The backup is damaged: the tables {', '.join(wrong)} are not as they were.")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
