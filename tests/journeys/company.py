"""Fills a fresh data folder with the small cast of the journeys; prints who is who as JSON, with a session for each.

Run by ``conftest.py`` in a process of its own: ``python -m tests.journeys.company``, with ``PARVIS_DATA`` set.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402

from groups import services as groups  # noqa: E402
from groups.models import Role, Space, SpaceType  # noqa: E402
from kit import clock  # noqa: E402
from notifications.models import Visit  # noqa: E402
from people.models import Company, Person  # noqa: E402
from tests.journeys.content import write  # noqa: E402

PASSWORD = "correct horse battery"


def make_person(name: str, **fields) -> Person:
    first = name.split()[0].lower()
    person = Person(email=f"{first}@corvanne.test", display_name=name, **fields)
    person.set_password(PASSWORD)
    person.save()
    groups.make_personal_space(person=person)
    return person


def session_of(person: Person) -> str:
    """The cookie of a browser in which ``person`` is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def make_company() -> dict:
    """The people and spaces of ``tests/conftest.py``, and a French speaker."""
    Company.objects.update_or_create(pk=1, defaults={"name": "Corvanne"})
    common = groups.make_common_space(name="Corvanne")
    people = {
        "admin": make_person("Ada Admin", is_administrator=True),
        "manager": make_person("Mona Manager"),
        "member": make_person("Max Member"),
        "reader": make_person("Rita Reader"),
        "outsider": make_person("Otto Outsider"),
        "leaver": make_person("Lea Leaver"),
        "french": make_person("Françoise Lefèvre", language="fr"),
        "luc": make_person("Luc Moreau", language="fr"),
    }
    people["guest"] = make_person(
        "Gus Guest",
        is_employee=False,
        employer="Brenner",
        sponsor=people["manager"],
        ends_on=clock.today() + dt.timedelta(days=90),
    )
    spaces = {"common": common}
    names = {SpaceType.OPEN: "M4 metering pump", SpaceType.CLOSED: "Supplier quality", SpaceType.HIDDEN: "Aubépine"}
    for kind, name in names.items():
        space = Space.objects.create(type=kind, name=name, created_by=people["manager"])
        spaces[str(kind)] = space
        groups.add_member(space=space, person=people["manager"], role=Role.MANAGER)
        groups.add_member(space=space, person=people["member"])
        groups.add_member(space=space, person=people["french"])
        if kind != SpaceType.HIDDEN:
            groups.add_member(space=space, person=people["guest"], role=Role.GUEST)
    threads = write(people, spaces)
    # Françoise comes back after ten days: some of what was written is new to her.
    long_ago = clock.now() - dt.timedelta(days=10)
    Person.objects.filter(pk=people["french"].pk).update(joined_at=long_ago)
    Visit.objects.create(person=people["french"], seen_at=long_ago)
    return {
        "people": {
            key: {
                "session": session_of(person),
                "public_id": person.public_id,
                "name": person.display_name,
                "email": person.email,
            }
            for key, person in people.items()
        },
        "spaces": {key: space.public_id for key, space in spaces.items()},
        "threads": threads,
        "cookie": settings.SESSION_COOKIE_NAME,
        "password": PASSWORD,
    }


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    json.dump(make_company(), sys.stdout)
