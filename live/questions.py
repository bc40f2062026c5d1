"""What the hub asks the database, each in one go and off its loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db import close_old_connections

from live import streams
from live.sockets import Socket
from live.streams import StreamId


def with_fresh_connection(question: Callable[[], Any]) -> Any:
    """The answer to ``question``, on a connection that is neither broken nor old."""
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()


def by_kind(names: Iterable[str]) -> dict[str, list[str]]:
    """Names of streams (``thread:<public id>``) as public ids by kind."""
    sorted_out: dict[str, list[str]] = defaultdict(list)
    for name in names:
        kind, _, public_id = name.partition(":")
        sorted_out[kind].append(public_id)
    return sorted_out


def open_all(person_id: int, asked: dict[str, list[str]]) -> list[tuple[str, str, streams.StreamState]]:
    """Of the streams asked for those that the rule lets this person read."""
    from people.models import Person

    viewer = Person.objects.filter(pk=person_id).first()
    known = streams.kinds()
    if viewer is None or not viewer.may_sign_in:
        return []
    return [
        (kind, public_id, state)
        for kind, public_ids in asked.items()
        if kind in known
        for public_id, state in known[kind].open(viewer, public_ids).items()
    ]


def states_all(keys_by_kind: dict[str, list[int]]) -> dict[StreamId, streams.StreamState]:
    """Where the streams stand; those that are gone are left out."""
    known = streams.kinds()
    return {
        (kind, key): state for kind, keys in keys_by_kind.items() for key, state in known[kind].states(keys).items()
    }


def sessions(sockets: Iterable[Socket]) -> dict[int, set[str]]:
    """The session keys of sockets, by person."""
    keys: dict[int, set[str]] = defaultdict(set)
    for socket in sockets:
        keys[socket.person_id].add(socket.session_key)
    return keys
