"""What a person reads of an answer: without the signs that keep the direction of names to themselves."""

from __future__ import annotations

from kit.direction import FIRST_STRONG, POP


def as_read(text: str) -> str:
    """``text`` without isolates of either kind (``kit.direction``)."""
    for sign in (FIRST_STRONG, POP, "<bdi>", "</bdi>"):
        text = text.replace(sign, "")
    return text
