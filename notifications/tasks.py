"""One-line calls of services."""

from __future__ import annotations

from celery import shared_task

from notifications import services


@shared_task(name="notifications.plan_mails")
def plan_mails() -> None:
    """Plan the mails that are due."""
    services.plan_mails()


@shared_task(name="notifications.forget_mails")
def forget_mails() -> None:
    """Drop the record of mails of long ago."""
    services.forget_mails()
