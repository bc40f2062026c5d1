"""Fills the house: writers, viewers, people who will be removed, an outsider, a crowd; prints who they are as JSON.

Run in a process of its own: ``python -m tests.faults.rounds.cast make WRITERS LEAVERS CROWD``, or ``… back`` to let
those who were removed into the group again.
"""

from __future__ import annotations

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from groups import services as groups  # noqa: E402
from groups.models import Membership, Space  # noqa: E402
from kit import facts  # noqa: E402
from kit.models import Fact  # noqa: E402
from people.models import Company, Person  # noqa: E402
from tests.journeys.company import session_of  # noqa: E402

GROUP = "The group of the rounds"
VIEWERS = 4


def make_person(name: str) -> Person:
    """Somebody who signs in by the cookie only: hashing a thousand passwords would take minutes."""
    person = Person(email=f"{name}@corvanne.test", display_name=name)
    person.set_unusable_password()
    person.save()
    groups.make_personal_space(person=person)
    return person


def make(writers: int, leavers: int, crowd: int) -> dict[str, object]:
    """A hidden group with everybody but the outsider in it."""
    Company.objects.get_or_create(pk=1, defaults={"name": "Corvanne"})
    groups.make_common_space(name="Corvanne")
    counts = {"manager": 1, "outsider": 1, "viewer": VIEWERS, "writer": writers, "leaver": leavers, "crowd": crowd}
    names = [f"{kind}{number}" for kind, count in counts.items() for number in range(count)]
    people = {name: make_person(name) for name in names}
    space = groups.create_group(creator=people["manager0"], name=GROUP, type="hidden")
    for name, person in people.items():
        if not name.startswith(("manager", "outsider")):
            groups.add_member(space=space, person=person)
    for key in Fact.objects.filter(heard_at=None).values_list("pk", flat=True):
        facts.deliver(key)
    return {
        "space": space.public_id,
        "cookie": settings.SESSION_COOKIE_NAME,
        "people": {name: person.public_id for name, person in people.items()},
        "sessions": {name: session_of(person) for name, person in people.items()},
    }


def let_back() -> dict[str, object]:
    """Those who were removed are members again."""
    space = Space.objects.get(name=GROUP)
    inside = Membership.objects.filter(space=space).values("person")
    outside = Person.objects.filter(display_name__startswith="leaver").exclude(pk__in=inside)
    for person in outside:
        groups.add_member(space=space, person=person)
    return {"back": len(outside)}


if __name__ == "__main__":
    if sys.argv[1] == "make":
        call_command("migrate", verbosity=0)
        json.dump(make(*map(int, sys.argv[2:])), sys.stdout)
    else:
        json.dump(let_back(), sys.stdout)
