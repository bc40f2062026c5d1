"""Rows by the million: PostgreSQL's COPY for models and tables, and indexes and foreign keys made after the rows.

A foreign key that is made afterwards is checked for every row: what is loaded still refers to something.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

NULL = r"\N"
Job = tuple[str, str]
"""A COPY statement and its lines."""


def escaped(text: str) -> str:
    """``text`` as COPY wants it."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


class Rows:
    """Lines for COPY of a model: the named columns are given with each row, all others are those of a new row."""

    def __init__(self, model: type[models.Model], *names: str) -> None:
        given = [model._meta.get_field(name) for name in names]
        new = model()
        others = [
            field
            for field in model._meta.concrete_fields
            if field not in given and not isinstance(field, models.AutoField)
        ]
        self._columns = ", ".join(f'"{field.column}"' for field in [*given, *others])
        self._table = model._meta.db_table
        self._end = "".join("\t" + _text(field, getattr(new, field.attname)) for field in others) + "\n"
        self._lines: list[str] = []

    def add(self, *values: str) -> None:
        """One row: its values as COPY wants them, see :func:`escaped`."""
        self._lines.append("\t".join(values) + self._end)

    def taken(self) -> Job:
        """What was added, to be sent; nothing is there any more."""
        lines, self._lines = self._lines, []
        return job(self._table, self._columns, lines)


def _text(field: models.Field, value: Any) -> str:
    if isinstance(field, models.JSONField):
        return escaped(json.dumps(value))
    value = field.get_db_prep_save(value, connection)
    return NULL if value is None else escaped(str(value))


def job(table: str, columns: str, lines: list[str]) -> Job:
    """Lines with their ends for the columns of a table, as COPY takes them."""
    return f"COPY {table} ({columns}) FROM STDIN", "".join(lines)


class Sender:
    """Sends in a thread of its own while the next rows are made; at most one load is on its way."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._under_way: Future[None] | None = None
        self._connection = connection.connection

    def send(self, *jobs: Job) -> None:
        """Send these once those before are there. Nobody else may use the connection before :meth:`wait`."""
        self.wait()
        self._under_way = self._thread.submit(self._copy, jobs)

    def wait(self) -> None:
        """Return, or raise what went wrong, when everything is there."""
        if self._under_way:
            self._under_way.result()

    def _copy(self, jobs: tuple[Job, ...]) -> None:
        with self._connection.cursor() as cursor:
            for statement, text in jobs:
                cursor.copy_expert(statement, io.StringIO(text))


def next_key(model: type[models.Model]) -> int:
    """The key that no row has yet, nor any above it."""
    return (model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


def tell_sequences(*known: type[models.Model]) -> None:
    """Let new rows of these models count on from the keys that were given."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(known)):
            cursor.execute(statement)


INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND indexrelid NOT IN (SELECT conindid FROM pg_constraint) ORDER BY 1
"""
FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f' ORDER BY 1, 2
"""


@contextlib.contextmanager
def made_afterwards(*tables: str) -> Iterator[None]:
    """Take indexes and foreign keys off these tables, and put them back as they were when the rows are there."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [list(tables)])
        indexes = cursor.fetchall()
        cursor.execute(FOREIGN_KEYS, [list(tables)])
        keys = cursor.fetchall()
        for table, name, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
