"""Background work of the archive: one-line calls of services."""

from __future__ import annotations

from celery import shared_task

from archive import services


@shared_task(name="archive.put_away")
def put_away() -> None:
    """End what is over."""
    services.put_away()
