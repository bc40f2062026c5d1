"""One-line calls of services."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from kit import blobs, facts


@shared_task(name="facts.deliver")
def deliver_fact(fact_id: int) -> None:
    """Let the later subscribers hear one fact."""
    facts.deliver(fact_id)


@shared_task(name="facts.sweep")
def sweep_facts() -> None:
    """Take up what a crash left."""
    facts.sweep()


@shared_task(name="facts.forget")
def forget_facts() -> None:
    """Drop what everyone heard long ago."""
    facts.forget_heard()


@shared_task(name="blobs.sweep")
def sweep_blobs() -> None:
    """Remove pictures that nothing cites any more."""
    blobs.sweep()


@shared_task(name="sessions.clear")
def clear_sessions() -> None:
    """Drop sessions over for an hour: ``people.end_sessions`` reads the younger ones, to close their sockets."""
    Session.objects.filter(expire_date__lt=timezone.now() - dt.timedelta(hours=1)).delete()
