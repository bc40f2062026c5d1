"""One-line calls of background work."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="search.clean")
def clean_words() -> None:
    """Drop words that nothing holds any more; PostgreSQL's engine only: the embedded one has no such table."""
    from search.engines.postgres import words

    words.clean()
