"""Words of people inside our sentences: whatever direction they run in, the sentence keeps its own.

In HTML an element does it (``<bdi>``, ``dir="auto"``: the filter ``bdi``); in plain text Unicode's isolates do, of
which nothing shows (Unicode Standard Annex 9, FSI and PDI).
"""

from __future__ import annotations

from collections.abc import Iterable

FIRST_STRONG, POP = "\u2068", "\u2069"


def isolated(words: object) -> str:
    """``words`` between isolates, as plain text; nothing stays nothing."""
    text = str(words)
    return f"{FIRST_STRONG}{text}{POP}" if text else ""


def joined(names: Iterable[object]) -> str:
    """Names one after the other, each in its own direction."""
    return ", ".join(isolated(name) for name in names)
