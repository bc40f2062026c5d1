"""What stands beside the threads that are found: people, groups and topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.keys import keys_in
from people.models import Person
from search.engines.deadline import Deadline
from search.findables import Option, findables
from search.language import Operator, Query

if TYPE_CHECKING:
    from search.engines.contract import Engine

NAMES = ("person", "group", "topic")
SIZE = 5


@dataclass(slots=True)
class Beside:
    """Hits that are no threads: people, groups or topics, best first."""

    name: str
    total: int
    rows: list[Any]
    options: list[Option]


def standing_beside(*, query: Query, viewer: Person, engine: Engine, deadline: Deadline) -> list[Beside]:
    """People, groups and topics with these words. Operators are about threads: with one, nothing stands beside."""
    if not query.has_words or any(isinstance(term, Operator) for term in query.terms):
        return []
    found = []
    known = {one.name: one for one in findables().values()}
    those = [known[name] for name in NAMES if name in known]
    matched = engine.match_each(query.clauses, [(one, one.gate(viewer)) for one in those], deadline)
    for one, matches in zip(those, matched, strict=True):
        weights = matches.weights
        if not weights:
            continue
        rows = one.rows(viewer).filter(pk__in=keys_in(list(weights)))
        keys = list(rows.values_list("pk", flat=True))
        if not keys:
            continue
        order = sorted(keys, key=lambda key: -weights[key])
        shown = one.present(order[: SIZE * 4], viewer)
        ranked = sorted(shown.values(), key=lambda row: (-weights[row.pk], str(row).casefold(), row.public_id))
        ranked = ranked[:SIZE]
        found.append(Beside(one.name, len(keys), ranked, [one.option(row) for row in ranked]))
    return found
