"""One-line calls of services."""

from __future__ import annotations

from celery import shared_task

from people import services


@shared_task(name="people.end_guests")
def end_guests() -> None:
    """Close guest accounts whose last day is over."""
    services.end_guests_of_yesterday()
