"""Slips of the pen: which words of a segment lie one or two of them away from a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from search.engines.segments import SegmentView


class Near(NamedTuple):
    """A readable word, how many slips away it is, and how many readable rows use it."""

    word: str
    slips: int
    uses: int


def nearby(segment: SegmentView, word: str, slips: int) -> set[str]:
    """Words that share with ``word`` a beginning or an end that the slips left alone."""
    keep = kept_part(word, slips)
    found = set(segment.words_from(word[:keep])) | set(segment.words_to(word[-keep:]))
    return {candidate for candidate in found if abs(len(candidate) - len(word)) <= slips}


def kept_part(word: str, slips: int) -> int:
    """How many letters of the beginning or of the end of ``word`` so many slips leave alone."""
    return max(2, len(word) // 2 - 1 if slips == 1 else len(word) // 3)


def distance(one: str, other: str, limit: int) -> int:
    """Slips between two words (insert, drop, change, swap two neighbours); ``limit + 1`` when more than ``limit``."""
    if one == other:
        return 0
    if limit == 0 or abs(len(one) - len(other)) > limit:
        return limit + 1
    at = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        at += 1
    one, other = one[at:], other[at:]
    best = min(
        distance(one[1:], other[1:], limit - 1),
        distance(one[1:], other, limit - 1) if one else limit,
        distance(one, other[1:], limit - 1) if other else limit,
    )
    if len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]:
        best = min(best, distance(one[2:], other[2:], limit - 1))
    return best + 1
