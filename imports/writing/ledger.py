"""What came from where: which records of an archive are here already, and what this run wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from imports.models import Archive, SourceRecord
from imports.neutral import Refused
from kit import ids

Item = TypeVar("Item")


@dataclass(slots=True)
class Written:
    """What one run wrote, what it found written already, and what it could not write."""

    new: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, noun: str, source_id: str, reason: str, detail: str = "") -> None:
        """Note a record that holds but cannot be written here."""
        self.refused.append(Refused(noun=noun, id=source_id, reason=reason, detail=detail))


class Ledger:
    """The records of one archive: source id to row."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.robot = archive, archive.robot
        self.written = Written()

    def rows(self, kind: str, source_ids: Iterable[str] | None = None) -> dict[str, int]:
        """Source id to row of what is here already: of these ids, or of the whole kind."""
        found = SourceRecord.objects.filter(source=self.archive.source, kind=kind)
        if source_ids is not None:
            found = found.filter(source_id__in=list(source_ids))
        return dict(found.values_list("source_id", "row_id"))

    def enter(self, kind: str, rows: dict[str, int]) -> None:
        """Remember what was written, in the transaction that writes it."""
        SourceRecord.objects.bulk_create(
            SourceRecord(source=self.archive.source, kind=kind, source_id=source_id, row_id=pk)
            for source_id, pk in rows.items()
        )

    def public_id(self, noun: str, source_id: str) -> str:
        """The address a thread or post has, before it is written and ever after."""
        return ids.derived_public_id(self.archive.secret, f"{noun}:{source_id}")


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
