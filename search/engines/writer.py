"""The one writer: hears facts, writes what they touched in small batches, and heals what it finds out of step.

Whoosh takes one writer process and loses deletions under several threads, so everything goes through this one thread
of the server process. A fact counts as heard as soon as it is in the queue; what a crash takes from the queue is found
again at the next start, because ``heard.json`` only ever names a fact below which everything was committed. For the
same reason a process without the thread (a command, a background worker) just lets facts pass: the thread also reads
the outbox itself once a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from django.db import close_old_connections, connection

from kit.facts import HeardFact
from kit.models import Fact
from search.engines.rebuild import MARGIN
from search.engines.store import Generation, Store, Unusable
from search.findables import Findable, facts_heard, findables

log = logging.getLogger("parvis.search")

BATCH_SECONDS = 0.1
"""How long a batch waits for company. A reply has to be findable within two seconds."""

BATCH_ROWS = 400
CHECK_SECONDS = 60
REBUILD_FROM = 1500
"""More rows than this out of step are left to a rebuild in a process of its own."""


class Writer:
    """Writes to one store, between :meth:`start` and :meth:`stop`; before and after, facts pass by."""

    def __init__(self, store: Store, rebuild: Callable[[str], None]) -> None:
        self.store = store
        self._rebuild = rebuild
        self._wake = threading.Condition()
        self._writing = threading.Lock()
        self._queue: list[HeardFact] = []
        self._recent: deque[int] = deque(maxlen=2 * MARGIN)
        self._looked = 0
        self._thread: threading.Thread | None = None
        self._stops = False
        self._served: str | None = None
        self._suspicion = 0
        self._names = sorted(facts_heard())

    # Hearing ----------------------------------------------------------------------------------------------------------

    def hear(self, fact: HeardFact) -> None:
        """Take up one fact. Heard twice does no harm: rows are written as they are now."""
        if self._thread is None:
            return
        with self._wake:
            if fact.id not in self._recent:
                self._recent.append(fact.id)
                self._queue.append(fact)
                self._wake.notify()

    def hear_now(self, *told: HeardFact) -> None:
        """Write at once, in this thread, what these facts touched. For one who knows that no other writer runs."""
        self._write(told)

    def _look(self) -> None:
        """Take up facts nobody brought: those delivered in another process, or told there without one."""
        keys = Fact.objects.filter(pk__gt=self._looked - MARGIN, name__in=self._names).values_list("pk", flat=True)
        missed = sorted(set(keys) - set(self._recent))
        for row in Fact.objects.filter(pk__in=missed).order_by("pk"):
            self.hear(HeardFact(row.pk, row.name, row.ids, row.told_at))
        self._looked = max(self._looked, *missed, 0)

    @property
    def waiting(self) -> int:
        with self._wake:
            return len(self._queue)

    # The thread -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin writing in a thread of this process: the server's, once."""
        if self._thread is None:
            self._stops = False
            self._thread = threading.Thread(target=self._run, name="search-writer", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Write what waits and end the thread."""
        thread, self._thread = self._thread, None
        if thread:
            with self._wake:
                self._stops = True
                self._wake.notify()
            thread.join(timeout=30)

    def _run(self) -> None:
        checked = 0.0
        while True:
            try:
                close_old_connections()
                self._follow()
                self._look()
                if time.monotonic() - checked > CHECK_SECONDS:
                    checked = time.monotonic()
                    self.check()
                if not self.waiting:
                    self._read_ahead()
                with self._wake:
                    if not self._queue and not self._stops:
                        self._wake.wait(timeout=1)
                    if not self._queue and self._stops:
                        break
                if self._queue:
                    time.sleep(0 if self._stops else BATCH_SECONDS)
                    with self._wake:
                        batch, self._queue = self._queue, []
                    self._write_or_keep(batch)
            except Unusable as reason:
                self._rebuild(str(reason))
                time.sleep(1)
                if self._stops:
                    break
            except Exception:
                log.exception("search writer")
                time.sleep(1)
        connection.close()

    def _read_ahead(self) -> None:
        """Have the words of new segments at hand before somebody slips.

        PERF: those of 50,000 posts take 0.35 s of CPU to read, most of what a proposal may work.
        """
        for part in self.store.current().parts():
            for segment in part.segments():
                segment.mirrored  # noqa: B018 - kept with the segment once it was asked for

    def _write_or_keep(self, batch: list[HeardFact]) -> None:
        try:
            self._write(batch)
        except BaseException:
            with self._wake:
                self._queue = batch + self._queue
            raise

    # Writing ----------------------------------------------------------------------------------------------------------

    def _write(self, batch: Iterable[HeardFact]) -> None:
        batch = list(batch)
        known = findables()
        with self._writing:
            generation = self.store.current()
            touched: dict[tuple[str, int], None] = {}
            for fact in batch:
                # An import tells thousands of facts that the sweeper delivers long after a rebuild took them in.
                if generation.was_built_after(fact.id):
                    continue
                for label, one in known.items():
                    if fact.name in one.hears:
                        keys = one.hears[fact.name](fact.ids)
                        touched.update({(label, key): None for key in keys if key is not None})
            self.write_rows(generation, touched, known)
            self._note(generation, batch)

    def write_rows(
        self, generation: Generation, touched: Iterable[tuple[str, int]], known: dict[str, Findable]
    ) -> None:
        """Write these rows as the database has them now; those it has no more are dropped."""
        wanted: dict[str, list[int]] = {}
        for label, key in touched:
            wanted.setdefault(label, []).append(key)
        for label, keys in wanted.items():
            for first in range(0, len(keys), BATCH_ROWS):
                part = keys[first : first + BATCH_ROWS]
                with generation.part(label).writing() as changes:
                    for key in part:
                        changes.drop(key)
                    for row in known[label].documents(part):
                        changes.add(known[label].document(row))

    def _note(self, generation: Generation, batch: list[HeardFact]) -> None:
        # What still waits may be older than what was just written: stay below it.
        with self._wake:
            below = min((fact.id for fact in self._queue), default=None)
        highest = max((fact.id for fact in batch), default=0)
        safe = highest if below is None else min(highest, below - 1)
        if safe > generation.heard["fact"]:
            generation.note_heard(safe)

    # Healing ----------------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """When another generation is served than last time, hear again what it may have missed."""
        generation = self.store.current()
        if generation.folder.name == self._served:
            return
        since = generation.heard["fact"]
        newest = Fact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if since > newest:
            raise Unusable("the index is ahead of the database: one of them was put back from elsewhere")
        self._served = generation.folder.name
        missed = Fact.objects.filter(pk__gt=since - MARGIN, name__in=facts_heard()).order_by("pk")
        again = [HeardFact(row.pk, row.name, row.ids, row.told_at) for row in missed.iterator()]
        if again:
            log.info("hearing %s facts again", len(again))
            self._write_or_keep(again)
        self._recent.extend(fact.id for fact in again)
        self._looked = newest

    def check(self) -> None:
        """Compare index and database by key; write what differs, or have all rebuilt when that is much."""
        if self.waiting:
            return
        generation = self.store.current()
        known = findables()
        differing: list[tuple[str, int]] = []
        for label, one in known.items():
            stored = set(one.documents().values_list("pk", flat=True))
            differing += [(label, key) for key in stored ^ generation.part(label).rows()]
        # One look may meet a post between its commit and its fact: only what differs twice is out of step.
        self._suspicion = self._suspicion + 1 if differing else 0
        if len(differing) > REBUILD_FROM:
            raise Unusable(f"{len(differing)} rows out of step")
        if differing and self._suspicion > 1:
            log.warning("search index: %s rows out of step are written again", len(differing))
            with self._writing:
                self.write_rows(generation, differing, known)
