"""Limits that say how often and when to try again; ``intranet`` shows :class:`LimitReached` as the one 429 page."""

from __future__ import annotations


class LimitReached(Exception):
    """Too often: ``sentence`` names the limit, ``retry_after`` is in seconds."""

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.sentence, self.retry_after = sentence, retry_after
