"""Where one may write, and who would read it there: for the composer's pickers and its audience line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import policy
from groups import queries as groups
from groups.models import Space, SpaceType
from kit.numbers import whole_number
from people.models import Person
from walls import rights

_ORDER = [SpaceType.COMMON, SpaceType.PERSONAL]


def places_for(author: Person, *, but: Space | None = None) -> list[Space]:
    """The walls ``author`` may write on: the company's, their own, their groups by name. No conversations."""
    spaces = policy.spaces_for(author, "write").filter(is_named_readers=False).exclude(type=SpaceType.DIRECT)
    spaces = spaces.exclude(Q(type=SpaceType.PERSONAL) & ~Q(owner=author))
    if but is not None:
        spaces = spaces.exclude(pk=but.pk)
    return sorted(
        spaces.select_related("owner"),
        key=lambda space: (_ORDER.index(space.type) if space.type in _ORDER else 9, space.name.casefold(), space.pk),
    )


def chosen(author: Person, public_ids: Sequence[str]) -> list[Space]:
    """Those of ``public_ids`` where ``author`` may open threads, in the order given."""
    rows = policy.spaces_for(author, "write").filter(public_id__in=list(public_ids)[:20]).select_related("owner")
    found = {space.public_id: space for space in rows}
    wanted = [found[public_id] for public_id in dict.fromkeys(public_ids) if public_id in found]
    return [space for space in wanted if not rights.is_left(space)]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who will read what is being written, over all its places. ``token`` is what the form remembers of it."""

    strong: str
    rest: str
    tone: str
    icon: str
    employees: int
    guests: int

    @property
    def token(self) -> str:
        return f"{self.employees}:{self.guests}"

    def __str__(self) -> str:
        return f"{self.strong} {self.rest}".strip()

    def is_wider_than(self, shown: str) -> bool:
        """True when the form named fewer employees, or no guests where there are some now."""
        employees, _colon, guests = shown.partition(":")
        shown_employees, shown_guests = whole_number(employees, -1), whole_number(guests, -1)
        if -1 in (shown_employees, shown_guests):
            return False
        return self.employees > shown_employees or (self.guests > 0 and shown_guests == 0)


def audience_for(
    author: Person, spaces: Sequence[Space], *, label: str = "", readers: Sequence[Person] = ()
) -> Audience:
    """The readers of one message to ``spaces`` with ``label`` ('' for what each place proposes); one query."""
    if readers:
        count = len({author.pk, *(person.pk for person in readers)})
        strong = ngettext("Only %(count)d named reader", "Only %(count)d named readers", count) % {"count": count}
        return Audience(strong, groups.named_may(count), "hiddenly", "eye-off", count, 0)
    if not spaces:
        return Audience("", _("Nobody reads this yet: choose a place."), "", "eye", 0, 0)
    if len(spaces) == 1:
        line = groups.audience_line(spaces[0], rights.label_in(author, spaces[0], label) or "internal")
        return Audience(line.strong, line.rest, line.tone, line.icon, line.employees, line.guests)
    people = _readers_of_any(author, spaces, label)
    counts = people.aggregate(
        employees=Count("pk", filter=Q(is_employee=True)), guests=Count("pk", filter=Q(is_employee=False))
    )
    return _of_several(len(spaces), counts["employees"], counts["guests"], spaces)


def _readers_of_any(author: Person, spaces: Sequence[Space], label: str) -> QuerySet[Person]:
    keys = Q(pk__in=[])
    for space in spaces:
        keys |= Q(pk__in=policy.readers(space, rights.label_in(author, space, label) or "internal").values("pk"))
    return Person.objects.filter(keys)


def _of_several(places: int, employees: int, guests: int, spaces: Sequence[Space]) -> Audience:
    where = ngettext("in %(count)d place", "in %(count)d places", places) % {"count": places}
    words = f"{groups.people_count(employees, guests)} {where}."
    if guests:
        return Audience(_("Guests can read this."), words, "guests", "id-card-lanyard", employees, guests)
    tone = "hiddenly" if all(space.type == SpaceType.HIDDEN for space in spaces) else ""
    return Audience("", _("Read by %(readers)s") % {"readers": words}, tone, "eye", employees, guests)


def people_to_mention(
    viewer: Person,
    spaces: Sequence[Space],
    label: str,
    words: str,
    *,
    named: Sequence[str] | None = None,
    limit: int = 8,
) -> list[Person]:
    """People whose name begins with ``words`` (any part of it) and who may read in every one of ``spaces``.

    ``named`` are the public ids of the readers of a restricted thread: then nobody but them.

    SECURITY: a guest is proposed only people who share a space; nobody is proposed who could not be told.
    """
    people = groups.visible_people(viewer)
    if named is not None:
        people = people.filter(public_id__in=named)
    for space in spaces:
        people = people.filter(
            pk__in=policy.readers(space, rights.label_in(viewer, space, label) or label).values("pk")
        )
    for word in words.split()[:4]:
        people = people.filter(Q(display_name__istartswith=word) | Q(display_name__icontains=f" {word}"))
    return list(people.exclude(pk=viewer.pk).order_by("display_name", "pk")[:limit])
