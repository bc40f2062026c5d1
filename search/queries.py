"""Asking: a viewer's query, answered in threads with exact counts and facets, and in people, groups and topics.

Two gates, independent of each other: the engine finds only what lies in spaces the rule gives (``Findable.gate``), and
the database counts and shows only rows the rule gives (``Findable.rows``). Either alone keeps the promise.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from haystack import connections

from groups import policy
from kit import clock
from kit.prepared import Prepared
from people.models import Person
from search import names, sql, tokens
from search.beside import Beside, standing_beside
from search.engines.deadline import Deadline, TimeUp
from search.engines.matching import Matches
from search.engines.store import Unusable
from search.findables import Findable, findable
from search.language import Clause, Operator, Query, QueryError, Term
from search.pages import Page

PAGE_SIZE = 30
SECONDS = 1.0
"""A search is cut off after so much work, whatever was asked."""

NEWEST_SECONDS = 0.5
"""And so much more for the newest of what was found, when all of it was too much."""

ORDERS = ("best", "newest")
WHEN = ("month", "year")


@dataclass(slots=True)
class Results:
    """What the page shows. ``is_stale``: the engine has no index just now, only operators were answered.

    ``is_partial``: too much was found for a second, and this is what the newest of it comes to.
    """

    query: Query
    order: str
    number: int = 1
    total: int = 0
    hits: list[sql.Hit] = field(default_factory=list)
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    beside: list[Beside] = field(default_factory=list)
    instead: dict[str, tuple[str, ...]] = field(default_factory=dict)
    milliseconds: int = 0
    is_stale: bool = False
    is_cut_off: bool = False
    is_partial: bool = False

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE_SIZE)


@dataclass(slots=True)
class Plan:
    """A query taken apart: words for the engine, conditions for the database, facet choices apart."""

    words: list[Clause]
    conditions: Q
    chosen: dict[str, Q]
    is_of_posts: bool
    is_by_author: bool = False


def search(*, viewer: Person, query: Query, order: str = "best", number: int = 1, beside: bool = True) -> Results:
    """Page ``number`` of the answer. Raises QueryError for operators that make no sense."""
    began = time.monotonic()
    deadline = Deadline(SECONDS)
    one = findable("thread")
    results = Results(query, order if order in ORDERS else "best", max(1, number))
    if not query:
        return results
    try:
        plan, matches, counted = ask(
            viewer=viewer, query=query, deadline=deadline, order=results.order, number=results.number
        )
        results.instead = matches.instead if matches else {}
        results.total, results.facets, results.is_partial = counted.total, counted.facets, counted.is_partial
        shown = one.present([hit.pk for hit in counted.hits], viewer) if counted.hits else {}
        for hit in counted.hits:
            hit.row = shown.get(hit.pk)
        results.hits = [hit for hit in counted.hits if hit.row is not None]
        if beside and number == 1 and not plan.is_of_posts:
            # What stands beside is no part of the answer: when time is up, it is left out.
            with contextlib.suppress(TimeUp):
                results.beside = standing_beside(query=query, viewer=viewer, engine=backend(), deadline=deadline)
    except Unusable:
        results.is_stale = True
    except TimeUp:
        results.is_cut_off = True
    results.milliseconds = round((time.monotonic() - began) * 1000)
    return results


def count(*, viewer: Person, query: Query, deadline: Deadline | None = None) -> int:
    """How many threads answer ``query``: the same count as :func:`search` gives, without the rest."""
    deadline = deadline or Deadline(SECONDS)
    return ask(viewer=viewer, query=query, deadline=deadline, is_count_only=True)[2].total


def ask(
    *,
    viewer: Person,
    query: Query,
    deadline: Deadline,
    order: str = "best",
    number: int = 1,
    is_count_only: bool = False,
) -> tuple[Plan, Matches | None, sql.Counted]:
    """What engine and database say to ``query``: keys of one page, count and facets; no row is fetched."""
    one = findable("thread")
    plan = _plan(query, viewer, one, deadline)
    matches = _match(plan, viewer, one, deadline)
    facets = {} if is_count_only else _facets(one.page, {name: since(name) for name in WHEN})
    weights = None if matches is None else matches.weights
    rows = _rows(plan, matches, viewer, one, facets)
    wanted = sql.Wanted(
        size=0 if is_count_only else PAGE_SIZE,
        first=(number - 1) * PAGE_SIZE,
        order="newest" if matches is None else order,
        chosen=plan.chosen,
        facets=facets,
    )
    try:
        counted = sql.count_and_page(rows=rows, weights=weights, wanted=wanted, deadline=deadline)
    except TimeUp:
        if is_count_only:
            raise
        counted = sql.newest_page(rows=rows, weights=weights, wanted=wanted, deadline=Deadline(NEWEST_SECONDS))
        if not counted.total:
            raise
        counted.is_partial = True
    return plan, matches, counted


# The plan -------------------------------------------------------------------------------------------------------------


def _plan(query: Query, viewer: Person, one: Findable, deadline: Deadline) -> Plan:
    page: Page = one.page
    plan = Plan([], Q(), {}, is_of_posts=False)
    for clause in query.clauses:
        operators = [term for term in clause if isinstance(term, Operator)]
        if not operators:
            plan.words.append(clause)
            continue
        asks = Q()
        for term in clause:
            if isinstance(term, Operator):
                part, is_of_post = _asks(term, query, viewer, page)
                plan.is_of_posts |= is_of_post
                plan.is_by_author |= term.name == "from" and not term.is_negated
            else:
                plan.is_of_posts = True
                part = Q(pk__in=sql.found_in(_found([(_positive(term),)], viewer, one, deadline)))
            part = ~part if term.is_negated else part
            asks = part if not asks else asks | part
        name = operators[0].name
        if name in ("kind", "status", "topic", "in") and all(
            isinstance(t, Operator) and t.name == name and not t.is_negated for t in clause
        ):
            plan.chosen[name] = plan.chosen.get(name, Q()) & asks
        elif len(clause) == 1 and name == "after" and not operators[0].is_negated:
            plan.chosen["when"] = plan.chosen.get("when", Q()) & asks
        else:
            plan.conditions &= asks
    return plan


def _positive(term: Term) -> Term:
    fields = {name: getattr(term, name) for name in term.__dataclass_fields__}
    return type(term)(**{**fields, "is_negated": False})


def _asks(term: Operator, query: Query, viewer: Person, page: Page) -> tuple[Q, bool]:
    """What one operator asks of a row, and whether it asks it of the post rather than of its thread."""
    name, value = term.name, term.value
    if name == "from":
        # Who wrote what one may read may have left since; only a guest's view of names is narrower than that.
        among = None if viewer.is_guest else Person.objects.values_list("pk", "display_name")
        return Q(**{f"{page.author}__in": names.people_named(value, viewer, among)}), True
    if name == "in":
        return Q(**{f"{page.space}__in": names.spaces_named(value, viewer)}), False
    if name in ("before", "after"):
        span = names.day(value)
        if span is None:
            raise _refused(
                term, query, _("“%(value)s” is no date. Write 2026, 2026-11 or 2026-11-22.") % {"value": value}
            )
        return Q(**{f"{page.moment}__lt": span[0]} if name == "before" else {f"{page.moment}__gte": span[0]}), True
    if name == "topic" and page.topics:
        return page.topics.under(page.topics.named(value)), False
    if name in page.free:
        return page.free[name](value, viewer), False
    if name in page.choices:
        choices = page.choices[name]
        code = choices.value(value)
        if code is None:
            known = ", ".join(choices.written(code) for code in choices.names)
            raise _refused(
                term,
                query,
                _("“%(name)s:” does not know “%(value)s”. It knows: %(known)s.")
                % {"name": tokens.shown(name), "value": value, "known": known},
            )
        return choices.asks(code, viewer), choices.is_of_post or code in choices.post_values
    raise _refused(term, query, _("“%(name)s:” has nothing to look at yet.") % {"name": tokens.shown(name)})


def _refused(term: Operator, query: Query, message: str) -> QueryError:
    return QueryError(message, query.text or str(query), term.position, term.length)


# The engine -----------------------------------------------------------------------------------------------------------


def backend() -> Any:
    """The engine of this installation."""
    return connections["default"].get_backend()


def _match(plan: Plan, viewer: Person, one: Findable, deadline: Deadline) -> Matches | None:
    """What the engine finds behind the first gate; None when no words were asked."""
    if not plan.words:
        return None
    gate = one.gate(viewer)
    return backend().match(plan.words, one, gate, deadline, is_context_enough=plan.is_by_author)


def _found(clauses: list[Clause], viewer: Person, one: Findable, deadline: Deadline) -> Mapping[int, float]:
    return backend().match(clauses, one, one.gate(viewer), deadline).weights


# The database ---------------------------------------------------------------------------------------------------------


def _rows(
    plan: Plan, matches: Matches | None, viewer: Person, one: Findable, facets: Mapping[str, Any]
) -> sql.Statement:
    """SQL of the rows that ``viewer`` may read and the operators allow; put together once where there is none."""
    if matches is not None and not plan.conditions and not plan.chosen:
        moments = {name: since(name) for name in WHEN}
        return _PLAIN.statement(policy.Standing.of(viewer), bool(facets), viewer=viewer.pk, **moments)
    rows = one.rows(viewer).filter(plan.conditions)
    if matches is None and not plan.is_of_posts:
        # Nothing was asked of single posts: a thread is shown by the post that opens it.
        rows = rows.filter(one.page.opening)
    return sql.statement_of(sql.annotated(rows, one.page, plan.chosen, facets))


def _plain(standing: policy.Standing, has_facets: bool, **moments: Any) -> QuerySet:  # noqa: FBT001 - part of the shape
    one = findable("thread")
    return sql.annotated(one.rows(standing), one.page, {}, _facets(one.page, moments) if has_facets else {})


_PLAIN = Prepared(_plain, **{name: DateTimeField() for name in WHEN})


def _facets(page: Page, moments: Mapping[str, Any]) -> dict[str, Any]:
    facets: dict[str, Any] = {name: page.choices[name].path for name in page.facets}
    if page.topics:
        facets["topic"] = page.topics.path
    facets["in"] = page.space
    facets["when"] = {name: Q(**{f"{page.moment}__gte": moment}) for name, moment in moments.items()}
    return facets


def since(name: str) -> dt.datetime:
    """The first moment of this month or year in the viewer's time zone."""
    today = timezone.localtime(clock.now())
    first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first if name == "month" else first.replace(month=1)
