"""Text as PostgreSQL keeps it: our own words and stems as a tsvector, and tsqueries that ask for them.

PostgreSQL's parser, dictionaries and ``unaccent`` are not asked: :mod:`search.words` has folded and stemmed already,
the same for writing, asking and marking, so that both engines find the same. WHY: docs/decisions/0064.

A tsvector has places from 1 to 16,383 and four letters to tell fields apart. The body comes first, so that the ranks of
:mod:`search.engines.postgres.asking` can count in it; title and context have places of their own far behind, so
that no phrase reaches from one into the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from search.words import STEM, placed

TITLE, BODY, CONTEXT = "A", "B", "C"

FIELDS = (("body", BODY, 1, 14_997), ("title", TITLE, 15_001, 15_698), ("context", CONTEXT, 15_701, 16_381))
"""Field, its letter, its first and its last place."""

BEYOND = 14_999
"""Where the words of a body stand that come after its last place: findable, next to nobody."""

OCCURRENCES = 200
"""So often a word is counted in one body. PostgreSQL keeps 255 places of a word in all."""

LONGEST = 900_000
"""Bytes of one tsvector; PostgreSQL refuses a megabyte. What comes after is not found."""


_QUOTES = frozenset("'\\")
"""Not in any word as we know them today; a word that stands in for another is put between quotes by PostgreSQL."""


def vector(document: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The tsvector of a document, written out, and the words (no stems) of its title and body, in order."""
    entries: dict[str, list[str]] = {}
    spoken: set[str] = set()
    left = LONGEST
    for field, letter, first, last in FIELDS:
        for entry, places in placed(str(document.get(field) or "")).items():
            spots = sorted({spot for place in places if (spot := _spot(first + place, last, letter))})[:OCCURRENCES]
            left -= 2 * len(spots) + (0 if entry in entries else len(entry.encode()) + 8)
            if left < 0:
                break
            if not spots:
                continue
            entries.setdefault(entry, []).extend(f"{spot}{letter}" for spot in spots)
            if letter != CONTEXT and not entry.startswith(STEM) and not _QUOTES & set(entry):
                spoken.add(entry)
    return " ".join(f"{quoted(entry)}:{','.join(spots)}" for entry, spots in entries.items()), sorted(spoken)


def _spot(place: int, last: int, letter: str) -> int:
    """``place``, if its field has it; 0 for none."""
    if place <= last:
        return place
    return BEYOND if letter == BODY else 0


def quoted(entry: str) -> str:
    """``entry`` as one lexeme, whatever is in it."""
    return "'" + entry.replace("\\", "\\\\").replace("'", "''") + "'"


def lexeme(entry: str, fields: str = "", *, is_beginning: bool = False) -> str:
    """A tsquery for ``entry`` (or what begins so) in these fields, any by default."""
    marks = "*" * is_beginning + fields
    return quoted(entry) + (f":{marks}" if marks else "")


def any_of(entries: Iterable[str], fields: str = "") -> str:
    """A tsquery for any of these entries."""
    return "(" + " | ".join(lexeme(entry, fields) for entry in entries) + ")"


def run_of(run: Iterable[str], asks: Callable[[str], Iterable[str]], fields: str = "") -> str:
    """A tsquery for words side by side, each by any of the entries that it ``asks`` for."""
    return "(" + " <-> ".join(any_of(asks(word), fields) for word in run) + ")"
