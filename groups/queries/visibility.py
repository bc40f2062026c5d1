"""What a change of a group's type would do, before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groups.models import Space, SpaceType
from groups.queries.people import member_counts
from kit import slots
from people.models import Person


@dataclass(frozen=True, slots=True)
class VisibilityPreview:
    """What a change of type would do, before anything is done. Counts are of people.

    ``contents`` are sentences of the upper floors (slot ``space.contents``): "212 threads", "31 pictures".
    ``guests`` above zero forbids hiding.
    """

    space: Space
    type: str
    readers_before: int
    readers_after: int
    knowing_before: int
    knowing_after: int
    guests: int
    requests: int
    contents: tuple[str, ...]

    @property
    def gaining(self) -> int:
        return max(0, self.readers_after - self.readers_before)

    @property
    def losing(self) -> int:
        return max(0, self.readers_before - self.readers_after)

    @property
    def is_refused(self) -> bool:
        return self.type == SpaceType.HIDDEN and self.guests > 0


def visibility_preview(space: Space, type: str) -> VisibilityPreview:
    """What becomes readable, and to how many, if ``space`` becomes ``type``. The caller has asked "manage"."""
    inside, guests = member_counts(space)
    everyone = Person.objects.active().employees().filter(is_stand_in=False, is_robot=False).count()
    reading = {SpaceType.OPEN: everyone + guests}
    knowing = {SpaceType.OPEN: everyone + guests, SpaceType.CLOSED: everyone + guests}
    members = inside + guests
    return VisibilityPreview(
        space=space,
        type=type,
        readers_before=_of(reading, space.type, members),
        readers_after=_of(reading, type, members),
        knowing_before=_of(knowing, space.type, members),
        knowing_after=_of(knowing, type, members),
        guests=guests,
        requests=space.join_requests.count(),
        contents=tuple(str(line) for say in slots.filled("space.contents") for line in say(space)),
    )


def _of(counts: Mapping[SpaceType, int], kind: str, otherwise: int) -> int:
    return counts.get(SpaceType(kind), otherwise)
