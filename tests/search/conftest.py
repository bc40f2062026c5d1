"""The company of the gold set, and tables of search that are empty after a test."""

from __future__ import annotations

import pytest
from django.db import connection

from search import queries
from tests.search.profiles import IS_SERVER


@pytest.fixture(autouse=True)
def nothing_prepared(monkeypatch):
    """Tests here take a gate away: what is put into SQL meanwhile is for them alone, and nothing of before is used."""
    monkeypatch.setattr(queries._PLAIN, "_ready", {})


@pytest.fixture
def emptied(transactional_db):
    """What tests commit into PostgreSQL's own search tables goes with them: Django empties those of models only."""
    yield
    if IS_SERVER:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE search_row, search_word")
            cursor.execute("UPDATE search_state SET built_version = 1, leased_until = NULL")


@pytest.fixture
def transactional_cast(emptied):
    """One member of one open group, in a database other threads can see."""
    from types import SimpleNamespace

    from groups import services as groups
    from groups.models import Role, Space, SpaceType
    from people.models import Company
    from tests.conftest import make_person

    Company.objects.get_or_create(pk=1, defaults={"name": "Corvanne"})
    groups.make_common_space(name="Corvanne")
    member = make_person("Max Member")
    space = Space.objects.create(type=SpaceType.OPEN, name="The open group", created_by=member)
    groups.add_member(space=space, person=member, role=Role.MANAGER)
    return SimpleNamespace(member=member, space=space)


@pytest.fixture
def thread(cast, index):
    """A thread posted and heard of after the index was made."""
    from tests.search.writing import deliver, post_thread

    index()
    made = post_thread(
        author=cast.member, spaces=cast.spaces["open"], title="Vidange du tour", source="Faite ce matin."
    )
    deliver()
    return made


@pytest.fixture
def threads(cast):
    """One thread about porosity in each space, and one on the company wall that is nothing of the sort."""
    from tests.search.writing import write_thread

    made = {}
    for name, space in cast.spaces.items():
        author = cast.member
        made[name] = write_thread(
            space=space, author=author, title=f"Porosity {name}", source=f"Gas pores, zebra{name}."
        )
    made["other"] = write_thread(space=cast.spaces["common"], author=cast.manager, title="Canteen", source="Soup.")
    return made
