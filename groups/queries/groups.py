"""The groups a viewer is in or may know of."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, DateTimeField, Exists, OuterRef, Q

from groups import policy
from groups.models import GROUP_TYPES, Membership, Role, Space, SpaceQuerySet
from groups.policy import Standing, Viewer
from groups.queries.people import open_account
from kit import clock
from kit.prepared import Prepared
from people.models import Person


def my_groups(viewer: Viewer) -> SpaceQuerySet:
    """The living groups ``viewer`` is in, by name."""
    mine = Membership.objects.filter(person_id=viewer.pk).values("space_id")
    return policy.spaces_for(viewer, "read").groups().living().filter(pk__in=mine).by_name()


def _first_groups(viewer: Viewer, shown: int, *, at: Any) -> SpaceQuerySet:
    # PERF: guests are looked for only in the groups that are shown.
    shown_groups = Space.objects.filter(pk__in=my_groups(viewer)[:shown].values("pk"))
    return with_guests(shown_groups, at=at).by_name()


_FIRST_GROUPS = Prepared(_first_groups, at=DateTimeField())


def first_groups(viewer: Person, shown: int) -> list[Space]:
    """The first ``shown`` of :func:`my_groups`, each with ``has_guests``; one query."""
    return _FIRST_GROUPS.rows(Standing.of(viewer), shown, viewer=viewer.pk, at=clock.now())


def groups_known_to(viewer: Person) -> SpaceQuerySet:
    """Every group ``viewer`` may know of, archived ones too, with ``members``, ``has_guests`` and ``is_mine``."""
    mine = Membership.objects.filter(person_id=viewer.pk, space=OuterRef("pk"))
    known = policy.spaces_for(viewer, "know").groups()
    return (
        with_guests(known)
        .annotate(members=Count("memberships", filter=open_account("memberships__person")), is_mine=Exists(mine))
        .by_name()
    )


def shown_as(known: SpaceQuerySet, show: str) -> SpaceQuerySet:
    """Of ``groups_known_to``: ``mine``, ``open``, ``closed``, ``hidden``, ``archived``, or all that live."""
    if show == "archived":
        return known.exclude(archived_at=None)
    living = known.filter(archived_at=None)
    if show == "mine":
        return living.filter(Q(is_mine=True))
    return living.filter(type=show) if show in GROUP_TYPES else living


def with_guests(groups: SpaceQuerySet, *, at: Any = None) -> SpaceQuerySet:
    """``groups``, each with ``has_guests``, as of now or of a moment given to a prepared query."""
    # A guest has the role of one in every group; the index by role finds them, the account says whether still.
    guests = Membership.objects.filter(open_account("person", at), space=OuterRef("pk"), role=Role.GUEST)
    annotated: Any = groups.annotate(has_guests=Exists(guests))
    return annotated
