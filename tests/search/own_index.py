"""The engine of this run over an index that a test has for itself."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from haystack import connections

from search.engines import rebuild, whoosh_engine
from search.engines.postgres import rebuilding, state
from tests.search.profiles import IS_SERVER


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


@contextlib.contextmanager
def own_index(folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An :class:`Index` whose files, where it has any, lie in ``folder``; its writer ends with it."""
    options = {**settings.HAYSTACK_CONNECTIONS["default"], "PATH": str(folder)}
    settings.HAYSTACK_CONNECTIONS = {"default": options}
    connections.connections_info = settings.HAYSTACK_CONNECTIONS
    connections.reload("default")
    made = Index(monkeypatch)
    yield made
    if not IS_SERVER:
        made.backend.writer.stop()
        whoosh_engine._engines.pop(options["PATH"], None)
