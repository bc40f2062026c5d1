"""Who sees whom: the directory, the page and the picker of mentions start from the same query."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from groups import policy
from groups import queries as groups
from groups.models import Space
from people.models import Person, PersonQuerySet

PAGE = 30


def people_visible_to(viewer: Person) -> PersonQuerySet:
    """Whoever the directory lists for ``viewer``: all open accounts, for a guest those who share a space."""
    return groups.visible_people(viewer)


def pages_open_to(viewer: Person) -> PersonQuerySet:
    """Whose page ``viewer`` may open: those of the directory, and for employees also who left or was imported.

    What people wrote stays when they leave, and their name leads here.
    """
    if viewer.may_act and viewer.is_employee:
        return Person.objects.filter(is_robot=False)
    return people_visible_to(viewer)


def directory(
    viewer: Person, *, words: str = "", place: str = "", department: str = "", kind: str = ""
) -> PersonQuerySet:
    """The people ``viewer`` sees who match, by name."""
    people = people_visible_to(viewer).matching(words)
    if place:
        people = people.filter(place=place)
    if department:
        people = people.filter(department=department)
    if kind in ("employees", "guests"):
        people = people.filter(is_employee=kind == "employees")
    return people.select_related("sponsor").by_name()


def choices(viewer: Person) -> dict[str, list[str]]:
    """The places and departments of the people ``viewer`` sees, and whether guests are among them."""
    rows = set(people_visible_to(viewer).order_by().values_list("place", "department", "is_employee"))
    return {
        "places": sorted({place for place, _, _ in rows if place}, key=str.casefold),
        "departments": sorted({department for _, department, _ in rows if department}, key=str.casefold),
        "kinds": sorted({"employees" if is_employee else "guests" for _, _, is_employee in rows}),
    }


def groups_of(person: Person, viewer: Person) -> QuerySet[Space]:
    """The living groups ``person`` is in whose members ``viewer`` may see, by name, with ``is_shared``.

    SECURITY: "read", not "know": that somebody is in a closed group is for its members.
    """
    readable = policy.spaces_for(viewer, "read").groups().living().filter(memberships__person=person)
    shared = Count("memberships", filter=Q(memberships__person=viewer))
    return Space.objects.filter(pk__in=readable.values("pk")).annotate(is_shared=shared).order_by("name", "pk")


def works_with(person: Person, viewer: Person) -> tuple[Person | None, list[Person]]:
    """The manager of ``person`` and who reports to them, as far as ``viewer`` sees these people; one query."""
    around = people_visible_to(viewer).filter(Q(pk=person.manager_id) | Q(manager_id=person.pk)).by_name()
    rows = list(around)
    manager = next((row for row in rows if row.pk == person.manager_id), None)
    return manager, [row for row in rows if row.manager_id == person.pk]
