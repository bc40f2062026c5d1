"""The engine of servers: Haystack's interface over PostgreSQL's full text, in the database of the posts."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from haystack.backends import BaseEngine

from search import hearing, language
from search.engines.contract import HaystackBackend, HaystackQuery, label_and_key
from search.engines.deadline import Deadline
from search.engines.postgres import rebuilding, rows, state
from search.engines.postgres.matching import PostgresMatching
from search.engines.postgres.questions import ask_together
from search.engines.rebuild import Progress, State
from search.engines.store import Unusable
from search.engines.weighing import ANY, ENOUGH, Gate, Matches
from search.findables import Findable, findables

log = logging.getLogger("parvis.search")

BELIEVED_SECONDS = 10
"""So long a process believes that all words are written, or that nobody rebuilds, once it has seen it."""


class PostgresBackend(HaystackBackend):
    """What ``connections["default"].get_backend()`` gives."""

    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        self._believed_until = self._quiet_until = 0.0

    # Finding ----------------------------------------------------------------------------------------------------------

    def match(
        self,
        clauses: Iterable[language.Clause],
        one: Findable,
        gate: Gate,
        deadline: Deadline,
        *,
        is_context_enough: bool = False,
    ) -> Matches:
        """Keys and weights of the rows of ``one`` behind ``gate``. Raises Unusable when there is no index, TimeUp."""
        return self.matching(one, gate, deadline).match(clauses, least=ANY if is_context_enough else ENOUGH)

    def match_each(
        self, clauses: Iterable[language.Clause], those: Sequence[tuple[Findable, Gate]], deadline: Deadline
    ) -> list[Matches]:
        clauses = list(clauses)
        # PERF: what people, groups and topics are asked goes to and fro together.
        return ask_together([self.matching(*each, deadline).matching(clauses) for each in those], deadline)

    def matching(self, one: Findable, gate: Gate, deadline: Deadline) -> PostgresMatching:
        self._make_sure(one)
        return PostgresMatching(one, gate, deadline)

    def _make_sure(self, one: Findable) -> None:
        now = time.monotonic()
        if now < self._believed_until:
            return
        # A company that was moved or put back into this database past its services has posts and no words.
        if not state.is_built() or (one.page is not None and rows.is_empty(one)):
            if rebuilding.start_in_child():
                log.warning("The search index is being rebuilt: it was not written whole by this version.")
            raise Unusable("not every row is written")
        if one.page is not None:
            self._believed_until = now + BELIEVED_SECONDS

    def behind_since(self) -> dt.datetime | None:
        """When the oldest change was told whose words are left to a worker. Raises Unusable when not all is written."""
        if not state.is_built():
            raise Unusable("not every row is written")
        return hearing.waiting_since()

    def rebuilding(self) -> State | None:
        """How far the rebuild under way has come. None when none is, or none was a moment ago."""
        now = time.monotonic()
        if now < self._quiet_until:
            return None
        found = state.rebuilding()
        if found is None:
            self._quiet_until = now + BELIEVED_SECONDS
        return found

    def rebuild(self, progress: Progress = lambda done, total: None) -> int:
        """Write every findable row anew while people search and post; how many. Raises Busy."""
        self._believed_until = self._quiet_until = 0.0
        return rebuilding.rebuild(progress)

    # Haystack's interface ---------------------------------------------------------------------------------------------

    def setup(self) -> None:
        """Nothing to make: the tables come with the migrations."""

    def update(self, index, iterable, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - Haystack's signature
        one = findables()[index.get_model()._meta.label_lower]
        with transaction.atomic():
            rows.put(one, list(iterable))

    def remove(self, obj_or_string, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - Haystack's signature
        label, key = label_and_key(obj_or_string)
        rows.drop(label, [key])

    def clear(self, models=None, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - Haystack's signature
        with transaction.atomic():
            for label in [model._meta.label_lower for model in models] if models else findables():
                rows.drop_all(label)


class PostgresEngine(BaseEngine):
    backend = PostgresBackend
    query = HaystackQuery


__all__ = ["PostgresBackend", "PostgresEngine"]
