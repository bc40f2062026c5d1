"""Choosing people: a search field, what matches as check boxes, what was chosen on top. Works without script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from people.models import Person

SHOWN = 12
CHOSEN_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Picked:
    """The state of one people picker: what was typed, who was chosen, who matches besides."""

    q: str
    chosen: list[Person]
    matches: list[Person]
    is_more: bool
    name: str = "person"


def picked(request: HttpRequest, candidates: QuerySet[Person], *, suggested: Iterable[Person] = ()) -> Picked:
    """Read the picker's fields; only ``candidates`` can be chosen, anybody else is quietly nobody."""
    given = request.POST if request.method == "POST" else request.GET
    words = given.get("q", "").strip()[:80]
    keys = list(dict.fromkeys(given.getlist("person")))[:CHOSEN_LIMIT]
    chosen = list(candidates.filter(public_id__in=keys).order_by("display_name")) if keys else []
    rows = candidates.exclude(public_id__in=keys)
    for word in words.split()[:6]:
        rows = rows.filter(
            Q(display_name__icontains=word)
            | Q(department__icontains=word)
            | Q(place__icontains=word)
            | Q(employer__icontains=word)
        )
    matches = list(rows.order_by("display_name", "pk")[: SHOWN + 1])
    return Picked(words, chosen, matches[:SHOWN], is_more=len(matches) > SHOWN)
