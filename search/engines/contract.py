"""What every engine gives, whatever keeps its words: the interface the rest of search asks, and no more.

``connections["default"].get_backend()`` is an :class:`Engine`. The contract is held to by one set of tests for all
engines (tests/search, the gold set first).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from haystack.backends import BaseSearchBackend, BaseSearchQuery
from haystack.exceptions import SearchBackendError
from haystack.models import SearchResult

from search import language
from search.engines.deadline import Deadline
from search.engines.matching import Gate, Matches
from search.engines.slips import Near
from search.findables import Findable, findables


class Asked(Protocol):
    """Several questions about one findable behind one gate, with one deadline. All raise TimeUp past it."""

    deadline: Deadline
    instead: dict[str, tuple[str, ...]]

    def match(self, clauses: Iterable[language.Clause], *, least: float = ...) -> Matches:
        """Rows for which every clause holds, of at least this weight."""

    def near(self, word: str) -> list[Near]:
        """Readable words a slip or two away: the closest first, of these the most used by what is readable."""

    def holding(self, word: str) -> set[int]:
        """The readable rows in whose title or body ``word`` stands as it is."""


class Progress(Protocol):
    """How far a rebuild has come."""

    @property
    def percent(self) -> int: ...


@runtime_checkable
class Engine(Protocol):
    """Finding. Raises Unusable when there is no index, and has it rebuilt."""

    def match(
        self,
        clauses: Iterable[language.Clause],
        one: Findable,
        gate: Gate,
        deadline: Deadline,
        *,
        is_context_enough: bool = False,
    ) -> Matches:
        """Keys and weights of the rows of ``one`` behind ``gate``."""

    def match_each(
        self, clauses: Iterable[language.Clause], those: Sequence[tuple[Findable, Gate]], deadline: Deadline
    ) -> list[Matches]:
        """:meth:`match` of several findables, each behind its own gate, in their order."""

    def matching(self, one: Findable, gate: Gate, deadline: Deadline) -> Asked: ...

    def behind_since(self) -> dt.datetime | None:
        """When the oldest change came about that it has not taken in; None when it has all. Raises Unusable."""

    def rebuilding(self) -> Progress | None:
        """How far the rebuild under way has come; None when none is."""

    def rebuild(self, progress: Any = ...) -> int:
        """Write every findable row anew while people search; how many rows. Raises Busy."""


class HaystackBackend(BaseSearchBackend):
    """What Haystack asks for and is the same for every engine."""

    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        # A deletion that fails silently leaves text findable that its author took back.
        self.silently_fail = options.get("SILENTLY_FAIL", False)

    def match_each(
        self: Any, clauses: Iterable[language.Clause], those: Sequence[tuple[Findable, Gate]], deadline: Deadline
    ) -> list[Matches]:
        clauses = list(clauses)
        return [self.match(clauses, one, gate, deadline) for one, gate in those]

    def search(self: Any, query_string: str, **options: Any) -> dict[str, Any]:
        """Haystack's own way in. SECURITY: without ``narrow("gate:…")`` it finds nothing rather than everything."""
        numbers: set[int] = set()
        for narrow in options.get("narrow_queries") or ():
            name, _, value = narrow.partition(":")
            if name != "gate":
                raise SearchBackendError(f"Results are narrowed by gate, not by {name!r}.")
            numbers |= {int(number) for number in value.split(",") if number}
        gate, deadline = Gate(frozenset(numbers)), Deadline(1.0)
        query = language.parse(query_string)
        wanted = {model._meta.label_lower for model in options.get("models") or ()}
        hits: list[tuple[float, str, int]] = []
        for label, one in findables().items():
            if not wanted or label in wanted:
                hits += [
                    (weight, label, key)
                    for key, weight in self.match(query.clauses, one, gate, deadline).weights.items()
                ]
        hits.sort(key=lambda hit: (-hit[0], hit[1], hit[2]))
        first, last = options.get("start_offset") or 0, options.get("end_offset")
        make = options.get("result_class") or SearchResult
        results = [make(*label.split("."), key, weight) for weight, label, key in hits[first:last]]
        return {"results": results, "hits": len(hits)}


class HaystackQuery(BaseSearchQuery):
    """Haystack's query, written out in our language."""

    def build_query_fragment(self, field: str, filter_type: str, value: Any) -> str:
        if field not in ("content", "text"):
            raise SearchBackendError(f"The index holds words only, no field {field!r}.")
        text = getattr(value, "query_string", value)
        return str(text) if hasattr(value, "query_string") else f'"{str(text).replace(chr(34), " ")}"'

    def build_query(self) -> str:
        return self.query_filter.as_query_string(self.build_query_fragment).strip("()")


def label_and_key(obj_or_string: Any) -> tuple[str, int]:
    """Findable and row of what Haystack wants removed: an object, or ``app.model.key``."""
    if isinstance(obj_or_string, str):
        label, key = obj_or_string.rsplit(".", 1)
        return label.lower(), int(key)
    return obj_or_string._meta.label_lower, int(obj_or_string.pk)
