"""One statement for a page of results: readable rows, joined with what the engine found, give hits, count, facets.

The database has the last word: a row counts only when the rule, asked in this very statement, lets the viewer read it,
whatever the index believes. Hence counts and facets are exact even while the index is behind.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from kit.keys import keys_in
from search import statements
from search.counting import Counted, Hit, Wanted, counted
from search.engines.deadline import Deadline, TimeUp
from search.pages import Page

NEWEST = 500
"""So many of the newest rows are looked at where all that were found are too many for a second."""

FEW_ROWS = 300
"""So many rows of PostgreSQL's engine are fetched and counted here; of more the database counts."""


def found_in(found: Any) -> RawSQL:
    """What a search found as a subquery of keys: of its own statement where it stands in the database already."""
    if settle := getattr(found, "settled", None):
        found = settle()
    if statement := getattr(found, "statement", ""):
        return RawSQL(f"SELECT found.pk FROM ({statement}) found", found.parameters)  # type: ignore[union-attr]  # noqa: S608, S611
    return keys_in(found)


_WEIGHTS = {
    "sqlite": "SELECT CAST(key AS INTEGER) AS pk, CAST(value AS REAL) AS weight FROM json_each(%s)",
    "postgresql": "SELECT key::bigint AS pk, value::float8 AS weight FROM jsonb_each_text(%s::jsonb)",
}


Statement = tuple[str, Sequence[Any]]


def annotated(rows: QuerySet, page: Page, chosen: Mapping[str, Q], facets: Mapping[str, Any]) -> QuerySet:
    """``rows`` as :func:`count_and_page` takes them: what groups, orders, narrows and is counted, a column each."""
    annotations: dict[str, Any] = {
        "r_pk": F("pk"),
        "r_group": F(f"{page.group}_id"),
        "r_moment": F(page.moment),
        "r_activity": F(page.activity),
        "r_tie": F(page.tie),
    }
    for index, name in enumerate(chosen):
        annotations[f"c_{index}"] = _flag(chosen[name])
    for name, what in facets.items():
        if isinstance(what, str):
            if not what.startswith(f"{page.group}__"):
                raise ValueError(f"The facet {name} is no column of a {page.group}: {what}.")
            annotations[f"f_{name}"] = F(what)
        else:
            annotations.update({f"f_{name}_{value}": _flag(asks) for value, asks in what.items()})
    return rows.order_by().annotate(**annotations).values(*annotations)


def statement_of(rows: QuerySet) -> Statement:
    """``rows`` as SQL; "" for a condition that nothing can meet (a name nobody has)."""
    try:
        return rows.query.get_compiler(using="default").as_sql()
    except EmptyResultSet:
        return "", ()


def count_and_page(
    *, rows: Statement, weights: Mapping[int, float] | None, wanted: Wanted, deadline: Deadline
) -> Counted:
    """What is ``wanted`` of ``rows``: hits, the count of their groups, and facet counts. Raises TimeUp.

    ``rows``: SQL of :func:`annotated` rows, with the same choices and facets; ``weights``: by row key, None where no
    words were asked.
    """
    # SECURITY: ``rows`` comes from Findable.rows(viewer); nothing below widens it.
    if not rows[0]:
        return Counted()
    told = _count(rows, weights, wanted, deadline)
    if not told.total and (ask_instead := getattr(weights, "otherwise", None)):
        # Perhaps nothing readable holds one of the words: the engine looks only now, when nothing was found.
        other = ask_instead()
        if other is not None:
            return _count(rows, other, wanted, deadline)
    return told


def newest_page(*, rows: Statement, weights: Mapping[int, float] | None, wanted: Wanted, deadline: Deadline) -> Counted:
    """What is wanted of the rows written last, where all of them are too many for a second. Raises TimeUp.

    SECURITY: the last of those that may be read: what one may not read takes nobody's place.
    """
    if weights is not None and not getattr(weights, "newest", ""):
        return _count(rows, {key: weights[key] for key in heapq.nlargest(NEWEST, weights)}, wanted, deadline)
    base, params = rows
    columns = statements.columns(wanted)
    if weights is None:
        statement, parameters = statements.newest(base, columns, NEWEST), params
    else:
        statement = statements.few(base, weights.newest, columns, NEWEST)  # type: ignore[attr-defined]
        parameters = [*weights.parameters, *params]  # type: ignore[attr-defined]
    with time_limit(deadline), _backwards(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        few = cursor.fetchall()
    if weights is not None:
        few.pop()
    return counted(few, columns, wanted)


@contextlib.contextmanager
def _backwards() -> Iterator[None]:
    """Have PostgreSQL go from the last row on until there are enough: what stands in many stands in the last too."""
    if connection.vendor != "postgresql":
        yield
        return
    is_nested = bool(connection.savepoint_ids)
    with connection.cursor() as cursor:
        cursor.execute(BACKWARDS)
        yield
        if is_nested:
            cursor.execute(ANY_WAY)


def _count(rows: Statement, weights: Mapping[int, float] | None, wanted: Wanted, deadline: Deadline) -> Counted:
    base, params = rows
    if weights is not None and connection.vendor == "postgresql":
        found, found_params = _found(weights)
        scored = f"SELECT b.*, hits.weight FROM ({base}) b JOIN ({found}) hits ON hits.pk = b.r_pk"  # noqa: S608
        all_params = [*params, *found_params]
        columns = statements.columns(wanted)
        few = rows_of(statements.few(base, found, columns, FEW_ROWS + 1), [*found_params, *params], deadline)
        if few.pop()[-1] <= FEW_ROWS:
            return counted(few, columns, wanted)
        statement = statements.grouped(scored, wanted)
    else:
        found, found_params = ("", ()) if weights is None else _found(weights)
        all_params = [*found_params, *params]
        statement = statements.windowed(base, found, wanted)
    told = Counted()
    hits: list[tuple[int, Hit]] = []
    for part, value, number, weight, place in rows_of(statement, all_params, deadline):
        if part == "hit":
            hits.append((place, Hit(int(value), float(weight), int(number))))
        elif part == "total":
            told.total = number
        elif value is not None:
            told.facets.setdefault(part.removeprefix("facet:"), {})[value] = number
    told.hits = [hit for _, hit in sorted(hits, key=lambda pair: pair[0])]
    return told


def is_nothing(weights: Mapping[int, float]) -> bool:
    """True for what is known to hold no row without asking the database."""
    return not getattr(weights, "statement", "") and not weights


def _found(weights: Mapping[int, float]) -> Statement:
    """SQL of keys and weights: the engine's own where it works in this database, else the numbers themselves."""
    statement = getattr(weights, "statement", "")
    if statement:
        return statement, weights.parameters  # type: ignore[attr-defined]
    return _WEIGHTS[connection.vendor], [json.dumps({str(key): weight for key, weight in weights.items()})]


def _flag(asks: Q) -> Case:
    return Case(When(asks, then=Value(True)), default=Value(False), output_field=BooleanField())


# Compiling a statement costs more than it saves in a second. What is searched lies in memory: as for a disk of 1995,
# which is what PostgreSQL takes for granted, whole tables would be read in the place of a few hundred rows.
_LIMITED = "SET LOCAL statement_timeout = %d; SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1"
_UNLIMITED = "SET LOCAL statement_timeout = DEFAULT; SET LOCAL jit = DEFAULT; SET LOCAL random_page_cost = DEFAULT"

# To walk a table in hope of an early hit, as PostgreSQL likes to do for EXISTS, could take for ever.
NO_WALK = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
WALK = "SET LOCAL enable_seqscan = DEFAULT; SET LOCAL enable_indexscan = DEFAULT"

BACKWARDS = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
ANY_WAY = "SET LOCAL enable_seqscan = DEFAULT; SET LOCAL enable_bitmapscan = DEFAULT; SET LOCAL enable_sort = DEFAULT"


@contextlib.contextmanager
def time_limit(deadline: Deadline) -> Iterator[None]:
    """Have the database stop at ``deadline`` and raise :class:`TimeUp`."""
    deadline.check()
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.set_progress_handler(lambda: deadline.is_over, 20_000)
        try:
            yield
        except OperationalError as error:
            if "interrupted" in str(error):
                raise TimeUp from error
            raise
        finally:
            connection.connection.set_progress_handler(None, 0)
        return
    began, is_nested = time.monotonic(), connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # All of it ends with the transaction, as a pool of connections demands.
            cursor.execute(_LIMITED % int(deadline.left * 1000 + 1))
            yield
            if is_nested:
                cursor.execute(_UNLIMITED)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == "57014":
            raise TimeUp from error
        raise
    finally:
        # PostgreSQL works in a process of its own: what it worked for this query is not seen by this thread's clock.
        deadline.spend(time.monotonic() - began)


def rows_of(statement: str, parameters: Sequence[Any], deadline: Deadline) -> list[tuple[Any, ...]]:
    """Rows of one statement, stopped at ``deadline``. Raises TimeUp."""
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        with time_limit(deadline), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()
    deadline.check()
    began = time.monotonic()
    try:
        with connection.cursor() as cursor:
            # PERF: commands that are sent together are one transaction, in one way to and fro in the place of four.
            cursor.execute(f"{_LIMITED % int(deadline.left * 1000 + 1)}; {statement}", parameters)
            return cursor.fetchall()
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == "57014":
            raise TimeUp from error
        raise
    finally:
        deadline.spend(time.monotonic() - began)
