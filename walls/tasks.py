"""Background work of walls: one-line calls of services."""

from __future__ import annotations

from celery import shared_task

from walls import services


@shared_task(name="walls.erase_deleted")
def erase_deleted() -> None:
    """Forget the texts of posts deleted more than an hour ago."""
    services.erase_deleted()


@shared_task(name="walls.drop_unused_pictures")
def drop_unused_pictures() -> None:
    """Forget pictures that were uploaded and never posted."""
    services.drop_unused()
