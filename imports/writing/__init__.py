"""Writes a validated form into the company, in batches: each is one short transaction, so that people work beside it.

What was written is found again by its source id (`SourceRecord`, written in the same transaction), so a second run, or
the run after a kill, goes on where the first one stopped and writes nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable

from imports.models import Archive
from imports.validate import Checked
from imports.writing.ledger import Ledger, Written
from imports.writing.places import write_groups, write_people
from imports.writing.reactions import write_reactions
from imports.writing.threads import ThreadWriting

__all__ = ["Written", "write"]


def write(archive: Archive, checked: Checked, advance: Callable[[int], object]) -> Written:
    """Write everything that holds and is not here yet; `advance` is called with each number of posts dealt with."""
    ledger = Ledger(archive)
    people = write_people(ledger, checked)
    spaces = write_groups(ledger, checked)
    ThreadWriting(ledger, checked, people, spaces, advance).run()
    write_reactions(ledger, checked, people)
    return ledger.written
