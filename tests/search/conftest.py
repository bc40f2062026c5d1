"""An index of its own for every test, and the company of the gold set."""

from __future__ import annotations

import pytest
from haystack import connections

from search.engines import whoosh_engine
from search.engines.rebuild import rebuild


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
