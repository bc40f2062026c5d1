"""An index of its own for every test, and the company of the gold set."""

from __future__ import annotations

import shutil

import pytest
from django.db import connection
from haystack import connections

from search import queries
from search.engines import rebuild, whoosh_engine
from search.engines.postgres import rebuilding, state
from tests.search.profiles import IS_SERVER


@pytest.fixture(autouse=True)
def nothing_prepared(monkeypatch):
    """Tests here take a gate away: what is put into SQL meanwhile is for them alone, and nothing of before is used."""
    monkeypatch.setattr(queries._PLAIN, "_ready", {})


class Index:
    """The engine of this run over nothing; ``index()`` writes what the database holds now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.backend = connections["default"].get_backend()
        self._monkeypatch = monkeypatch

    def __call__(self):
        self.backend.rebuild()
        return self.backend

    def rows(self, label: str) -> set[int]:
        """Keys of the rows that can be found."""
        if not IS_SERVER:
            return self.backend.store.current().part(label).rows()
        with connection.cursor() as cursor:
            cursor.execute("SELECT key FROM search_row WHERE label = %s", [label])
            return {row[0] for row in cursor.fetchall()}

    def lose(self) -> None:
        """There is no index any more, and nobody makes another."""
        if IS_SERVER:
            self._monkeypatch.setattr(rebuilding, "start_in_child", lambda: False)
            state.forget()
            self.backend._believed_until = self.backend._quiet_until = 0.0
        else:
            self._monkeypatch.setattr(rebuild, "start_in_child", lambda store: False)
            shutil.rmtree(self.backend.store.root, ignore_errors=True)
            self.backend.store.forget()


@pytest.fixture
def index(tmp_path, settings, monkeypatch):
    """An :class:`Index` of this test's own."""
    options = {**settings.HAYSTACK_CONNECTIONS["default"], "PATH": str(tmp_path / "index")}
    settings.HAYSTACK_CONNECTIONS = {"default": options}
    connections.connections_info = settings.HAYSTACK_CONNECTIONS
    connections.reload("default")
    made = Index(monkeypatch)
    yield made
    if not IS_SERVER:
        made.backend.writer.stop()
        whoosh_engine._engines.pop(options["PATH"], None)


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
