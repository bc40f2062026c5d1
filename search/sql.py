"""One statement for a page of results: readable rows, joined with what the engine found, give hits, count, facets.

The database has the last word: a row counts only when the rule, asked in this very statement, lets the viewer read it,
whatever the index believes. Hence counts and facets are exact even while the index is behind.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from kit.prepared import Given
from search.engines.deadline import Deadline, TimeUp
from search.pages import Page

GROUP_ROWS = {"best": "weight DESC, r_moment DESC, r_pk DESC", "newest": "r_moment DESC, weight DESC, r_pk DESC"}
PAGE_ROWS = {"best": "weight DESC, r_activity DESC, r_tie", "newest": "r_moment DESC, r_tie"}


@dataclass(slots=True)
class Hit:
    """One row of results: the best post of a thread, and how many more of it match."""

    pk: int
    weight: float
    matching: int
    row: Any = None


@dataclass(slots=True)
class Counted:
    """What the statement gives: hits of one page, the count of all, and counts by facet and value."""

    total: int = 0
    hits: list[Hit] = field(default_factory=list)
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


def keys_in(keys: Iterable[int] | Given) -> RawSQL:
    """``keys`` as a subquery of one parameter, however many they are; what is given for them later: :func:`written`."""
    if statement := getattr(keys, "statement", ""):
        return RawSQL(f"SELECT found.pk FROM ({statement}) found", keys.parameters)  # type: ignore[union-attr]  # noqa: S608, S611
    parameter = keys if isinstance(keys, Given) else written(keys)
    return RawSQL(_KEYS[connection.vendor], [parameter])  # noqa: S611 - constant text, one parameter


def written(keys: Iterable[int]) -> str:
    """``keys`` as one parameter."""
    return json.dumps(list(keys))


_KEYS = {
    "sqlite": "SELECT value FROM json_each(%s)",
    "postgresql": "SELECT value::bigint FROM jsonb_array_elements_text(%s::jsonb)",
}
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
    *,
    rows: Statement,
    weights: Mapping[int, float] | None,
    chosen: Mapping[str, Q],
    facets: Mapping[str, Any],
    order: str,
    first: int,
    size: int,
    deadline: Deadline,
) -> Counted:
    """Hits ``first`` to ``first + size`` of ``rows``, the count of their groups, and facet counts.

    ``rows``: SQL of :func:`annotated` rows, with the same ``chosen`` and ``facets``; ``weights``: by row key, None
    where no words were asked; ``chosen``: what narrows, by facet: a facet is counted without its own choice, so that
    the other values stay visible; ``facets``: lookup or mapping of name to Q, by facet.
    """
    names = list(chosen)
    # SECURITY: ``rows`` comes from Findable.rows(viewer); nothing below widens it.
    base, params = rows
    if not base:
        return Counted()

    def where(without: str = "") -> str:
        kept = [f"c_{index} = {_TRUE[connection.vendor]}" for index, name in enumerate(names) if name != without]
        return " WHERE " + " AND ".join(kept) if kept else ""

    # S608: every piece is our own constant or the compiler's SQL; what people typed is in the parameters.
    with_weights = ""
    scored = "SELECT base.*, 0.0 AS weight FROM base"
    all_params: list[Any] = []
    if weights is not None:
        found, found_params = _found(weights)
        with_weights = f"hits AS ({found}), "
        all_params += found_params
        base = f"SELECT b.* FROM ({base}) b WHERE b.r_pk IN (SELECT pk FROM hits)"  # noqa: S608
        scored = "SELECT base.*, hits.weight AS weight FROM base JOIN hits ON hits.pk = base.r_pk"
    all_params += params
    parts = [
        f"SELECT 'hit' AS part, CAST(r_pk AS text) AS value, matching AS number, weight, place FROM ("  # noqa: S608
        f"SELECT r_pk, matching, weight, ROW_NUMBER() OVER (ORDER BY {PAGE_ROWS[order]}) AS place FROM ("
        f"SELECT r_pk, r_moment, r_activity, r_tie, weight, "
        f"ROW_NUMBER() OVER (PARTITION BY r_group ORDER BY {GROUP_ROWS[order]}) AS nth, "
        f"COUNT(*) OVER (PARTITION BY r_group) AS matching FROM scored{where()}) grouped WHERE nth = 1) placed "
        f"WHERE place > {int(first)} AND place <= {int(first + size)}",
        f"SELECT 'total', '', COUNT(DISTINCT r_group), 0.0, 0 FROM scored{where()}",  # noqa: S608
    ]
    for name, what in facets.items():
        if isinstance(what, str):
            parts.append(
                f"SELECT 'facet:{name}', CAST(f_{name} AS text), COUNT(DISTINCT r_group), 0.0, 0 "  # noqa: S608
                f"FROM scored{where(name)} GROUP BY f_{name}"
            )
            continue
        for value in what:
            narrowing = where(name)
            flag = f"f_{name}_{value} = {_TRUE[connection.vendor]}"
            narrowing += f" AND {flag}" if narrowing else f" WHERE {flag}"
            parts.append(f"SELECT 'facet:{name}', '{value}', COUNT(DISTINCT r_group), 0.0, 0 FROM scored{narrowing}")  # noqa: S608
    statement = f"WITH {with_weights}base AS ({base}), scored AS ({scored}) " + " UNION ALL ".join(parts)
    counted = Counted()
    hits: list[tuple[int, Hit]] = []
    with time_limit(deadline), connection.cursor() as cursor:
        cursor.execute(statement, all_params)
        for part, value, number, weight, place in cursor.fetchall():
            if part == "hit":
                hits.append((place, Hit(int(value), float(weight), int(number))))
            elif part == "total":
                counted.total = number
            elif value is not None:
                counted.facets.setdefault(part.removeprefix("facet:"), {})[value] = number
    counted.hits = [hit for _, hit in sorted(hits, key=lambda pair: pair[0])]
    return counted


def is_nothing(weights: Mapping[int, float]) -> bool:
    """True for what is known to hold no row without asking the database."""
    return not getattr(weights, "statement", "") and not weights


def _found(weights: Mapping[int, float]) -> Statement:
    """SQL of keys and weights: the engine's own where it works in this database, else the numbers themselves."""
    statement = getattr(weights, "statement", "")
    if statement:
        return statement, weights.parameters  # type: ignore[attr-defined]
    return _WEIGHTS[connection.vendor], [json.dumps({str(key): weight for key, weight in weights.items()})]


_TRUE = {"sqlite": "1", "postgresql": "true"}


def _flag(asks: Q) -> Case:
    return Case(When(asks, then=Value(True)), default=Value(False), output_field=BooleanField())


# Compiling a statement costs more than it saves in a second. What is searched lies in memory: as for a disk of 1995,
# which is what PostgreSQL takes for granted, whole tables would be read in the place of a few hundred rows.
_LIMITED = "SET LOCAL statement_timeout = %d; SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1"
_UNLIMITED = "SET LOCAL statement_timeout = DEFAULT; SET LOCAL jit = DEFAULT; SET LOCAL random_page_cost = DEFAULT"


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
