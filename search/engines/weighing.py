"""What a hit weighs, the same on every engine, and the gate that everything found has to pass.

One weight, with no statistics over documents: a term counts 3 in a title, 1/2 to 1 in a body by how often it stands
there, a quarter more when it is spelt exactly as asked, a tenth when it is so but for a plural. Hence the order of what
one may read never depends on what one may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from search.engines.slips import Near
from search.language import Clause, Word

if TYPE_CHECKING:
    from search.engines.segments import SegmentView

TITLE_WORTH, BODY_WORTH, CONTEXT_WORTH = 3.0, 0.5, 0.01
EXACT_BONUS = 0.25
PLURAL_BONUS = 0.1
WIDENED = 0.5
ENOUGH = 0.2
"""A document whose total is below this matched in its context only, which by itself is no hit."""
SHORTEST_WIDENED = 3
SHORTEST_TYPO = 4
SHORTEST_TWO_SLIPS = 9
TYPO_CANDIDATES = 5
ANY = 0.001
"""For ``least``: the context alone is a hit, as when one asks what somebody wrote in threads about a word."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What may be found: documents whose gate number is in ``numbers`` or whose row is in ``rows`` (None: any)."""

    numbers: frozenset[int] | None = frozenset()
    rows: frozenset[int] | None = None

    def opens_to(self, segment: SegmentView, documents: Iterable[int]) -> list[int]:
        """Those of ``documents`` that stand and lie behind this gate."""
        deleted = segment.deleted
        found = [number for number in documents if number not in deleted]
        if self.numbers is not None:
            gates, numbers = segment.gates, self.numbers
            found = [number for number in found if gates[number] in numbers]
        if self.rows is not None:
            keys, rows = segment.rows, self.rows
            found = [number for number in found if keys[number] in rows]
        return found


@dataclass(slots=True)
class Matches:
    """Weight by row key, and which words stood in for a term that nothing readable holds."""

    weights: Mapping[int, float] = field(default_factory=dict)
    instead: dict[str, tuple[str, ...]] = field(default_factory=dict)


def sorted_out(clauses: Iterable[Clause]) -> tuple[list[Clause], list[Clause]]:
    """The clauses that are asked for, and those that are forbidden."""
    clauses = list(clauses)
    asked = [clause for clause in clauses if not all(term.is_negated for term in clause)]
    # Stop words ask for nothing, unless nothing else was asked.
    telling = [clause for clause in asked if not all(isinstance(t, Word) and t.is_stop_word for t in clause)]
    return telling or asked, [clause for clause in clauses if all(term.is_negated for term in clause)]


def can_be_widened(word: Word) -> bool:
    """True where other words may stand in for this one when nothing readable holds it."""
    last = word.runs[-1][-1]
    return len(word.runs[0]) == 1 and len(last) >= SHORTEST_WIDENED and not last.isdigit()


def nearest(near: list[Near]) -> list[str]:
    """The closest of readable words, cut to a few after the gate."""
    return [one.word for one in near if one.slips == near[0].slips][:TYPO_CANDIDATES]


def slips_allowed(word: str) -> int:
    """How many slips ``word`` may be away from what was meant; 0 where it is too short or has figures in it."""
    if len(word) < SHORTEST_TYPO or any(letter.isdigit() for letter in word):
        return 0
    return 2 if len(word) >= SHORTEST_TWO_SLIPS else 1


def plurals(word: str) -> tuple[str, ...]:
    """What differs from ``word`` by an ending of number only."""
    if word.endswith(("s", "x")) and len(word) > 3:
        return (word[:-1], word[:-2]) if word.endswith("es") else (word[:-1],)
    return (word + "s", word + "es", word + "x")
