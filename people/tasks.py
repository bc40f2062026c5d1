"""One-line calls of services and mails."""

from __future__ import annotations

from celery import shared_task

from people import mail, services


@shared_task(name="people.end_guests")
def end_guests() -> None:
    """Close guest accounts whose last day is over."""
    services.end_guests_of_yesterday()


@shared_task(name="people.mail_reset_link")
def mail_reset_link(email: str, language: str) -> None:
    """Send a reset link to whoever signs in with ``email``; to nobody when nobody does."""
    mail.send_reset_link(email=email, language=language)
