"""One-line calls of services."""

from __future__ import annotations

from celery import shared_task

from kit import facts


@shared_task(name="facts.deliver")
def deliver_fact(fact_id: int) -> None:
    """Let the later subscribers hear one fact."""
    facts.deliver(fact_id)


@shared_task(name="facts.sweep")
def sweep_facts() -> None:
    """Take up what a crash left."""
    facts.sweep()
