"""Choosing people: a search field, what matches as check boxes, what was chosen on top. Works without script."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from people.models import Person, PersonQuerySet

SHOWN = 12
CHOSEN_LIMIT = 50
#: what a form with a picker sends: the words looked for, who was chosen, the button "find"
FIELDS = ("q", "person", "find")


@dataclass(frozen=True, slots=True)
class Picked:
    """The state of one people picker: what was typed, who was chosen, who matches besides."""

    q: str
    chosen: list[Person]
    matches: list[Person]
    is_more: bool
    name: str = "person"


def picked(request: HttpRequest, candidates: PersonQuerySet) -> Picked:
    """Read the picker's fields; only ``candidates`` can be chosen, anybody else is quietly nobody."""
    given = request.POST if request.method == "POST" else request.GET
    words = given.get("q", "").strip()[:80]
    keys = list(dict.fromkeys(given.getlist("person")))[:CHOSEN_LIMIT]
    chosen = list(candidates.filter(public_id__in=keys).by_name()) if keys else []
    matches = list(candidates.exclude(public_id__in=keys).matching(words).by_name()[: SHOWN + 1])
    return Picked(words, chosen, matches[:SHOWN], is_more=len(matches) > SHOWN)
