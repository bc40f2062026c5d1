"""What can be asked of spaces and of who is in them; every answer starts from the rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateTimeField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import policy
from groups.models import (
    GROUP_TYPES,
    GUEST_TYPES,
    Invitation,
    JoinRequest,
    Label,
    Membership,
    Role,
    Space,
    SpaceQuerySet,
    SpaceType,
    TimedAccess,
)
from groups.policy import Standing, Viewer
from groups.rules import RULES
from kit import clock, slots
from kit.prepared import Prepared
from people.models import Person

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBER_TYPES_WITH_GUESTS = [str(kind) for kind in GUEST_TYPES]


# Groups -------------------------------------------------------------------------------------------------------------
def my_groups(viewer: Viewer) -> SpaceQuerySet:
    """The living groups ``viewer`` is in, by name."""
    mine = Membership.objects.filter(person_id=viewer.pk).values("space_id")
    return policy.spaces_for(viewer, "read").groups().living().filter(pk__in=mine).by_name()


def _first_groups(viewer: Viewer, shown: int, *, at: Any) -> SpaceQuerySet:
    # PERF: guests are looked for only in the groups that are shown.
    shown_groups = Space.objects.filter(pk__in=my_groups(viewer)[:shown].values("pk"))
    return _with_guests(shown_groups, at=at).by_name()


_FIRST_GROUPS = Prepared(_first_groups, at=DateTimeField())


def first_groups(viewer: Person, shown: int) -> list[Space]:
    """The first ``shown`` of :func:`my_groups`, each with ``has_guests``; one query."""
    return _FIRST_GROUPS.rows(Standing.of(viewer), shown, viewer=viewer.pk, at=clock.now())


def groups_known_to(viewer: Person) -> SpaceQuerySet:
    """Every group ``viewer`` may know of, archived ones too, with ``members``, ``has_guests`` and ``is_mine``."""
    mine = Membership.objects.filter(person_id=viewer.pk, space=OuterRef("pk"))
    known = policy.spaces_for(viewer, "know").groups()
    return (
        _with_guests(known)
        .annotate(members=Count("memberships", filter=_open_account("memberships__person")), is_mine=Exists(mine))
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


def _with_guests(groups: SpaceQuerySet, *, at: Any = None) -> SpaceQuerySet:
    # A guest has the role of one in every group; the index by role finds them, the account says whether still.
    guests = Membership.objects.filter(_open_account("person", at), space=OuterRef("pk"), role=Role.GUEST)
    annotated: Any = groups.annotate(has_guests=Exists(guests))
    return annotated


def _open_account(path: str, at: Any = None) -> Q:
    """Accounts that are open now, seen through ``path``: ``PersonQuerySet.active`` for a joined table."""
    ends = f"{path}__ends_at"
    moment = clock.now() if at is None else at
    return Q(**{f"{path}__is_active": True}) & (Q(**{ends: None}) | Q(**{f"{ends}__gt": moment}))


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


# People -------------------------------------------------------------------------------------------------------------
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
    rows = Membership.objects.filter(_open_account("person", at), space_id=space).select_related("person__sponsor")
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
    return _employees_and_guests(rows)


def _members_by_kind(*, space: Any, at: Any) -> QuerySet[Any, Any]:
    rows = Membership.objects.filter(_open_account("person", at), space_id=space).order_by()
    return rows.values("person__is_employee").annotate(number=Count("*")).values_list("person__is_employee", "number")


_MEMBERS_BY_KIND = Prepared(_members_by_kind, space=IntegerField(), at=DateTimeField())


def _employees_and_guests(rows: Iterable[tuple[bool, int]]) -> tuple[int, int]:
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


# Invitations and requests -------------------------------------------------------------------------------------------
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
    return rows.filter(_open_account("person")).select_related("person").order_by("asked_at")


# Readers ------------------------------------------------------------------------------------------------------------
def _readers_by_kind(type: str, label: str, *, space: Any, at: Any) -> QuerySet[Any, Any]:
    readers = policy.readers(Space(pk=space, type=type), label, at=at).order_by()
    counted = readers.values("is_employee").annotate(number=Count("*"))
    if type not in RULES["read"].timed_in:
        return counted.values_list("is_employee", "number")
    looking_in = TimedAccess.objects.filter(space_id=space, ends_at__gt=at)
    return counted.annotate(others=Exists(looking_in)).values_list("is_employee", "number", "others")


_READERS_BY_KIND = Prepared(_readers_by_kind, space=IntegerField(), at=DateTimeField())


def reader_counts(space: Space, label: str = Label.SHARED) -> tuple[int, int]:
    """How many employees and how many guests may read a thread with ``label`` in ``space``; one query."""
    return _reader_counts(space, label)[:2]


def _reader_counts(space: Space, label: str) -> tuple[int, int, bool]:
    """:func:`reader_counts`, and whether somebody looks in by break-glass besides; one query."""
    rows = _READERS_BY_KIND.rows(str(space.type), str(label), space=space.pk, at=clock.now())
    has_others = any(others for _is_employee, _number, *more in rows for others in more)
    return *_employees_and_guests(row[:2] for row in rows), has_others


@dataclass(frozen=True, slots=True)
class AudienceLine:
    """Who can read what is written here, in words. ``str()`` gives the whole sentence.

    ``tone`` is ``guests``, ``hiddenly`` or '' (the design's classes of ``.audience``); ``strong`` is its bold start.
    """

    strong: str
    rest: str
    tone: str
    icon: str
    employees: int
    guests: int

    def __str__(self) -> str:
        return f"{self.strong} {self.rest}".strip()


def audience_line(space: Space, label: str = Label.SHARED) -> AudienceLine:
    """The audience of a thread with ``label`` in ``space``; one query."""
    employees, guests, has_others = _reader_counts(space, label)
    strong, rest, tone, icon = _audience_words(space, employees, guests)
    if has_others:
        rest = " ".join([rest, _("For a while an administrator can read it too, by break-glass.")])
    return AudienceLine(strong, rest, tone, icon, employees, guests)


def _audience_words(space: Space, employees: int, guests: int) -> tuple[str, str, str, str]:
    count = {"count": employees}
    if space.is_named_readers:
        strong = ngettext("Only the %(count)d named reader", "Only the %(count)d named readers", employees) % count
        return strong, named_may(employees), "hiddenly", "eye-off"
    if space.type == SpaceType.HIDDEN:
        strong = ngettext("Only the %(count)d member", "Only the %(count)d members", employees) % count
        return strong, _("can read this, or know that the group exists."), "hiddenly", "eye-off"
    if guests:
        return _("Guests can read this."), f"{people_count(employees, guests)}.", "guests", "id-card-lanyard"
    if space.type == SpaceType.DIRECT:
        strong = ngettext(
            "Only the %(count)d person in this conversation",
            "Only the %(count)d people in this conversation",
            employees,
        )
        return strong % count, _("can read this."), "", "lock"
    if space.type == SpaceType.CLOSED:
        strong = ngettext("Only the %(count)d employee", "Only the %(count)d employees", employees) % count
        return strong, _("in this group can read this."), "", "lock"
    line = ngettext("%(count)d employee can read this", "%(count)d employees can read this", employees) % count
    return "", f"{line}.", "", "eye"


def named_may(count: int) -> str:
    """What ``count`` named readers can do: the verb follows the number where the language wants it."""
    return ngettext("can read this, or know that it exists.", "can read this, or know that it exists.", count)


def people_count(employees: int, guests: int) -> str:
    """ "68 employees and 6 guests", in the language of the moment."""
    of_house = ngettext("%(count)d employee", "%(count)d employees", employees) % {"count": employees}
    if not guests:
        return of_house
    of_others = ngettext("%(count)d guest", "%(count)d guests", guests) % {"count": guests}
    return _("%(employees)s and %(guests)s") % {"employees": of_house, "guests": of_others}


# Opening and hiding -------------------------------------------------------------------------------------------------
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
