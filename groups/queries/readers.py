"""How many read what is written in a space, and the words that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateTimeField, Exists, IntegerField, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import policy
from groups.models import Label, Space, SpaceType, TimedAccess
from groups.queries.people import employees_and_guests
from groups.rules import RULES
from kit import clock
from kit.prepared import Prepared


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
    return *employees_and_guests(row[:2] for row in rows), has_others


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
