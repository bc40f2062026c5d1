"""The one verb of this floor: bring an archive in. Whoever orders it is an administrator; a named robot writes it."""

from __future__ import annotations

import contextlib
import fcntl
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from imports.models import Archive, SourceRecord
from imports.neutral import Refused
from imports.validate import Checked
from imports.writing import Written, write
from kit import clock, facts
from people import services as people
from people.models import Person


class ImportBusy(RuntimeError):
    """The same archive is being imported by another command at this moment."""


@dataclass(slots=True)
class Outcome:
    """What became of an archive; `balances` says that every row of the source is accounted for."""

    source: str
    rows: dict[str, int]
    written: Written
    refused: list[Refused]
    stored: dict[str, int]
    notes: dict[str, int]
    is_dry_run: bool = False

    @property
    def rows_in(self) -> int:
        return self.rows.get("message", 0)

    @property
    def refused_posts(self) -> int:
        return sum(one.noun == "post" for one in self.refused)

    @property
    def balances(self) -> bool:
        """Rows in = posts of this archive in the database + posts refused."""
        return self.rows_in == self.stored.get("post", 0) + self.refused_posts


def work_folder(source: str) -> Path:
    """Where the form of this archive is kept while it is read, and its reports afterwards."""
    folder = Path(settings.DATA_FOLDER) / "imports" / re.sub(r"[^a-z0-9.-]+", "-", source.lower()).strip("-.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def alone(source: str) -> Iterator[None]:
    """Nobody else imports this archive inside the block; the lock goes with the process, however it ends."""
    with (work_folder(source) / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise ImportBusy(source) from problem
        yield


def import_form(
    *, ordered_by: Person, source: str, checked: Checked, advance: Callable[[int], object] = lambda n: None
) -> Outcome:
    """Write what a validated form holds and this company lacks; the same again after a kill or a second time.

    `advance` is called with the number of posts dealt with. Raises PermissionDenied unless an administrator orders it.
    """
    if not (ordered_by.may_act and ordered_by.is_administrator):
        raise PermissionDenied
    archive = _archive(source, ordered_by)
    written = write(archive, checked, advance)
    refused = [*checked.refused(), *written.refused]
    with transaction.atomic():
        Archive.objects.filter(pk=archive.pk).update(finished_at=clock.now())
        facts.tell("import.finished", archive=archive.pk, posts=written.new["post"])
    stored = {kind: _stored(source, kind, checked) for kind in _KINDS}
    return Outcome(source, checked.form.rows, written, refused, stored, _notes(checked))


def dry_run(*, source: str, checked: Checked) -> Outcome:
    """What `import_form` would do into an empty company; writes nothing."""
    stored = {kind: checked.count(kind) for kind in _KINDS}
    return Outcome(
        source, checked.form.rows, Written(), list(checked.refused()), stored, _notes(checked), is_dry_run=True
    )


_KINDS = ("person", "group", "thread", "post", "reaction")


def _stored(source: str, kind: str, checked: Checked) -> int:
    """How many records of this form are in the database, asked of it: one archive may come in as several forms."""
    found = 0
    ids = checked.ids(kind)
    while chunk := list(islice(ids, 500)):
        found += SourceRecord.objects.filter(source=source, kind=kind, source_id__in=chunk).count()
    return found


def _notes(checked: Checked) -> dict[str, int]:
    unknown = {
        f"reference to an unknown {noun} kept as text": count for noun, count in checked.unknown_references().items()
    }
    return {**checked.form.notes, **unknown}


def _archive(source: str, ordered_by: Person) -> Archive:
    with transaction.atomic():
        robot = people.robot(name=f"Import {source}"[:80])
        archive, _ = Archive.objects.get_or_create(source=source, defaults={"robot": robot})
        archive.ordered_by, archive.finished_at = ordered_by, None
        archive.save(update_fields=["ordered_by", "finished_at"])
    return archive
