"""How the embedded engine hears of changes: facts, after their commit, handed to the one writer."""

from __future__ import annotations

from typing import Any

from haystack import connections

from kit import facts, slots
from search.findables import facts_heard


def hear(fact: facts.HeardFact) -> None:
    """Hand one fact to the writer of this process."""
    _writer().hear(fact)


def begin() -> None:
    """Subscribe; the server starts the writer's thread once it listens, and ends it when it stops."""
    for name in facts_heard():
        facts.subscribe(name, hear, phase=facts.AFTER)
    slots.fill("server.started", "search", lambda _loop: _writer().start())
    slots.fill("server.stopping", "search", lambda: _writer().stop())


def _writer() -> Any:
    return connections["default"].get_backend().writer
