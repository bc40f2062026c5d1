"""An index of its own for every test, and the company of the gold set."""

from __future__ import annotations

import pytest
from haystack import connections

from search import queries
from search.engines import whoosh_engine
from search.engines.rebuild import rebuild


@pytest.fixture(autouse=True)
def nothing_prepared(monkeypatch):
    """Tests here take a gate away: what is put into SQL meanwhile is for them alone, and nothing of before is used."""
    monkeypatch.setattr(queries._PLAIN, "_ready", {})


@pytest.fixture
def index(tmp_path, settings):
    """The engine over an empty folder; ``index()`` indexes what the database holds now."""
    options = {**settings.HAYSTACK_CONNECTIONS["default"], "PATH": str(tmp_path / "index")}
    settings.HAYSTACK_CONNECTIONS = {"default": options}
    connections.connections_info = settings.HAYSTACK_CONNECTIONS
    connections.reload("default")
    backend = connections["default"].get_backend()

    def fill():
        rebuild(backend.store)
        return backend

    fill.backend = backend
    yield fill
    backend.writer.stop()
    whoosh_engine._engines.pop(options["PATH"], None)


@pytest.fixture
def transactional_cast(transactional_db):
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
