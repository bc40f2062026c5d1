"""Private conversations, and what is new in any space."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from groups import policy
from groups.models import Membership, Space, SpaceQuerySet, SpaceType
from kit import slots
from people.models import Person


def conversations_of(viewer: Person) -> SpaceQuerySet:
    """The private conversations ``viewer`` is in, the newest first."""
    return policy.spaces_for(viewer, "read").filter(type=SpaceType.DIRECT).order_by("-created_at", "-pk")


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation in a list: under the names of the others, with the last thing said (slot)."""

    space: Space
    people: list[Person]
    name: str
    said: SpokenLast | None
    unread: int

    @property
    def has_guests(self) -> bool:
        return any(person.is_guest for person in self.people)


@dataclass(frozen=True, slots=True)
class SpokenLast:
    """The last thing said in a space: what the slot ``spaces.spoken-last`` answers by space key."""

    at: dt.datetime
    by: str
    text: str


def talks_of(viewer: Person, limit: int = 100) -> list[Talk]:
    """The conversations of ``viewer``, the one with the newest post first; a constant number of queries."""
    spaces = {space.pk: space for space in conversations_of(viewer)}
    people: dict[int, list[Person]] = {key: [] for key in spaces}
    rows = Membership.objects.filter(space__in=spaces).select_related("person").order_by("person__display_name")
    for row in rows:
        people[row.space_id].append(row.person)
    said: dict[int, SpokenLast] = {}
    for ask in slots.filled("spaces.spoken-last"):
        said.update(ask(viewer, list(spaces)))
    unread = unread_counts(viewer)
    talks = [
        Talk(space, people[key], talk_name(people[key], viewer), said.get(key), unread.get(key, 0))
        for key, space in spaces.items()
    ]
    talks.sort(key=lambda talk: talk.said.at if talk.said else talk.space.created_at, reverse=True)
    return talks[:limit]


def talk_name(people: Iterable[Person], viewer: Person) -> str:
    """The names of the others: a conversation has no other name."""
    others = [person.display_name for person in people if person.pk != viewer.pk]
    return ", ".join(others) or _("Only you")


@dataclass(frozen=True, slots=True)
class UnreadIn:
    """How many threads of a space (its key and type) have something new for a viewer."""

    space: int
    type: str
    threads: int


def unread(viewer: Person) -> list[UnreadIn]:
    """What is new for ``viewer`` by space: the answers of the slot ``spaces.unread``, asked once for a page."""
    # PERF: the side bar and the counts beside it ask the same; the viewer lives as long as the request.
    if "_unread" not in viewer.__dict__:
        viewer.__dict__["_unread"] = [row for ask in slots.filled("spaces.unread") for row in ask(viewer)]
    return viewer.__dict__["_unread"]


def unread_counts(viewer: Person) -> dict[int, int]:
    """Threads with something new for ``viewer`` by space key."""
    return {row.space: row.threads for row in unread(viewer)}
