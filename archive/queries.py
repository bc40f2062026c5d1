"""What the pages of the archive ask."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from archive.models import AccessRequest, State
from groups import policy
from kit import clock
from people.models import Person


def other_administrators(administrator: Person) -> QuerySet[Person]:
    """The administrators in person beside this one."""
    return Person.objects.active().real().filter(is_administrator=True).exclude(pk=administrator.pk)


def to_decide(viewer: Person) -> int:
    """How many requests wait for a decision that ``viewer`` may take."""
    if not viewer.is_administrator:
        return 0
    return AccessRequest.objects.filter(state=State.WAITING).exclude(asked_by=viewer).count()


def concerning(person: Person) -> QuerySet[AccessRequest, dict[str, str]] | None:
    """Public ids of the requests of which ``person``'s inbox may tell (slot "inbox.about"); None: they administer not.

    Those that wait for a decision of theirs, and what was decided about their own.
    """
    if not person.is_administrator:
        return None
    waits = Q(state=State.WAITING) & ~Q(asked_by=person)
    decided = Q(asked_by=person, state__in=(State.RUNNING, State.ENDED, State.REFUSED, State.NOTHING))
    return AccessRequest.objects.filter(waits | decided).values("public_id")  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Line:
    """A request as one administrator sees it. ``name`` is that of the space where the rule lets them know it."""

    request: AccessRequest
    name: str
    is_mine: bool

    @property
    def may_decide(self) -> bool:
        return self.request.state == State.WAITING and not self.is_mine

    @property
    def may_withdraw(self) -> bool:
        return self.request.state == State.WAITING and self.is_mine

    @property
    def may_end(self) -> bool:
        return self.is_running

    @property
    def is_running(self) -> bool:
        # Between the end and the clock's next turn it is over, whatever the row says.
        return self.request.state == State.RUNNING and bool(self.request.ends_at and self.request.ends_at > clock.now())

    @property
    def state(self) -> str:
        return State.ENDED if self.request.state == State.RUNNING and not self.is_running else self.request.state

    @property
    def state_words(self) -> str:
        return str(State(self.state).label)


SHOWN = 50


def lines(viewer: Person) -> dict[str, list[Line]]:
    """All open requests and the newest that are over, as ``waiting``, ``running`` and ``past``; three queries."""
    rows = AccessRequest.objects.select_related("asked_by", "decided_by")
    is_open = Q(state__in=(State.WAITING, State.RUNNING))
    found = [
        *rows.filter(is_open).order_by("asked_at", "pk"),
        *rows.exclude(is_open).order_by("-asked_at", "-pk")[:SHOWN],
    ]
    spaces = [row.space_id for row in found if row.space_id]
    known = policy.spaces_for(viewer, "know").filter(pk__in=spaces)
    names = {space.pk: str(space) for space in known}
    sorted_out: dict[str, list[Line]] = {"waiting": [], "running": [], "past": []}
    for row in found:
        line = Line(row, names.get(row.space_id or 0, ""), row.asked_by_id == viewer.pk)
        sorted_out[line.state if line.state in ("waiting", "running") else "past"].append(line)
    return sorted_out
