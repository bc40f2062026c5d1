"""A company moves from the embedded profile into an empty database of the server profile, and proves that it arrived.

Rows go in batches, each in one transaction with the note of how far it came; files whole or not at all. A move that
was killed goes on where it stood. At the end every table and file is compared by its checksum, then constraints,
triggers and sequences are set and the notes dropped, in one transaction: before that nothing serves the company.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings

from intranet import keys, postgresql
from intranet.backups.files import blob_paths, bring_blobs
from intranet.backups.manifest import BLOBS, differing, sha256_of
from intranet.checksums import Sums, postgresql_rows, sum_of
from intranet.moving.source import CannotMove, Source, opened
from intranet.moving.target import Target
from kit import blobs, failures

__all__ = ["CannotMove", "Moved", "move_in"]

#: told what is done: a word for the step, and a callable that takes how many rows or files were
Bar = Callable[[str, int], Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """What arrived: sums of the tables before and after, and of the files by path below ``blobs``."""

    before: Sums
    after: Sums
    files_before: dict[str, str]
    files_after: dict[str, str]
    was_resumed: bool


def move_in(folder: Path, *, bar: Bar, say: Callable[[str], None]) -> Moved:
    """Move the company in ``folder`` into the database and data folder of this installation.

    ``bar(what, total)`` gives a context manager with ``update(n)``. Raises CannotMove; nothing serves a half move.
    """
    if settings.IS_EMBEDDED:
        raise CannotMove("A company moves into the server profile: set DATABASE_URL and REDIS_URL first.")
    try:
        with opened(folder) as source, postgresql.connected() as connection:
            return _moved(source, Target(connection), bar, say)
    except postgresql.Unavailable as error:
        raise CannotMove(str(error)) from None
    except psycopg2.errors.DiskFull:
        raise CannotMove("The disk of the database is full: make room and start the move again, it goes on.") from None
    except psycopg2.Error as error:
        raise CannotMove(
            f"The database refused: {failures.first_line(error)}. Mend that and start again, the move goes on."
        ) from None


def _moved(source: Source, target: Target, bar: Bar, say: Callable[[str], None]) -> Moved:
    refuse_other_secrets(source)
    target.refuse_other_migrations(source.migrations())
    tables = target.tables_for(source)
    with bar("Reading", sum(source.count(table) for table in tables)) as shown:
        before = {
            table.name: sum_of(table, source.checked_rows(table, target.limits(table)), shown.update)
            for table in tables
        }
    files_before = file_sums(source.folder / BLOBS, bar, "Reading files")
    refuse_damaged(files_before)
    if not settings.BUCKET:
        refuse_little_room(source.folder / BLOBS, settings.BLOB_FOLDER)
    was_resumed = target.begin(tables, before)
    if was_resumed:
        say("A move of this company was begun before: it goes on where it stood.")
    with bar("Writing", sum(table["rows"] for table in before.values())) as shown:
        for table in tables:
            target.copy(table, source, shown.update)
    with bar("Writing files", len(files_before)) as shown:
        bring_blobs(source.folder / BLOBS, shown.update)
    # Only those that came: a node may have put in a file of its own already.
    files_after = sums_here(set(files_before), bar)
    with bar("Comparing", sum(table["rows"] for table in before.values())) as shown:
        after = {table.name: sum_of(table, postgresql_rows(target.connection, table), shown.update) for table in tables}
    target.connection.commit()
    if wrong := differing(before, after):
        raise CannotMove(
            f"The tables {', '.join(wrong)} did not arrive as they were: empty the database and try again."
        )
    if files_before != files_after:
        raise CannotMove("Some files did not arrive as they were: remove them from the folder blobs and try again.")
    if source.was_written_to():
        raise CannotMove(
            f"Somebody wrote to {source.folder} during the move (an import beside?): empty the database and start anew."
        )
    keys.write_whole(settings.DATA_FOLDER / keys.FILE, keys.read(settings.DATA_FOLDER / keys.FILE) | source.secrets())
    target.finish(tables, source.sequences())
    return Moved(before, after, files_before, files_after, was_resumed)


def sums_here(names: set[str], bar: Bar) -> dict[str, str]:
    """SHA-256 of those of ``names`` that this company keeps, by their name. Raises StoreAway."""
    kept = blobs.store()
    sums = {}
    with bar("Comparing files", len(names)) as shown:
        for name in sorted(names):
            with contextlib.suppress(FileNotFoundError):
                sums[name] = (
                    sha256_of(kept.path(name))
                    if isinstance(kept, blobs.Folder)
                    else hashlib.sha256(kept.get(name)).hexdigest()
                )
            shown.update(1)
    return sums


def file_sums(folder: Path, bar: Bar, what: str) -> dict[str, str]:
    """SHA-256 of every file of a folder of blobs, by its name."""
    paths = list(blob_paths(folder))
    with bar(what, len(paths)) as shown:
        sums = {}
        for path in paths:
            sums[path.name] = sha256_of(path)
            shown.update(1)
    return sums


def refuse_damaged(sums: dict[str, str]) -> None:
    """Raise CannotMove when a file isn't what its name says."""
    if wrong := [name for name, sha256 in sums.items() if name != sha256]:
        raise CannotMove(f"The file {wrong[0]} of the company is damaged: put it back from a backup, or remove it.")


def refuse_little_room(source: Path, target: Path) -> None:
    """Raise CannotMove when the files don't fit; on the same disk they get a second name and cost nothing."""
    target.mkdir(parents=True, exist_ok=True)
    if not source.exists() or source.stat().st_dev == target.stat().st_dev:
        return
    there = {path.name for path in blob_paths(target)}
    needed = sum(path.stat().st_size for path in blob_paths(source) if path.name not in there)
    free = shutil.disk_usage(target).free
    if needed > free:
        raise CannotMove(
            f"The files need {needed / 1e6:.0f} MB and {target} has {free / 1e6:.0f} MB left: make room first."
        )


def refuse_other_secrets(source: Source) -> None:
    """Raise CannotMove where the environment names another secret than the company has."""
    if other := keys.overruled(source.secrets()):
        raise CannotMove(
            f"{other[0]} is not the secret of that name in {source.folder / keys.FILE}: sign-ins and links in mails "
            "would stop working. Set it to that one on every node, or unset it."
        )
