"""When the database is away: which errors say so, and one calm answer instead of a traceback."""

from __future__ import annotations

import errno
import logging
import sqlite3
import time
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError

from kit import blobs

log = logging.getLogger("parvis.outages")

#: seconds after which a page may be asked for again
RETRY_AFTER = 5
#: one line in the log for everything within so many seconds
SAID_EVERY = 10.0
# SQLSTATE: 08 connection, 25006 a standby takes no writes, 53 out of connections, disk or memory, 57P the server ends
# or begins, 58 its disk. Not 57014 and 55P03: a query or a lock that took too long is no outage.
_CODES = ("08", "25006", "53", "57P", "58")
# psycopg2 gives no code when the connection broke under a query, and neither does PgBouncer when it finds no server.
_SQLITE = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY,
}  # fmt: skip
_said = {"at": -SAID_EVERY}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def is_database_away(error: BaseException | None) -> bool:
    """Whether ``error`` (or what it came from) says that the database can't be reached or can't take work."""
    return any(isinstance(one, DatabaseError | InterfaceError) and _says_away(one) for one in _chain(error))


def is_store_away(error: BaseException | None) -> bool:
    """Whether ``error`` (or what it came from) says that files can't be kept or fetched at the moment."""
    return any(isinstance(one, blobs.StoreAway) for one in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from, at most ten."""
    for _ in range(10):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _says_away(error: Exception) -> bool:
    driver = error.__cause__
    sqlite_code = getattr(driver, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return sqlite_code & 0xFF in _SQLITE
    code = getattr(driver, "pgcode", None)
    if code:
        return str(code).startswith(_CODES)
    return type(driver).__module__.startswith("psycopg2") and type(driver).__name__ in (
        "OperationalError", "InterfaceError",
    )  # fmt: skip


def is_disk_full(error: BaseException | None) -> bool:
    """Whether ``error`` says that the disk of the files takes nothing more."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def note_full_disk() -> None:
    """One line in the log, once every ten seconds."""
    _say("The disk of the data folder takes nothing more: uploads answer 503 until there is room.")


def note(error: BaseException | None) -> None:
    """One line in the log, once every ten seconds: the class of the error, never its text (it may quote a row)."""
    what = "place for files" if is_store_away(error) else "database"
    _say(f"The {what} is away ({type(error).__name__}): pages that need it answer 503 until it is back.")


def _say(sentence: str) -> None:
    now = time.monotonic()
    if now - _said["at"] >= SAID_EVERY:
        _said["at"] = now
        log.error(sentence)
