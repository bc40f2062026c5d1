"""The cast: seven people, one company, and a hidden group, made by the services."""

from __future__ import annotations

import datetime as dt
import gc
import os
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from asgiref.sync import SyncToAsync
from django.db import connections

from groups import services as groups
from groups.models import Role, SpaceType
from kit import clock, facts
from kit.models import Fact
from live import hub as hub_module
from people.models import Company, Person
from tests.search.own_index import own_index


def pytest_configure(config):
    """Runs of tests side by side share one Redis: each publishes on channels and caches in a database of its own."""
    from django.conf import settings

    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and settings.REDIS_URL:
        layer = settings.CHANNEL_LAYERS["default"]["CONFIG"]
        layer["prefix"] = f"{layer.get('prefix', 'asgi')}-{worker}"
        # A test that empties the cache empties its database.
        number = 2 + int(worker.removeprefix("gw")) % 8
        settings.CACHES["default"]["LOCATION"] = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """The database of the tests, which nobody uses any more when it is dropped.

    The one thread in which asgiref asks the database for asynchronous tests lives on with its connection; the hub's
    threads are gone by then, and what they had goes with them when it is collected.
    """
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result(timeout=10)
    gc.collect()


@pytest.fixture(autouse=True)
def quick_hash(settings):
    """Passwords are hashed as quickly as can be: the cost of the real hash is not what is tested."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def storage():
    """S3-compatible storage, for whoever keeps files in a bucket."""
    from tests.kit import buckets

    with buckets.running() as found:
        yield found


def make_person(name: str, **fields) -> Person:
    person = Person(email=f"{name.lower().replace(' ', '.')}@example.test", display_name=name, **fields)
    person.set_password("correct horse battery")
    person.save()
    groups.make_personal_space(person=person)
    return person


@pytest.fixture
def cast(db) -> SimpleNamespace:
    """Seven people and ``spaces`` by type; ``guest`` is in ``open`` and ``closed``."""
    Company.objects.get_or_create(pk=1, defaults={"name": "Corvanne"})
    common = groups.make_common_space(name="Corvanne")
    people = SimpleNamespace(
        admin=make_person("Ada Admin", is_administrator=True),
        manager=make_person("Mona Manager"),
        member=make_person("Max Member"),
        reader=make_person("Rita Reader"),
        outsider=make_person("Otto Outsider"),
        leaver=make_person("Lea Leaver"),
    )
    people.guest = make_person(
        "Gus Guest",
        is_employee=False,
        employer="Brenner",
        sponsor=people.manager,
        ends_on=clock.today() + dt.timedelta(days=90),
    )
    spaces = {"common": common, "personal": people.member.personal_space}
    for kind in (SpaceType.OPEN, SpaceType.CLOSED, SpaceType.HIDDEN):
        takes_guests = kind != SpaceType.HIDDEN
        space = groups.create_group(
            creator=people.manager, name=f"The {kind} group", type=kind, has_guest_invitations=takes_guests
        )
        spaces[str(kind)] = space
        groups.add_member(space=space, person=people.member)
        groups.add_member(space=space, person=people.leaver)
        if takes_guests:
            groups.add_member(space=space, person=people.guest, role=Role.GUEST)
    people.everyone = [v for v in vars(people).values() if isinstance(v, Person)]
    people.spaces = spaces
    return people


@pytest.fixture
def hear_everything():
    """Call it to let every later subscriber hear what was told so far, as the background would."""

    def hear() -> None:
        while Fact.objects.filter(heard_at=None, dead_at=None).update(next_attempt_at=clock.now()):
            facts.sweep()

    return hear


@pytest.fixture
def index(tmp_path, settings, monkeypatch):
    """An :class:`tests.search.own_index.Index` of this test's own."""
    with own_index(tmp_path / "index", settings, monkeypatch) as made:
        yield made


@pytest_asyncio.fixture
async def fresh_hub():
    """Whatever hub the test starts is stopped with it."""
    yield
    if hub_module._hub:
        await hub_module._hub.stop()
    hub_module._hub = None
