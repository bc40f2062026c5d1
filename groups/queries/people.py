"""The people a viewer may know of, and who is in a space, comes in by invitation, or asks to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Case, Count, DateTimeField, IntegerField, Q, QuerySet, When

from groups import policy
from groups.models import GUEST_TYPES, Invitation, JoinRequest, Membership, Role, Space
from kit import clock
from kit.prepared import Prepared
from people.models import Person


def open_account(path: str, at: Any = None) -> Q:
    """Accounts that are open now, seen through ``path``: ``PersonQuerySet.active`` for a joined table."""
    ends = f"{path}__ends_at"
    moment = clock.now() if at is None else at
    return Q(**{f"{path}__is_active": True}) & (Q(**{ends: None}) | Q(**{f"{ends}__gt": moment}))


def visible_people(viewer: Person) -> QuerySet[Person]:
    """The open accounts ``viewer`` may know of: all for an employee; for a guest those who share a space."""
    if not (getattr(viewer, "pk", None) and viewer.may_act):
        return Person.objects.none()
    people = Person.objects.active().filter(is_robot=False, is_stand_in=False)
    if viewer.is_employee:
        return people
    shared = policy.spaces_for(viewer, "read").values("pk")
    together = Membership.objects.filter(space__in=shared).values("person_id")
    return people.filter(Q(pk__in=together) | Q(pk=viewer.pk))


def members_of(space: Space) -> QuerySet[Membership]:
    """Who is in ``space`` with an open account: managers, members, guests, by name. The caller asked the rule."""
    return _members_of(space.pk)


def _members_of(space: Any, *, at: Any = None) -> QuerySet[Membership]:
    rows = Membership.objects.filter(open_account("person", at), space_id=space).select_related("person__sponsor")
    rank = Case(When(role=Role.MANAGER, then=0), When(role=Role.MEMBER, then=1), default=2)
    return rows.order_by(rank, "person__display_name", "pk")


def _first_employees(shown: int, *, space: Any, at: Any) -> QuerySet[Membership]:
    return _members_of(space, at=at).exclude(role=Role.GUEST)[:shown]


_FIRST_EMPLOYEES = Prepared(_first_employees, space=IntegerField(), at=DateTimeField())


def first_employees_in(space: Space, shown: int) -> list[Membership]:
    """The first ``shown`` of :func:`members_of` who are no guests; one query."""
    return _FIRST_EMPLOYEES.rows(shown, space=space.pk, at=clock.now())


def member_counts(space: Space) -> tuple[int, int]:
    """How many employees and how many guests are in ``space``; one query."""
    rows = _MEMBERS_BY_KIND.rows(space=space.pk, at=clock.now())
    return employees_and_guests(rows)


def _members_by_kind(*, space: Any, at: Any) -> QuerySet[Any, Any]:
    rows = Membership.objects.filter(open_account("person", at), space_id=space).order_by()
    return rows.values("person__is_employee").annotate(number=Count("*")).values_list("person__is_employee", "number")


_MEMBERS_BY_KIND = Prepared(_members_by_kind, space=IntegerField(), at=DateTimeField())


def employees_and_guests(rows: Iterable[tuple[bool, int]]) -> tuple[int, int]:
    """How many of each, from rows of ``is_employee`` and a count."""
    counts = {bool(is_employee): number for is_employee, number in rows}
    return counts.get(True, 0), counts.get(False, 0)


def employers_of(space: Space) -> list[str]:
    """The companies that the guests of ``space`` come from, by name."""
    guests = guests_of(space).exclude(employer="").order_by("employer")
    return list(guests.values_list("employer", flat=True).distinct())


def guests_of(space: Space) -> QuerySet[Person]:
    """The guests in ``space`` whose time is not over, by name, with their sponsors."""
    if space.type not in GUEST_TYPES:
        return Person.objects.none()
    inside = Membership.objects.filter(space=space).values("person_id")
    return (
        Person.objects.active().guests().filter(pk__in=inside).select_related("sponsor").order_by("display_name", "pk")
    )


_MEMBERSHIP = Prepared(
    lambda space, person: Membership.objects.filter(space_id=space, person_id=person)[:1],
    space=IntegerField(),
    person=BigIntegerField(),
)


def membership_of(viewer: Person, space: Space) -> Membership | None:
    """The row that says ``viewer`` is in ``space``, if there is one."""
    return _MEMBERSHIP.first(space=space.pk, person=viewer.pk)


def invitations_for(viewer: Person) -> QuerySet[Invitation]:
    """The open invitations of ``viewer`` into living groups, newest first."""
    if not (getattr(viewer, "pk", None) and viewer.may_act):
        return Invitation.objects.none()
    rows = Invitation.objects.filter(person_id=viewer.pk, expires_at__gt=clock.now(), space__archived_at=None)
    return rows.select_related("space", "invited_by").order_by("-invited_at")


def invitations_to(viewer: Person, space: Space) -> QuerySet[Invitation]:
    """The open invitations into ``space``, for those who manage it."""
    rows = policy.scope(Invitation.objects.all(), viewer, "manage").filter(space=space, expires_at__gt=clock.now())
    return rows.select_related("person", "invited_by").order_by("-invited_at")


def requests_to(viewer: Person, space: Space) -> QuerySet[JoinRequest]:
    """Who asks to join ``space``, for those who manage it, oldest first."""
    rows = policy.scope(JoinRequest.objects.all(), viewer, "manage").filter(space=space)
    return rows.filter(open_account("person")).select_related("person").order_by("asked_at")
