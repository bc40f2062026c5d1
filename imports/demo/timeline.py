"""What happened at Corvanne, one thing after another, each at its own hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from kit import clock, facts
from kit.models import Fact

Deed = Callable[[], object]
# Whose effect carries an hour: these hear at the hour of the deed. To the others nothing is left to say: no screen was
# open then, and the search index is made whole after the loading (a lost one heals alone).
INBOXES = "notifications."


class Timeline:
    """Deeds noted in any order and done by date; of the same minute, in the order they were noted.

    PERF: people are told only of what happened since ``inboxes_begin``: what is older, everybody has long put away.
    """

    def __init__(self, *, inboxes_begin: dt.datetime, end: dt.datetime):
        self._inboxes_begin, self._end = inboxes_begin, end
        self._heard = Fact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._deeds: list[tuple[dt.datetime, int, Deed]] = []

    def note(self, moment: dt.datetime, deed: Deed) -> None:
        """Let ``deed`` be done at ``moment``, or at the end of the timeline where that lies earlier."""
        self._deeds.append((min(moment, self._end), len(self._deeds), deed))

    def run(self, done: Callable[[int, int], None]) -> None:
        """Do everything, the clock set to its hour; ``done(so_far, total)`` is called after each deed."""
        for so_far, (moment, _place, deed) in enumerate(sorted(self._deeds, key=lambda noted: noted[:2]), start=1):
            with clock.set_to(moment):
                deed()
                self._let_hear(is_told=moment >= self._inboxes_begin)
            done(so_far, len(self._deeds))

    def _let_hear(self, *, is_told: bool) -> None:
        """Let the inboxes hear what was told since the last deed, unless it is too old, and note it as heard."""
        for row in Fact.objects.filter(pk__gt=self._heard).order_by("pk"):
            self._heard = row.pk
            if row.heard_at is not None:
                continue
            listeners = facts.subscribers(row.name)
            for name, hear in listeners.items():
                if is_told and name.startswith(INBOXES):
                    hear(facts.HeardFact(row.pk, row.name, row.ids, row.told_at))
            Fact.objects.filter(pk=row.pk).update(heard_by=sorted(listeners), heard_at=clock.now())
