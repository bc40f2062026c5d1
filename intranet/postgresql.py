"""PostgreSQL past the pooler: a connection of our own for long work, and the programs that come with it.

Backup, restore and the move of a company hold one transaction for minutes and call ``pg_dump``: they go to
``DATABASE_DIRECT_URL`` where it is set, else to ``DATABASE_URL``. Passwords never stand on a command line.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg2
from django.conf import settings

from kit import failures

#: where Debian keeps the programs of each version
PLACES = "/usr/lib/postgresql/*/bin"


class Unavailable(Exception):
    """Why PostgreSQL or one of its programs can't be used, as one sentence."""


def address() -> str:
    """Where the database is without a pooler in between."""
    return str(settings.DATABASE_DIRECT_URL or settings.DATABASE_URL)


@contextlib.contextmanager
def connected() -> Iterator[Any]:
    """A connection that is closed afterwards; raises Unavailable when there is none to be had."""
    try:
        connection = psycopg2.connect(address(), connect_timeout=10, application_name="parvis")
    except psycopg2.Error as error:
        raise Unavailable(f"The database doesn't answer: {failures.first_line(error)}") from None
    try:
        yield connection
    finally:
        with contextlib.suppress(psycopg2.Error):
            connection.close()


def major(connection: Any) -> int:
    """Version of the server, as 15."""
    return int(connection.server_version) // 10_000


def program(name: str, *, at_least: int) -> Path:
    """``pg_dump`` or ``pg_restore`` of version ``at_least`` or later (an older one refuses a newer server)."""
    places = [*glob.glob(PLACES), *os.environ.get("PATH", "").split(os.pathsep)]
    found: dict[int, Path] = {}
    for path in (Path(place, name) for place in places):
        if path.is_file() and os.access(path, os.X_OK):
            found.setdefault(_version(path), path)
    fitting = sorted(version for version in found if version >= at_least)
    if fitting:
        return found[fitting[0]]
    if found:
        raise Unavailable(
            f"{name} here is of version {max(found)} and the database of version {at_least}: "
            f"install postgresql-client-{at_least}."
        )
    raise Unavailable(f"{name} is not on this machine: install postgresql-client-{at_least}.")


def _version(path: Path) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603
    except OSError:
        return 0
    number = re.search(r"(\d+)", said)
    return int(number.group(1)) if number else 0


def run(path: Path, *words: str) -> None:
    """Run a program on our database; raises Unavailable with the first thing it said."""
    parts = urlsplit(address())
    place = parts.netloc
    surroundings = dict(os.environ)
    if parts.password is not None:
        # SECURITY: a command line can be read by everybody on the machine.
        surroundings["PGPASSWORD"] = unquote(parts.password)
        who, _, where = place.rpartition("@")
        place = f"{who.partition(':')[0]}@{where}"
    done = subprocess.run(  # noqa: S603  (a program of PostgreSQL, found by its name)
        [path, f"--dbname={urlunsplit(parts._replace(netloc=place))}", *words],
        env=surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error:" in line] or [f"it ended with {done.returncode}"]
        raise Unavailable(f"{path.name} failed: {said[0].partition('error:')[2].strip() or said[0]}")
