"""What happened at Corvanne, one thing after another, each at its own hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from kit import clock, facts
from kit.models import Fact

Deed = Callable[[], object]
# Whose effect carries an hour: these hear at the hour of the deed. Everybody else hears after the commit, as ever.
HEAR_AT_ONCE = "notifications."


class Timeline:
    """Deeds noted in any order and done by date; of the same minute, in the order they were noted.

    PERF: people are told only of what happened since ``inboxes_begin``: what is older, everybody has long put away.
    """

    def __init__(self, *, inboxes_begin: dt.datetime, end: dt.datetime):
        self._inboxes_begin, self._end = inboxes_begin, end
        self._deeds: list[tuple[dt.datetime, int, Deed]] = []

    def note(self, moment: dt.datetime, deed: Deed) -> None:
        """Let ``deed`` be done at ``moment``, or at the end of the timeline where that lies earlier."""
        self._deeds.append((min(moment, self._end), len(self._deeds), deed))

    def run(self, done: Callable[[int, int], None]) -> None:
        """Do everything, the clock set to its hour; ``done(so_far, total)`` is called after each deed."""
        heard = Fact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for so_far, (moment, _place, deed) in enumerate(sorted(self._deeds, key=lambda noted: noted[:2]), start=1):
            with clock.set_to(moment):
                deed()
                heard = _let_inboxes_hear(heard, is_told=moment >= self._inboxes_begin)
            done(so_far, len(self._deeds))


def _let_inboxes_hear(after: int, *, is_told: bool) -> int:
    """Deliver the facts told since ``after`` to the inboxes, or note that they need not hear; the newest fact's key."""
    for row in Fact.objects.filter(pk__gt=after).order_by("pk"):
        after = row.pk
        listeners = facts.subscribers(row.name)
        heard_by = [name for name in listeners if name.startswith(HEAR_AT_ONCE)]
        if not heard_by:
            continue
        for name in heard_by if is_told else ():
            listeners[name](facts.HeardFact(row.pk, row.name, row.ids, row.told_at))
        heard_at = clock.now() if len(heard_by) == len(listeners) else None
        Fact.objects.filter(pk=row.pk).update(heard_by=heard_by, heard_at=heard_at)
    return after
