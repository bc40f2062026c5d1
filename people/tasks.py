"""One-line calls of services."""

from __future__ import annotations

from celery import shared_task

from people import services


@shared_task(name="people.end_guests")
def end_guests() -> None:
    """Close guest accounts whose last day is over."""
    services.end_guests_of_yesterday()


@shared_task(name="people.end_sessions")
def end_sessions() -> None:
    """End sessions whose time is over."""
    services.end_sessions_whose_time_is_over()
