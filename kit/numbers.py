"""Whole numbers as they come in addresses and forms, where anybody may write anything."""

from __future__ import annotations


def whole_number(text: str, otherwise: int = 0) -> int:
    """``text`` as a number below a thousand million; ``otherwise`` for whatever else it is.

    WHY: ``isdigit`` says yes to "²" and ``int`` raises for it, as it does beyond 4,300 digits.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
