"""How lists of threads are asked for and paged: newest activity first, never ranked, 30 rows, by key and not by offset.

A row that moves up is neither shown twice nor lost. A page is two prepared queries: the keys of its rows from narrow
indexes (a union where a list has several sources), then the rows with all they draw.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Any

from django.db import connection
from django.db.models import (
    CharField,
    DateTimeField,
    Field,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from groups.policy import Standing, Viewer
from kit import clock
from kit.keys import keys_in, written
from kit.prepared import Prepared
from people.models import Person
from people.queries import byline
from topics import queries as topics
from walls.models import Move, ReadMark, Thread

ROWS = 30
PINNED = 10
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# What has been quiet for longer counts as read by those who never opened it: the counts of the side bar stay cheap.
FRESH_FOR = dt.timedelta(days=30)

Source = Callable[..., QuerySet[Thread]]

_COLUMNS = (
    *(column.attname for column in Thread._meta.concrete_fields),
    *(f"space__{name}" for name in ("public_id", "type", "name", "is_named_readers", "owner")),
    *(f"topic__{name}" for name in ("public_id", "path", "label_en", "label_fr")),
    *byline("author"),
    *byline("space__owner"),
)


@dataclass(slots=True)
class Feed:
    """One page of a list: rows ready to be drawn, and where the next page begins ('' at the end)."""

    threads: list[Thread] = field(default_factory=list)
    next_cursor: str = ""
    pinned: list[Thread] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)  # below the last row; the others stand above theirs

    @property
    def shown(self) -> list[Thread]:
        return [*self.pinned, *self.threads]

    @property
    def unread_count(self) -> int:
        return sum(thread.is_unread for thread in self.shown)

    @property
    def is_empty(self) -> bool:
        return not (self.threads or self.pinned or self.moves)


class Listing:
    """A list of threads: the union of its ``sources``, functions of a viewer (and of ``fields``) that ask the rule.

    A ``wide`` source runs over many walls: its first page is looked for in the last month before all the years.
    A ``narrow`` one names its threads one by one, or by topics; mostly they are few.
    """

    def __init__(
        self, *sources: Source, wide: Source | None = None, narrow: tuple[Source, ...] = (), **fields: Field
    ) -> None:
        self._sources = (*([wide] if wide else []), *narrow, *sources)
        self._narrow = narrow
        self._recent = (
            Prepared(partial(self._recent_query, wide), month_ago=DateTimeField(), **fields) if wide else None
        )
        self._beside = Prepared(self._beside_query, since=DateTimeField(), **fields)
        self._keys = Prepared(self._keys_query, at=DateTimeField(), after=CharField(), **fields)
        self._pinned = Prepared(self._pinned_query, **fields)

    def threads(self, viewer: Viewer, **given: Any) -> QuerySet[Thread]:
        """All of the list, in no order."""
        if len(self._sources) == 1:
            return self._sources[0](viewer, **given)
        parts = (Q(pk__in=source(viewer, **given).values("pk")) for source in self._sources)
        return Thread.objects.filter(reduce(Q.__or__, parts))

    def page(self, viewer: Person, cursor: str = "", *, has_pinned: bool = True, **given: Any) -> Feed:
        """The page after ``cursor``; a cursor that is no cursor begins at the top."""
        which = "all" if has_pinned else "unpinned"
        keys = self._keys_of_page(viewer, place_of(cursor), which, **given)
        shown = dress(_ROWS.rows(Standing.of(viewer), viewer=viewer.pk, keys=written(keys)), viewer)
        more = shown[ROWS:]
        shown = shown[:ROWS]
        return Feed(shown, cursor_of(shown[-1]) if more else "")

    def wall(self, viewer: Person, cursor: str = "", **given: Any) -> Feed:
        """A page of a wall: pinned threads stand above the first page and not below."""
        feed = self.page(viewer, cursor, has_pinned=False, **given)
        if not cursor:
            feed.pinned = dress(self._pinned.rows(Standing.of(viewer), viewer=viewer.pk, **given), viewer)
        return feed

    def _keys_of_page(
        self, viewer: Person, place: tuple[dt.datetime, str] | None, which: str, **given: Any
    ) -> Iterable[int]:
        """At least the keys of the page below ``place`` and of the row after it."""
        standing, values = Standing.of(viewer), {"viewer": viewer.pk, **given}
        if place:
            at, after = place
            return _firsts(self._keys.rows(standing, which, "below", at=at, after=after, **values))
        # PERF: whoever is in two hundred groups would sort twenty thousand keys to see thirty; and once the last month
        # fills a page, nothing older than its last row can stand on it, from whatever source.
        recent = self._recent.rows(standing, which, month_ago=clock.now() - FRESH_FOR, **values) if self._recent else []
        if len(recent) <= ROWS:
            return _firsts(self._keys.rows(standing, which, "top", **values))
        beside = self._beside.rows(standing, which, since=recent[-1][1], **values) if self._narrow else []
        return {*_firsts(recent), *_firsts(beside)}

    def _asked(self, source: Source, viewer: Viewer, which: str, **given: Any) -> QuerySet[Thread]:
        threads = source(viewer, **given)
        return threads.filter(pinned_at=None) if which == "unpinned" else threads

    def _recent_query(
        self, wide: Source, viewer: Viewer, which: str, *, month_ago: Any, **given: Any
    ) -> QuerySet[Any, Any]:
        threads = self._asked(wide, viewer, which, **given).filter(active_at__gte=month_ago)
        return threads.newest_activity_first().values_list("pk", "active_at")[: ROWS + 1]

    def _beside_query(self, viewer: Viewer, which: str, *, since: Any, **given: Any) -> QuerySet[Any, Any]:
        newer = (self._asked(source, viewer, which, **given).filter(active_at__gte=since) for source in self._narrow)
        return _union([threads.newest_activity_first()[: ROWS + 1].values_list("pk") for threads in newer])

    def _keys_query(
        self, viewer: Viewer, which: str, begins: str, *, at: Any, after: Any, **given: Any
    ) -> QuerySet[Any, Any]:
        parts = []
        for source in self._sources:
            threads = self._asked(source, viewer, which, **given)
            if begins == "below":
                threads = _below(threads, viewer, at, after)
            ordered = _gathered_first(threads) if source in self._narrow else threads.newest_activity_first()
            parts.append(ordered[: ROWS + 1].values_list("pk"))
        return _union(parts)

    def _pinned_query(self, viewer: Viewer, **given: Any) -> QuerySet[Thread]:
        return for_rows(self.threads(viewer, **given).exclude(pinned_at=None), viewer).order_by("-pinned_at")[:PINNED]


def _gathered_first(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """``threads``, newest activity first.

    PERF: where an index has this order, PostgreSQL walks through the threads of the whole company in the hope to meet
    thirty of these soon, and meets none. No index has the order of an expression.
    """
    if connection.vendor == "sqlite":
        return threads.newest_activity_first()
    return threads.order_by(Coalesce("active_at", "active_at").desc(), "-id")


def _firsts(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    return [row[0] for row in rows]


def _union(parts: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    """One query of keys; SQLite takes no LIMIT within a UNION, so that each part stands in a query of its own."""
    if len(parts) == 1:
        return parts[0]
    if not connection.features.supports_slicing_ordering_in_compound:
        parts = [Thread.objects.filter(pk__in=part).order_by().values_list("pk") for part in parts]
    return parts[0].union(*parts[1:])


def for_rows(threads: QuerySet[Thread], viewer: Viewer) -> QuerySet[Thread]:
    """``threads`` with all a row draws, ``read_number`` 0 where never read; :func:`dress` them afterwards."""
    read = ReadMark.objects.filter(person_id=viewer.pk, thread=OuterRef("pk")).values("number")[:1]
    return (
        threads.select_related("space__owner", "author", "topic")
        .only(*_COLUMNS)
        .annotate(read_number=Coalesce(Subquery(read), 0, output_field=IntegerField()))
    )


def _rows(viewer: Viewer, *, keys: Any) -> QuerySet[Thread]:
    """The newest rows of a page, by the keys that the rule gave for it just now.

    PERF: a statement of its own: PostgreSQL takes 7 ms to plan both, and 23 to plan them as one.
    """
    return for_rows(Thread.objects.filter(pk__in=keys_in(keys)), viewer).newest_activity_first()[: ROWS + 1]


_ROWS = Prepared(_rows, keys=CharField())


def dress(threads: Iterable[Thread], viewer: Person) -> list[Thread]:
    """Give each row its tags, ``unread`` (posts not read yet) and ``topic_path``; two queries, topics and tags."""
    threads = list(threads)
    labels = topics.labels_for(viewer)
    prefetch_related_objects(threads, "tags")
    since = counts_since(viewer)
    for thread in threads:
        thread.topic_path = labels[thread.topic_id].text if thread.topic_id in labels else ""
        thread.unread = unread_in(thread, since)
        thread.is_unread = thread.unread > 0
    return threads


def counts_since(viewer: Person) -> dt.datetime:
    """From when on what ``viewer`` never opened counts as unread: since they came, and not for ever."""
    return max(viewer.joined_at, clock.now() - FRESH_FOR)


def unread_in(thread: Thread, since: dt.datetime) -> int:
    """Posts the viewer has not read; what was quiet before ``since`` counts as read until they open it."""
    if thread.read_number == 0 and thread.active_at < since:
        return 0
    return max(0, thread.last_number - thread.read_number)


# Cursors ------------------------------------------------------------------------------------------------------------
def cursor_of(thread: Thread) -> str:
    """The place of ``thread`` in a list by activity: microseconds and public id, no key and no count."""
    return f"{(thread.active_at - _EPOCH) // dt.timedelta(microseconds=1)}.{thread.public_id}"


def place_of(cursor: str) -> tuple[dt.datetime, str] | None:
    """The moment and the public id in ``cursor``, or None for what is no cursor."""
    moment, _, public_id = cursor.partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 18):
        return None
    return _EPOCH + dt.timedelta(microseconds=int(moment)), public_id


def moment_of(cursor: str) -> dt.datetime | None:
    """The moment a cursor names; None for what is no cursor."""
    place = place_of(cursor)
    return place[0] if place else None


def _below(threads: QuerySet[Thread], viewer: Viewer, at: Any, after: Any) -> QuerySet[Thread]:
    key = Thread.objects.readable_by(viewer).filter(public_id=after).values("pk")[:1]
    return threads.filter(Q(active_at__lt=at) | Q(active_at=at, pk__lt=Subquery(key)))


def version_now() -> int:
    """The version of a feed drawn now: microseconds, as walls count them."""
    return (clock.now() - _EPOCH) // dt.timedelta(microseconds=1)
