"""The trace of a move, shown to those who may read the thread and know the place it came from, and to nobody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, QuerySet

from groups import policy
from groups.models import Space
from groups.policy import Standing, Viewer
from kit.prepared import Prepared
from people.models import Person
from walls import listing
from walls.listing import Feed
from walls.models import Move, Thread

LINES = 50


def _lines(viewer: Viewer, *bounds: str, space: Any, before: Any, since: Any) -> QuerySet[Move]:
    moves = policy.scope(Move.objects.filter(from_space_id=space, thread__deleted_at=None), viewer, "read")
    moves = moves.exclude(thread__space_id=space)
    if "before" in bounds:
        moves = moves.filter(moved_at__lt=before)
    if "since" in bounds:
        moves = moves.filter(moved_at__gte=since)
    return moves.select_related("thread__space__owner", "moved_by").order_by("-moved_at", "-pk")[:LINES]


_LINES = Prepared(_lines, space=BigIntegerField(), before=DateTimeField(), since=DateTimeField())


def with_lines(feed: Feed, viewer: Person, space: Space, cursor: str = "") -> Feed:
    """``feed``, a page of the wall of ``space`` after ``cursor``, with a line for each thread that went elsewhere.

    A line stands where the move falls in the order of the wall. SECURITY: it is asked for through the thread, so it
    goes with the right to read the thread in its new place; the caller has asked the right to read ``space``.
    """
    before = listing.moment_of(cursor)
    since = feed.threads[-1].active_at if feed.next_cursor else None
    moments = {name: moment for name, moment in (("before", before), ("since", since)) if moment}
    rows = _LINES.rows(Standing.of(viewer), *moments, viewer=viewer.pk, space=space.pk, **moments)
    waiting = list({move.thread_id: move for move in reversed(rows)}.values())
    waiting.sort(key=_moment)
    for thread in feed.threads:
        thread.moved_before = []
        while waiting and waiting[-1].moved_at >= thread.active_at:
            thread.moved_before.append(waiting.pop())
    feed.moves = waiting[::-1]
    return feed


def _moment(move: Move) -> dt.datetime:
    return move.moved_at


def from_known_places(viewer: Viewer) -> QuerySet[Move]:
    """The moves away from places that ``viewer`` may know of."""
    return Move.objects.filter(from_space__in=policy.spaces_for(viewer, "know").values("pk"))


def last_move(viewer: Person, thread: Thread) -> Move | None:
    """Where ``thread`` (readable by ``viewer``) came from, if ``viewer`` may know of that place."""
    moves = from_known_places(viewer).filter(thread=thread).exclude(from_space=thread.space_id)
    return moves.select_related("from_space__owner", "moved_by").order_by("-moved_at", "-pk").first()
