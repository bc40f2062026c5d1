"""What an administrator is shown about the machinery: lines that apps put into the slot ``health``.

``slots.fill("health", "index", lines_of_the_index)`` where the callable takes nothing and gives a list of
:class:`HealthLine`; it may cost a few queries and must not raise.
"""

from __future__ import annotations

from dataclasses import dataclass

GOOD = "good"
LATE = "late"
BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class HealthLine:
    """One line: what is looked at, what was found, and what to do if it is not good."""

    name: str
    found: str
    state: str = GOOD
    advice: str = ""
