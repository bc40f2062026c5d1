"""Databases of the server profile for the tests: made where ``DATABASE_URL`` points, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from tests.intranet import servers


@contextlib.contextmanager
def new_database(like: str = "template0") -> Iterator[str]:
    """The address of a new database: an empty one, or a copy of the one called ``like``."""
    address = os.environ["DATABASE_URL"]
    name = f"parvis_{secrets.token_hex(6)}"
    run_sql(address, f"CREATE DATABASE {name} TEMPLATE {like}")
    try:
        yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    finally:
        run_sql(address, f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def migrated_database(folder: Path) -> Iterator[str]:
    """The name of a migrated, empty database, to be copied (much quicker than migrating each)."""
    with new_database() as address:
        done = manage(folder, address, "migrate", "--verbosity", "0")
        assert done.returncode == 0, done.stderr
        yield urlsplit(address).path.strip("/")


def run_sql(address: str, sql: str) -> list[tuple]:
    """Run one statement by itself; its rows."""
    with contextlib.closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


def variables(address: str) -> dict[str, str]:
    """The server profile on this database."""
    return {
        "DATABASE_URL": address,
        "DATABASE_DIRECT_URL": "",
        "REDIS_URL": os.environ["REDIS_URL"],
        "EMAIL_URL": "smtp://localhost:25",
    }


def manage(folder: Path, address: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the server profile with its data in ``folder``."""
    return servers.manage(folder, *words, **variables(address), **more)
