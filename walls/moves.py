"""The trace of a move, shown to those who may read the thread and know the place it came from, and to nobody else."""

from __future__ import annotations

import datetime as dt

from groups import policy
from groups.models import Space
from people.models import Person
from walls import feeds
from walls.models import Move, Thread

LINES = 50


def with_lines(feed: feeds.Feed, viewer: Person, space: Space, cursor: str = "") -> feeds.Feed:
    """``feed``, a page of the wall of ``space`` after ``cursor``, with a line for each thread that went elsewhere.

    A line stands where the move falls in the order of the wall. SECURITY: it is asked for through the thread, so it
    goes with the right to read the thread in its new place; the caller has asked the right to read ``space``.
    """
    moves = policy.scope(Move.objects.filter(from_space=space, thread__deleted_at=None), viewer, "read")
    moves = moves.exclude(thread__space=space)
    if (before := feeds.moment_of(cursor)) is not None:
        moves = moves.filter(moved_at__lt=before)
    if feed.next_cursor:
        moves = moves.filter(moved_at__gte=feed.threads[-1].active_at)
    rows = moves.select_related("thread__space__owner", "moved_by").order_by("-moved_at", "-pk")[:LINES]
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


def last_move(viewer: Person, thread: Thread) -> Move | None:
    """Where ``thread`` (readable by ``viewer``) came from, if ``viewer`` may know of that place."""
    known = policy.spaces_for(viewer, "know").values("pk")
    moves = Move.objects.filter(thread=thread, from_space__in=known).exclude(from_space=thread.space_id)
    return moves.select_related("from_space__owner", "moved_by").order_by("-moved_at", "-pk").first()
