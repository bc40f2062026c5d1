"""Rows and SHA-256 per table, the same for the same rows on SQLite and on PostgreSQL.

A value is written in one canonical form first: moments in UTC to the microsecond, JSON with sorted keys and plain
numbers, decimals without trailing zeros, booleans as such. Rows go by primary key, text keys by their bytes; columns by
name. Tables that are made from others (they hold a ``tsvector``, or have no primary key) have no sum: they are built
anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

BOOLEAN, INTEGER, REAL, DECIMAL = "boolean", "integer", "real", "decimal"
MOMENT, DATE, TIME, JSON, TEXT, BYTES, ADDRESS = "moment", "date", "time", "json", "text", "bytes", "address"

#: kind by the first word of a declared type of SQLite, as Django writes it
_SQLITE = {
    "bool": BOOLEAN,
    "integer": INTEGER,
    "bigint": INTEGER,
    "smallint": INTEGER,
    "real": REAL,
    "decimal": DECIMAL,
    "datetime": MOMENT,
    "date": DATE,
    "time": TIME,
    "blob": BYTES,
}
#: kind by PostgreSQL's name of the type
_POSTGRESQL = {
    "bool": BOOLEAN,
    "int2": INTEGER,
    "int4": INTEGER,
    "int8": INTEGER,
    "float8": REAL,
    "numeric": DECIMAL,
    "timestamptz": MOMENT,
    "date": DATE,
    "time": TIME,
    "jsonb": JSON,
    "bytea": BYTES,
    "inet": ADDRESS,
}

Sums = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its primary key and the kind of each column, by name."""

    name: str
    key: str
    kinds: dict[str, str]

    @property
    def columns(self) -> list[str]:
        """Names of the columns, sorted: the order of every row here."""
        return sorted(self.kinds)


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


# What there is -------------------------------------------------------------------------------------------------------


def sqlite_tables(connection: sqlite3.Connection) -> list[Table]:
    """The tables of a database file, by name."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return [_sqlite_table(connection, name, sql) for name, sql in found]


def _sqlite_table(connection: sqlite3.Connection, name: str, sql: str) -> Table:
    kinds, key = {}, "rowid"
    # Django's JSON column is a text with this check.
    holding_json = set(re.findall(r'JSON_VALID\("([^"]+)"\)', sql, re.IGNORECASE))
    for _, column, declared, _, _, place_in_key in connection.execute(f"PRAGMA table_info({quoted(name)})"):
        words = re.findall(r"[a-z]+", declared.lower())
        kinds[column] = JSON if column in holding_json else _SQLITE.get(words[0] if words else "", TEXT)
        if place_in_key == 1:
            key = column
    return Table(name, key, kinds)


_COLUMNS = """
    SELECT c.table_name, c.column_name, c.udt_name, c.is_generated = 'ALWAYS'
      FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2"""
_KEYS = """
    SELECT c.relname, min(a.attname) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
     WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace GROUP BY 1"""


def postgresql_tables(connection: Any) -> tuple[list[Table], list[str]]:
    """The tables of the schema ``public`` that have sums, and the names of those that are made from others."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        keys = dict(cursor.fetchall())
        cursor.execute(_COLUMNS)
        kinds: dict[str, dict[str, str]] = {}
        derived = set()
        for table, column, of_type, is_generated in cursor.fetchall():
            kinds.setdefault(table, {})
            if of_type == "tsvector" or table not in keys:
                derived.add(table)
            if not is_generated:
                kinds[table][column] = _POSTGRESQL.get(of_type, TEXT)
    tables = [Table(name, keys[name], of) for name, of in sorted(kinds.items()) if name not in derived]
    return tables, sorted(derived)


# Their sums ----------------------------------------------------------------------------------------------------------


def sqlite_rows(connection: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Every row, as it is stored, by primary key."""
    columns = ", ".join(map(quoted, table.columns))
    key = "rowid" if table.key == "rowid" else quoted(table.key)
    return iter(connection.execute(f"SELECT {columns} FROM {quoted(table.name)} ORDER BY {key}"))  # noqa: S608


def postgresql_rows(connection: Any, table: Table) -> Iterator[tuple[Any, ...]]:
    """Every row by primary key, through a cursor of the server inside the open transaction: memory stays small."""
    columns = ", ".join(_READ.get(table.kinds[name], "{}").format(quoted(name)) for name in table.columns)
    collated = ' COLLATE "C"' if table.kinds[table.key] == TEXT else ""
    order = f"{quoted(table.name)}.{quoted(table.key)}{collated}"
    with connection.cursor(name="sums") as cursor:
        cursor.itersize = 2000
        cursor.execute(f"SELECT {columns} FROM {quoted(table.name)} ORDER BY {order}")  # noqa: S608
        yield from cursor


#: JSON as PostgreSQL writes it, since psycopg2 would make floats of its numbers; addresses without their `/32`
_READ = {JSON: "{}::text", TEXT: "{}::text", ADDRESS: "host({})"}


def sum_of(
    table: Table, rows: Iterable[tuple[Any, ...]], each: Callable[[int], object] | None = None
) -> dict[str, Any]:
    """``{"rows": int, "sha256": hex}`` of these rows (columns sorted by name); ``each`` is told of every 500 rows."""
    writers = [_WRITERS[table.kinds[name]] for name in table.columns]
    digest, count = hashlib.sha256(json.dumps(table.columns).encode()), 0
    for row in rows:
        values = [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]
        line = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        digest.update(line.encode("utf-8", "surrogatepass"))
        count += 1
        if each is not None and count % 500 == 0:
            each(500)
    if each is not None:
        each(count % 500)
    return {"rows": count, "sha256": digest.hexdigest()}


def sqlite_sums(connection: sqlite3.Connection) -> Sums:
    """Sums of every table of a database file."""
    return {table.name: sum_of(table, sqlite_rows(connection, table)) for table in sqlite_tables(connection)}


def postgresql_sums(connection: Any) -> Sums:
    """Sums of every table that is not made from others, as the open transaction sees them."""
    return {table.name: sum_of(table, postgresql_rows(connection, table)) for table in postgresql_tables(connection)[0]}


# One form for a value ------------------------------------------------------------------------------------------------


def as_moment(value: str | dt.datetime) -> dt.datetime:
    """A moment in UTC: SQLite keeps it as text without a zone."""
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _moment(value: str | dt.datetime) -> str:
    return as_moment(value).isoformat(timespec="microseconds")


def _decimal(value: Any) -> str:
    return format(Decimal(str(value)).normalize(), "f")


def _plain(thing: Any) -> Any:
    """1e3, 1000.0 and 1000 are one number to PostgreSQL."""
    if isinstance(thing, float) and thing.is_integer():
        return int(thing)
    if isinstance(thing, list):
        return [_plain(one) for one in thing]
    if isinstance(thing, dict):
        return {name: _plain(one) for name, one in thing.items()}
    return thing


def _json(value: str) -> str:
    return json.dumps(_plain(json.loads(value)), sort_keys=True, separators=(",", ":"))


def _calendar(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


_WRITERS: dict[str, Callable[[Any], Any]] = {
    BOOLEAN: bool,
    INTEGER: int,
    REAL: float,
    DECIMAL: _decimal,
    MOMENT: _moment,
    DATE: _calendar,
    TIME: _calendar,
    JSON: _json,
    TEXT: _text,
    ADDRESS: _text,
    BYTES: lambda value: bytes(value).hex(),
}
