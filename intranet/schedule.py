"""What is done again and again, in code: the embedded server's clock thread and Celery beat read the same table.

An app adds a line from its ``ready()``: ``slots.fill("schedule", "groups.end_guests", 3600)``: task name, seconds.
"""

from __future__ import annotations

from kit import slots

SWEEP_SECONDS = 5
DAY = 24 * 3600


def fill_own() -> None:
    """The house's own lines."""
    slots.fill("schedule", "facts.sweep", SWEEP_SECONDS)
    slots.fill("schedule", "facts.forget", DAY)
    slots.fill("schedule", "blobs.sweep", DAY / 4)
    slots.fill("schedule", "sessions.clear", DAY)


def lines() -> dict[str, float]:
    """Seconds between two runs, by task name."""
    return {task: float(seconds) for task, seconds in slots.named("schedule").items()}
