"""The database a company moves into: notes of how far the move is, rows in batches, constraints at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

from intranet.backups.manifest import known_migrations
from intranet.checksums import BOOLEAN, BYTES, MOMENT, Sums, Table, as_moment, postgresql_tables, quoted
from intranet.moving.source import CannotMove, Limits, Source

NOTES = "move_in_notes"
BATCH = 1000
#: filled by `migrate` itself: the company brings its own rows, under the numbers its other rows cite
MADE_BY_MIGRATE = ("django_content_type", "auth_permission")
NOT_MOVED = ("django_migrations", NOTES)
_BITS = {"int2": 16, "int4": 32, "int8": 64}

_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1, 2"""
_LIMITS = """
    SELECT column_name, character_maximum_length, udt_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = %s"""
_SEQUENCES = """
    SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)
      FROM information_schema.columns WHERE table_schema = 'public' AND
           (is_identity = 'YES' OR column_default LIKE 'nextval(%')"""


class Target:
    """An empty, migrated database, or one in which this very move was begun."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    # Before anything is written ----------------------------------------------------------------------------------

    def refuse_other_migrations(self, of_source: set[str]) -> None:
        """Raise CannotMove unless code, database and company have had the same migrations."""
        if not self._value("SELECT to_regclass('public.django_migrations') IS NOT NULL"):
            raise CannotMove("The database is empty: run `manage.py migrate` on it first.")
        here = set(self._column("SELECT app || '.' || name FROM django_migrations"))
        if known_migrations() - here:
            raise CannotMove("The database is not up to date: run `manage.py migrate` on it first.")
        if missing := sorted(here - of_source):
            raise CannotMove(
                f"The company is of an older Parvis ({missing[0]} is missing): serve it once with this version, "
                "then stop it and move it."
            )
        if unknown := sorted(of_source - here):
            raise CannotMove(f"The company is of a newer Parvis than this one: it knows {unknown[0]}.")

    def tables_for(self, source: Source) -> list[Table]:
        """Which tables move. Raises CannotMove where the company has one, or a column, that this database hasn't."""
        tables, derived = postgresql_tables(self.connection)
        here = {table.name: table for table in tables}
        for name, theirs in source.tables.items():
            if name in derived or name in NOT_MOVED:
                continue
            if name not in here or here[name].columns != theirs.columns:
                raise CannotMove(f"The table {name} is not the same in the company and in the database.")
        return [here[name] for name in source.tables if name in here and name not in NOT_MOVED]

    def limits(self, table: Table) -> Limits:
        """Longest text and widest number by column."""
        with self.connection.cursor() as cursor:
            cursor.execute(_LIMITS, [table.name])
            return {name: longest or _BITS.get(of_type, 0) for name, longest, of_type in cursor.fetchall()}

    def begin(self, tables: list[Table], sums: Sums) -> bool:
        """Make the notes and let go of what checks row against row, in one transaction; True when it was begun before.

        Raises CannotMove when the database holds anything else than this very move.
        """
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [NOTES])
            if self._value("SELECT to_regclass(%s) IS NOT NULL", NOTES):
                if self._note("")["sums"] != sums:
                    raise CannotMove(
                        "In this database the move of another company, or of this one before it changed, was begun: "
                        "name an empty database (createdb, migrate) and start anew."
                    )
                return True
            for table in tables:
                if table.name not in MADE_BY_MIGRATE and self._value(
                    f"SELECT EXISTS (SELECT 1 FROM {quoted(table.name)})"  # noqa: S608  (a table's own name)
                ):
                    raise CannotMove(
                        f"The database is not empty ({table.name} has rows): a company only moves into an empty one."
                    )
            cursor.execute(_FOREIGN_KEYS)
            foreign_keys = [list(row) for row in cursor.fetchall()]
            # Threads cite posts and posts threads: no order of batches would please them all.
            for name, constraint, _ in foreign_keys:
                cursor.execute(f"ALTER TABLE {name} DROP CONSTRAINT {quoted(constraint)}")
            for table in tables:
                cursor.execute(f"ALTER TABLE {quoted(table.name)} DISABLE TRIGGER USER")
                if table.name in MADE_BY_MIGRATE:
                    cursor.execute(f"DELETE FROM {quoted(table.name)}")  # noqa: S608
            cursor.execute(f"CREATE TABLE {NOTES} (name text PRIMARY KEY, note jsonb NOT NULL)")
            self._write_note("", {"sums": sums, "foreign_keys": foreign_keys})
        return False

    # Rows --------------------------------------------------------------------------------------------------------

    def copy(self, table: Table, source: Source, advance: Callable[[int], object]) -> None:
        """Bring the rows of a table that are not here yet: each batch in one transaction with its note."""
        note = self._note(table.name) or {"after": None, "rows": 0}
        self.connection.commit()
        advance(note["rows"])
        key_at = table.columns.index(table.key)
        columns = ", ".join(map(quoted, table.columns))
        rows = source.rows_after(table, note["after"])
        while batch := list(islice(rows, BATCH)):
            with self.connection, self.connection.cursor() as cursor:
                execute_values(
                    cursor,
                    f"INSERT INTO {quoted(table.name)} ({columns}) VALUES %s",  # noqa: S608
                    [as_stored(table, row) for row in batch],
                    page_size=BATCH,
                )
                note = {"after": batch[-1][key_at], "rows": note["rows"] + len(batch)}
                self._write_note(table.name, note)
            advance(len(batch))

    # At the end --------------------------------------------------------------------------------------------------

    def finish(self, tables: list[Table], given: dict[str, int]) -> None:
        """Set constraints, triggers and sequences and drop the notes: all of it, or the move is still unfinished.

        ``given``: the highest key each table ever gave.
        """
        with self.connection, self.connection.cursor() as cursor:
            for name, constraint, definition in self._note("")["foreign_keys"]:
                cursor.execute(f"ALTER TABLE {name} ADD CONSTRAINT {quoted(constraint)} {definition}")
            for table in tables:
                cursor.execute(f"ALTER TABLE {quoted(table.name)} ENABLE TRIGGER USER")
            cursor.execute(_SEQUENCES.replace("(%'", "(%%'"), [])
            for table_name, column, sequence in cursor.fetchall():
                highest = self._value(f"SELECT max({quoted(column)}) FROM {quoted(table_name)}")  # noqa: S608
                if last := max(highest or 0, given.get(table_name, 0)):
                    cursor.execute("SELECT setval(%s, %s)", [sequence, last])
            cursor.execute(f"DROP TABLE {NOTES}")
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    # Notes -------------------------------------------------------------------------------------------------------

    def _note(self, name: str) -> dict[str, Any]:
        return dict(self._value(f"SELECT note FROM {NOTES} WHERE name = %s FOR UPDATE", name) or {})  # noqa: S608

    def _write_note(self, name: str, note: dict[str, Any]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {NOTES} VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET note = excluded.note",  # noqa: S608
                [name, json.dumps(note)],
            )

    def _value(self, sql: str, *values: Any) -> Any:
        found = self._column(sql, *values)
        return found[0] if found else None

    def _column(self, sql: str, *values: Any) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return [row[0] for row in cursor.fetchall()]


def as_stored(table: Table, row: Iterable[Any]) -> list[Any]:
    """A row of SQLite as PostgreSQL takes it."""
    return [
        None if value is None else _AS_STORED.get(table.kinds[name], _same)(value)
        for name, value in zip(table.columns, row, strict=True)
    ]


def _same(value: Any) -> Any:
    return value


_AS_STORED: dict[str, Callable[[Any], Any]] = {BOOLEAN: bool, MOMENT: as_moment, BYTES: psycopg2.Binary}
