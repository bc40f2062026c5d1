"""The embedded company that moves: one moment of its database, its files and its secrets."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intranet import keys
from intranet.backups.embedded import DATABASE, migrations_in
from intranet.checksums import INTEGER, JSON, TEXT, Table, quoted, sqlite_rows, sqlite_tables
from intranet.server import CannotServe, ServerLock, holder_of

#: longest text by column, and bits of its whole numbers
Limits = dict[str, int]


class CannotMove(Exception):
    """Why the company did not move, or not yet, as one sentence."""


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Source]:
    """The company in ``folder``, held so that no server starts on it meanwhile. Raises CannotMove."""
    if not (folder / DATABASE).is_file():
        raise CannotMove(f"There is no company in {folder}: name the folder that holds {DATABASE}.")
    lock = ServerLock(folder)
    try:
        lock.take()
    except CannotServe:
        holder = holder_of(folder) or "unknown"
        raise CannotMove(f"A server or another move (process {holder}) uses {folder}: stop it first.") from None
    try:
        with (
            contextlib.closing(sqlite3.connect(folder / DATABASE, timeout=20, isolation_level=None)) as connection,
            contextlib.closing(sqlite3.connect(folder / DATABASE, timeout=20)) as watching,
        ):
            try:
                yield Source(folder, connection, watching)
            except sqlite3.DatabaseError as error:
                raise CannotMove(f"The database in {folder} can't be read: {error}.") from None
    finally:
        lock.release()


class Source:
    """One moment of an embedded company."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, watching: sqlite3.Connection) -> None:
        self.folder = folder
        self.connection = connection
        self.watching = watching
        self.data_version = self._data_version()
        connection.execute("BEGIN")
        self.tables = {table.name: table for table in sqlite_tables(connection)}

    def migrations(self) -> set[str]:
        """Which migrations it has had."""
        return set(migrations_in(self.folder / DATABASE))

    def count(self, table: Table) -> int:
        """How many rows."""
        return int(self.connection.execute(f"SELECT count(*) FROM {quoted(table.name)}").fetchone()[0])  # noqa: S608

    def checked_rows(self, table: Table, limits: Limits) -> Iterator[tuple[Any, ...]]:
        """Every row by key; raises CannotMove at one that PostgreSQL can't take, without a word of it."""
        for row in sqlite_rows(self.connection, table):
            for name, value in zip(table.columns, row, strict=True):
                why = trouble(table.kinds[name], value, limits.get(name, 0))
                if why:
                    key = row[table.columns.index(table.key)] if table.kinds.get(table.key) == INTEGER else "?"
                    raise CannotMove(f"Row {key} of {table.name} can't move: its column {name} {why}.")
            yield row

    def rows_after(self, table: Table, key: Any) -> Iterator[tuple[Any, ...]]:
        """Rows whose key is greater than ``key`` (all for None), by key."""
        columns = ", ".join(map(quoted, table.columns))
        where, values = ("", ()) if key is None else (f" WHERE {quoted(table.key)} > ?", (key,))
        sql = f"SELECT {columns} FROM {quoted(table.name)}{where} ORDER BY {quoted(table.key)}"  # noqa: S608
        return iter(self.connection.execute(sql, values))

    def sequences(self) -> dict[str, int]:
        """The highest key each table ever gave: those of deleted rows are not given again."""
        if not self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
            return {}
        return dict(self.connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())

    def secrets(self) -> dict[str, str]:
        """The secrets of this company, by name."""
        return keys.read(self.folder / keys.FILE)

    def was_written_to(self) -> bool:
        """Whether another process changed the database since it was opened."""
        return self._data_version() != self.data_version

    def _data_version(self) -> int:
        return int(self.watching.execute("PRAGMA data_version").fetchone()[0])


def trouble(kind: str, value: Any, limit: int) -> str:
    """What keeps PostgreSQL from taking a value that SQLite took, or an empty text."""
    if kind in (TEXT, JSON) and isinstance(value, str):
        if "\0" in value or (kind == JSON and "\\u0000" in value.replace("\\\\", "")):
            return "holds a NUL character"
        if kind == TEXT and limit and len(value) > limit:
            return f"is longer than {limit} characters"
    if kind == INTEGER and isinstance(value, int) and limit and not -(1 << (limit - 1)) <= value < 1 << (limit - 1):
        return f"is a number of more than {limit} bits"
    return ""
