"""Where a world stands: a database, an index and files of its own, which are copied in a moment."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import override_settings
from haystack import connections as engines

from search import queries as search
from search.engines import whoosh_engine
from tests.worlds.world import IS_SERVER

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Ground:
    """``folder`` holds everything on SQLite; on PostgreSQL the rows are in the database called ``database``."""

    folder: Path
    database: str

    @classmethod
    def first(cls, folder: Path) -> Ground:
        """Below ``folder``, with the empty tables of the database that Django's tests made. It may not be in use."""
        ground = cls._named(folder)
        ground.folder.mkdir(parents=True)
        empty = str(connection.settings_dict["NAME"])
        connection.close()
        if IS_SERVER:
            _create(ground.database, empty)
        else:
            with sqlite3.connect(empty) as source:
                source.execute("VACUUM INTO ?", (ground.database,))
            source.close()
        return ground

    @classmethod
    def _named(cls, folder: Path) -> Ground:
        # Of this process: branches that stand beside each other are made by the same one.
        name = f"{os.getpid()}-{next(_numbers)}"
        database = f"worlds_{name.replace('-', '_')}" if IS_SERVER else str(folder / name / "db.sqlite3")
        return cls(folder / name, database)

    def copied(self) -> Ground:
        """The same as it is now, to go another way from here. Nobody may stand on this one meanwhile (``leave``)."""
        copy = self._named(self.folder.parent)
        shutil.copytree(self.folder, copy.folder)
        if IS_SERVER:
            _create(copy.database, self.database)
        return copy

    def stand(self) -> None:
        """Let this process ask this database, this index and these files."""
        connection.settings_dict["NAME"] = self.database
        if not IS_SERVER:
            options = connection.settings_dict["OPTIONS"]
            # What is thrown away after a script need not outlive a power failure.
            options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        settings.BLOB_FOLDER = self.folder / "blobs"
        haystack = {**settings.HAYSTACK_CONNECTIONS["default"], "PATH": str(self.folder / "index")}
        settings.HAYSTACK_CONNECTIONS = engines.connections_info = {"default": haystack}
        engines.reload("default")
        if IS_SERVER:
            caches["default"].clear()
            # It looks by the minute whether its tables are whole: whoever comes first would ask more than the others.
            search.backend()._believed_until = search.backend()._quiet_until = float("inf")

    def leave(self) -> None:
        """Nothing of it is open in this process any more: it may be copied, and the process may fork."""
        connection.close()
        if IS_SERVER:
            caches["default"].close()
            return
        _store, writer = whoosh_engine._engines.pop(str(self.folder / "index"), (None, None))
        if writer is not None:
            writer.stop()

    def clear(self) -> None:
        """Nothing is left of it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if IS_SERVER:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def _create(name: str, like: str) -> None:
    with connection._nodb_cursor() as cursor:
        # Who is connected with a database keeps it from being copied: a thread that an earlier test left behind.
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        cursor.execute(ended, [like])
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')


def use_own_cache(number: int) -> None:
    """On a server let this process cache in a database of Redis that no run of the tests uses (see conftest)."""
    if IS_SERVER:
        there: dict[str, Any] = {**settings.CACHES}
        location = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()
        there["default"] = {**there["default"], "LOCATION": location}
        override_settings(CACHES=there).enable()
