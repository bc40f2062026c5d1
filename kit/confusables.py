"""Names that look alike although they are spelt with other letters (Unicode Technical Standard #39)."""

from __future__ import annotations

import functools
import unicodedata
from typing import NamedTuple

# What a prototype may lead on to: "I" → "l", and then nothing more.
_ROUNDS = 2
# The table takes "m" for "rn": in names both are at home (Marnie, Mamie), and nobody is refused theirs.
_AT_HOME = {"rn": "m"}
# One sign in two hands: the typewriter's and the typesetter's.
_SAME = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-"})
# Which of two shapes a letter is drawn in: one is the usual, and asking for it shows nothing (UTS #39 leaves them out).
_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810)])


@functools.cache
def _prototypes() -> dict[int, str]:
    """What each confusable character is taken for. PERF: 10,000 entries, read in 0.2 s when first asked for."""
    from confusable_homoglyphs.confusables import confusables_data as alike

    found = {}
    for sign, others in alike.items():
        # The table names pairs in both directions: the one that most others look like is what all of them are.
        first = max((other["c"] for other in others), key=lambda c: (len(alike.get(c, ())), c), default=sign)
        if len(sign) == 1 and len(alike.get(first, ())) > len(others):
            found[ord(sign)] = _AT_HOME.get(first, first)
    return found


def skeleton(text: str) -> str:
    """``text`` with every character as what it could be taken for: two that look alike have one skeleton."""
    made = unicodedata.normalize("NFD", text).translate(_SELECTORS)
    for _round in range(_ROUNDS):
        made = unicodedata.normalize("NFD", made.translate(_prototypes()))
    return made


def look_alike(one: str, other: str) -> bool:
    """True for two names that the eye takes for one, and that are not one: capitals and accents tell names apart."""
    first, second = _looks(one), _looks(other)
    if first.letters == second.letters:
        return False
    return first.drawn == second.drawn or first.in_lower_case == second.in_lower_case


class _Looks(NamedTuple):
    """``letters``: a name without what two hands write differently; ``drawn``: its skeleton, also ``in_lower_case``."""

    letters: str
    drawn: str
    in_lower_case: str


@functools.lru_cache(maxsize=1000)
def _looks(name: str) -> _Looks:
    """PERF: 20 µs, and one name is held against those of everybody."""
    spelt = unicodedata.normalize("NFKC", name).translate(_SAME)
    return _Looks(spelt.casefold(), skeleton(spelt), skeleton(spelt.casefold()))
