"""One-line calls of services."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command

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
    """Drop sessions that are over."""
    call_command("clearsessions")
