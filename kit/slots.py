"""Slots: named lists that lower floors leave open and upper floors fill in their ``ready()``.

A page of ``profiles`` leaves the slot ``profile.below``; ``walls`` puts there what the person wrote.
Neither knows the other.
"""

from __future__ import annotations

from typing import Any

_filled: dict[str, dict[str, tuple[int, Any]]] = {}


def fill(slot: str, key: str, thing: Any, *, order: int = 100) -> None:
    """Put ``thing`` into ``slot`` under ``key``; the same key again replaces it. Lower ``order`` comes first."""
    _filled.setdefault(slot, {})[key] = (order, thing)


def filled(slot: str) -> list[Any]:
    """What stands in ``slot``, by order, then key."""
    return list(named(slot).values())


def named(slot: str) -> dict[str, Any]:
    """The same as a mapping from key to thing."""
    rows = sorted(_filled.get(slot, {}).items(), key=lambda row: (row[1][0], row[0]))
    return {key: thing for key, (_, thing) in rows}
