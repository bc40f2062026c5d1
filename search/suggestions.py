"""Suggestions: what the palette lists while one types. Only from what the viewer may read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from groups import policy
from kit.keys import keys_in
from kit.prepared import Prepared
from people.models import Person
from search import queries, sql
from search.beside import Beside
from search.engines.deadline import Deadline, TimeUp
from search.engines.store import Unusable
from search.engines.weighing import ENOUGH
from search.findables import Findable, Option, findable, findables
from search.language import Clause, Operator, Query, Word

SHOWN = 5
TITLE_WEIGHT = 1.4
"""A prefix in a title weighs at least this; in a body never."""

SECONDS = 0.5
#: in the order in which one looks for them: a place by its name, then what was written there
PLACES = ("group", "topic", "thread")
#: what costs most comes last: when the time is up, the rest stands
ORDER = ("person", *PLACES)
#: a person is also found by a whole word of what they say of themselves, as their employer
LEAST = {"person": ENOUGH}


def _openings(standing: policy.Standing) -> QuerySet:
    one = findable("thread")
    return sql.annotated(one.rows(standing).filter(one.page.opening), one.page, {}, {})


_OPENINGS = Prepared(_openings)


def suggest(*, viewer: Person, query: Query) -> list[Beside]:
    """People, groups, threads and topics whose names hold these words, the last one perhaps not yet finished."""
    words = typed(query)
    if not words:
        return []
    deadline = Deadline(SECONDS)
    known = {one.name: one for one in findables().values()}
    found = []
    try:
        for name in ORDER:
            if name in known:
                rows, total = _rows(known[name], words, viewer, deadline)
                if rows:
                    found.append(Beside(name, total, rows, [known[name].option(row) for row in rows]))
    except (TimeUp, Unusable):
        return found
    return found


def typed(query: Query) -> list[Clause]:
    """The words of ``query``, of which the last may not be finished."""
    words = [clause for clause in query.clauses if not any(isinstance(term, Operator) for term in clause)]
    last = words[-1][-1] if words else None
    if isinstance(last, Word) and not last.is_negated:
        words[-1] = (*words[-1][:-1], replace(last, is_prefix=True))
    return words


def standing_at(*, viewer: Person, addresses: list[str]) -> list[Option]:
    """What ``viewer`` may find at these addresses of ours, in their order, by the names it has now."""
    standing = {}
    for one in findables().values():
        begins, column = one.visited
        keys = [address[len(begins) :].rstrip("/") for address in addresses if begins and address.startswith(begins)]
        if not keys:
            continue
        rows = one.rows(viewer).filter(**{f"{column}__in": keys})
        rows = rows.filter(one.page.opening) if one.page is not None else rows
        found = list(rows.values_list("pk", flat=True))
        for row in one.present(found, viewer).values() if found else ():
            option = one.option(row)
            standing[option.url] = option
    return [standing[address] for address in dict.fromkeys(addresses) if address in standing]


def _rows(one: Findable, words: list, viewer: Person, deadline: Deadline) -> tuple[list[Any], int]:
    matching = queries.backend().matching(one, one.gate(viewer), deadline)
    weights = matching.match(words, least=LEAST.get(one.name, TITLE_WEIGHT)).weights
    if sql.is_nothing(weights):
        return [], 0
    if one.page is not None:
        counted = sql.count_and_page(
            rows=_OPENINGS.statement(policy.Standing.of(viewer), viewer=viewer.pk),
            weights=weights, wanted=sql.Wanted(size=SHOWN), deadline=deadline,
        )  # fmt: skip
        shown = one.present([hit.pk for hit in counted.hits], viewer)
        return [shown[hit.pk] for hit in counted.hits if hit.pk in shown], counted.total
    keys = list(one.rows(viewer).filter(pk__in=keys_in(list(weights))).values_list("pk", flat=True))
    keys.sort(key=lambda key: -weights[key])
    shown = one.present(keys[: SHOWN * 4], viewer)
    ranked = sorted(shown.values(), key=lambda row: (-weights[row.pk], str(row).casefold(), row.public_id))
    return ranked[:SHOWN], len(keys)
