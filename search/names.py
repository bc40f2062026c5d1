"""From what is written after ``from:``, ``in:``, ``before:`` to people, spaces and moments the viewer may know of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from groups import policy
from groups.models import Space, SpaceType
from groups.queries import visible_people
from kit import clock
from kit.direction import isolated
from people.models import Person
from search.pages import plain

ME = frozenset({"me", "moi"})
COMPANY = frozenset({"company wall", "mur de l'entreprise", "company", "entreprise"})
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_EUROPEAN = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")
_AGO = re.compile(r"(\d{1,3})\s?(d|j|w|s|m|y|a)$")
_UNIT_DAYS = {"d": 1, "j": 1, "w": 7, "s": 7, "m": 30, "y": 365, "a": 365}


def people_named(written: str, viewer: Person, among: Iterable[tuple[int, str]] | None = None) -> list[int]:
    """Keys of the people ``viewer`` may see whose name is so, or whose words begin so; ``#id`` names one exactly.

    Authors of what one reads may have left: ``among`` gives (key, name) of the candidates instead of the directory.
    """
    if plain(written) in ME:
        return [viewer.pk]
    if written.startswith("#"):
        return list(Person.objects.filter(public_id=written[1:]).values_list("pk", flat=True))
    return _called(written, visible_people(viewer).values_list("pk", "display_name") if among is None else among)


def spaces_named(written: str, viewer: Person) -> list[int]:
    """Keys of the spaces ``viewer`` reads that are called so, or whose words begin so; ``#id`` names one exactly."""
    spaces = policy.spaces_for(viewer, "read")
    if written.startswith("#"):
        return list(spaces.filter(public_id=written[1:]).values_list("pk", flat=True))
    if plain(written) in COMPANY:
        return list(spaces.filter(type=SpaceType.COMMON).values_list("pk", flat=True))
    if plain(written) in ME:
        return list(spaces.filter(owner=viewer).values_list("pk", flat=True))
    named = Space.objects.filter(pk__in=spaces).exclude(type=SpaceType.DIRECT).values_list("pk", "name")
    return _called(written, named)


def _called(written: str, rows: Iterable[tuple[int, str]]) -> list[int]:
    asked = plain(written)
    words = asked.split()
    folded = [(key, plain(name)) for key, name in rows]
    exactly = [key for key, name in folded if name == asked]
    if exactly or not words:
        return exactly
    return [key for key, name in folded if all(any(part.startswith(word) for part in name.split()) for word in words)]


def day(written: str) -> tuple[dt.datetime, dt.datetime] | None:
    """First moment of what ``written`` names and the first after it, in the viewer's time zone; None for no date.

    Dates: ``2026``, ``2026-11``, ``2026-11-22``, ``22/11/2026``, ``today``, ``hier``, ``7d`` (seven days ago).
    """
    today = clock.today()
    asked = plain(written) if not _DATE.match(written) else written
    try:
        if asked in ("today", "aujourd'hui", "aujourdhui"):
            return _span(today, today + dt.timedelta(days=1))
        if asked in ("yesterday", "hier"):
            return _span(today - dt.timedelta(days=1), today)
        if match := _AGO.match(asked):
            then = today - dt.timedelta(days=int(match[1]) * _UNIT_DAYS[match[2]])
            return _span(then, then + dt.timedelta(days=1))
        if match := _EUROPEAN.match(asked):
            then = dt.date(int(match[3]), int(match[2]), int(match[1]))
            return _span(then, then + dt.timedelta(days=1))
        if match := _DATE.match(written):
            year, month, date = int(match[1]), match[2], match[3]
            if date:
                then = dt.date(year, int(month), int(date))
                return _span(then, then + dt.timedelta(days=1))
            if month:
                then = dt.date(year, int(month), 1)
                return _span(then, (then + dt.timedelta(days=31)).replace(day=1))
            return _span(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))
    except (ValueError, OverflowError):
        return None
    return None


def _span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    zone = timezone.get_current_timezone()
    return (
        dt.datetime.combine(first, dt.time(), tzinfo=zone).astimezone(dt.UTC),
        dt.datetime.combine(last, dt.time(), tzinfo=zone).astimezone(dt.UTC),
    )


def space_value(space: Space) -> str:
    """What is written after ``in:`` for ``space``, in the language of the moment."""
    return _("Company wall") if space.type == SpaceType.COMMON else space.name


def space_label(space: Space) -> str:
    """What a space is called in a list of places."""
    if space.type == SpaceType.PERSONAL:
        return _("%(name)s’s wall") % {"name": isolated(space.name)}
    if space.is_named_readers:
        return _("Named readers")
    return space_value(space) or _("Private conversation")
