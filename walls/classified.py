"""How much of a wall is filed under a topic: for those who keep order there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from groups import policy
from groups.models import GROUP_TYPES, Space, SpaceType
from people.models import Person
from walls import feeds
from walls.models import Thread


@dataclass(frozen=True, slots=True)
class Share:
    """One wall, its readable threads, and how many of them have no topic yet."""

    space: Space
    threads: int
    unclassified: int

    @property
    def percent(self) -> int:
        """Of threads with a topic, rounded down: 100 only when none is left."""
        return 100 if not self.threads else (self.threads - self.unclassified) * 100 // self.threads


def walls_run_by(viewer: Person) -> QuerySet[Space]:
    """The living groups, and the company wall, that ``viewer`` manages."""
    types = [*GROUP_TYPES, SpaceType.COMMON]
    return policy.spaces_for(viewer, "manage").filter(type__in=types, is_named_readers=False, archived_at=None)


def shares(viewer: Person) -> list[Share]:
    """The share of unclassified threads of every wall ``viewer`` manages, the most left to do first; two queries."""
    spaces = {space.pk: space for space in walls_run_by(viewer)}
    rows = feeds.readable(viewer).filter(space__in=spaces).order_by().values("space_id")
    counted = {
        row["space_id"]: (row["threads"], row["unclassified"])
        for row in rows.annotate(threads=Count("pk"), unclassified=Count("pk", filter=Q(topic=None)))
    }
    found = [Share(space, *counted.get(key, (0, 0))) for key, space in spaces.items()]
    return sorted(found, key=lambda share: (-share.unclassified, share.space.folded, share.space.pk))


def share_of(viewer: Person, space: Space) -> Share:
    """The same of one wall; one query."""
    counted = (
        feeds.readable(viewer)
        .filter(space=space)
        .aggregate(threads=Count("pk"), unclassified=Count("pk", filter=Q(topic=None)))
    )
    return Share(space, counted["threads"], counted["unclassified"])


def to_work_off(viewer: Person, space: Space, *, show: str = "unclassified") -> QuerySet[Thread]:
    """Threads of ``space`` for the list: those without a topic, or all; newest activity first."""
    threads = feeds.readable(viewer).filter(space=space)
    return threads if show == "all" else threads.filter(topic=None)
