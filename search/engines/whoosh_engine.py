"""The embedded engine: Haystack's interface over Whoosh's storage, our matching, one writer."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from haystack.backends import BaseEngine

from kit.models import Fact
from search import language
from search.engines import rebuild
from search.engines.contract import HaystackBackend, HaystackQuery, label_and_key
from search.engines.deadline import Deadline
from search.engines.matching import ANY, ENOUGH, Gate, Matches, Matching
from search.engines.segments import SegmentView
from search.engines.store import Generation, Store, Unusable
from search.engines.writer import Writer
from search.findables import Findable, facts_heard, findables

log = logging.getLogger("parvis.search")

_engines: dict[str, tuple[Store, Writer]] = {}
_making = threading.Lock()


def _engine_for(path: str) -> tuple[Store, Writer]:
    """The one store and writer of this process for a folder; Haystack makes a backend per thread."""
    with _making:
        if path not in _engines:
            store = Store(Path(path))
            _engines[path] = store, Writer(store, lambda reason: heal(store, reason))
        return _engines[path]


def heal(store: Store, reason: str) -> None:
    """Have the index rebuilt by a child process, and say why in the log."""
    store.forget()
    if rebuild.start_in_child(store):
        log.warning("The search index is being rebuilt: %s.", reason)


class WhooshBackend(HaystackBackend):
    """What ``connections["default"].get_backend()`` gives."""

    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        self.store, self.writer = _engine_for(str(options["PATH"]))

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

    def matching(self, one: Findable, gate: Gate, deadline: Deadline) -> Matching:
        return Matching(self._segments(one), gate, deadline)

    def _segments(self, one: Findable) -> list[SegmentView]:
        try:
            return self.store.current().part(one.label).segments()
        except Unusable as reason:
            heal(self.store, str(reason))
            raise

    def behind_since(self) -> dt.datetime | None:
        """When the oldest change was told that the writer has not committed. Raises Unusable when there is no index."""
        heard = self.store.current().heard["fact"]
        missed = Fact.objects.filter(pk__gt=heard, name__in=facts_heard()).order_by("pk")
        return missed.values_list("told_at", flat=True).first()

    def rebuilding(self) -> rebuild.State | None:
        return rebuild.state(self.store)

    def rebuild(self, progress: rebuild.Progress = lambda done, total: None) -> int:
        """Write every findable row into a new index beside the served one, and serve it. Raises Busy."""
        return rebuild.rebuild(self.store, progress)

    # Haystack's interface ---------------------------------------------------------------------------------------------

    def _generation(self) -> Generation:
        try:
            return self.store.current()
        except Unusable:
            generation = Generation.make(self.store.root, 0, findables())
            self.store.serve(generation)
            return generation

    def setup(self) -> None:
        self._generation()

    def update(self, index, iterable, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - Haystack's signature
        one = findables()[index.get_model()._meta.label_lower]
        with self._generation().part(one.label).writing() as changes:
            for row in iterable:
                changes.drop(row.pk)
                changes.add(one.document(row))

    def remove(self, obj_or_string, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - Haystack's signature
        label, key = label_and_key(obj_or_string)
        with self._generation().part(label).writing() as changes:
            changes.drop(key)

    def clear(self, models=None, commit: bool = True) -> None:  # noqa: FBT001, FBT002 - Haystack's signature
        generation = self._generation()
        if models is None:
            self.store.serve(Generation.make(self.store.root, generation.heard["fact"], findables()))
            return
        for model in models:
            part = generation.part(model._meta.label_lower)
            with part.writing() as changes:
                for key in part.rows():
                    changes.drop(key)


class WhooshEngine(BaseEngine):
    backend = WhooshBackend
    query = HaystackQuery


__all__ = ["WhooshBackend", "WhooshEngine", "heal"]
