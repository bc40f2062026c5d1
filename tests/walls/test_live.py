"""What threads and walls answer the live hub: who may watch, and who of the watchers may still read."""

from __future__ import annotations

import pytest

from groups import services as groups
from groups.models import Label
from walls import services as walls
from walls.live import ReadersStream, ThreadStream, WallStream

STREAMS = ThreadStream("thread")
WALLS = WallStream()
READERS = ReadersStream()


@pytest.fixture
def keys(cast):
    """Primary keys of everybody."""
    return {person.pk for person in cast.everyone}


def write(cast, place, label=""):
    return walls.post_thread(author=cast.member, spaces=cast.spaces[place], source="x", label=label)[0]


def test_a_thread_is_watched_by_who_reads_it_and_nobody_else(cast):
    hidden, internal = write(cast, "hidden"), write(cast, "closed")
    shared = write(cast, "closed", label=Label.SHARED)
    wanted = [hidden.public_id, internal.public_id, shared.public_id, "0" * 26]
    assert set(STREAMS.open(cast.member, wanted)) == set(wanted[:3])
    assert set(STREAMS.open(cast.guest, wanted)) == {shared.public_id}
    assert STREAMS.open(cast.outsider, wanted) == {}


def test_of_the_watchers_of_a_thread_only_its_readers_of_now_are_left(cast, keys):
    hidden, shared = write(cast, "hidden"), write(cast, "closed", label=Label.SHARED)
    inside = {cast.manager.pk, cast.member.pk, cast.leaver.pk}
    assert STREAMS.readers(hidden.pk, keys) == inside
    assert STREAMS.readers(shared.pk, keys) == {*inside, cast.guest.pk}
    groups.remove_member(manager=cast.manager, space=cast.spaces["hidden"], person=cast.leaver)
    assert STREAMS.readers(hidden.pk, keys) == inside - {cast.leaver.pk}
    walls.reclassify(editor=cast.member, thread=shared, label=Label.INTERNAL)
    assert STREAMS.readers(shared.pk, keys) == inside
    assert STREAMS.readers(0, keys) == set()


def test_a_wall_is_watched_by_who_reads_it_and_by_guests_in_a_stream_of_their_own(cast):
    public_ids = [cast.spaces[name].public_id for name in ("hidden", "closed", "common")]
    assert set(WALLS.open(cast.member, public_ids)) == set(public_ids)
    assert set(WALLS.open(cast.outsider, public_ids)) == {public_ids[2]}
    assert set(WALLS.open(cast.guest, public_ids)) == {public_ids[1]}
    closed = cast.spaces["closed"].pk
    assert WALLS.open(cast.member, public_ids)[public_ids[1]].key == 2 * closed
    assert WALLS.open(cast.guest, public_ids)[public_ids[1]].key == 2 * closed + 1


def test_of_the_watchers_of_a_wall_only_its_readers_of_now_are_left(cast, keys):
    inside = {cast.manager.pk, cast.member.pk, cast.leaver.pk}
    closed = cast.spaces["closed"].pk
    assert WALLS.readers(2 * closed, keys) == inside
    assert WALLS.readers(2 * closed + 1, keys) == {*inside, cast.guest.pk}
    groups.leave(person=cast.leaver, space=cast.spaces["closed"])
    assert WALLS.readers(2 * closed, keys) == inside - {cast.leaver.pk}


def test_who_is_in_a_group_is_watched_by_who_reads_there_and_nobody_else(cast, keys):
    public_ids = [cast.spaces[name].public_id for name in ("hidden", "closed", "open")]
    assert set(READERS.open(cast.member, public_ids)) == set(public_ids)
    assert set(READERS.open(cast.guest, public_ids)) == set(public_ids[1:])
    assert set(READERS.open(cast.outsider, public_ids)) == {public_ids[2]}
    inside = {cast.manager.pk, cast.member.pk, cast.leaver.pk}
    assert READERS.readers(cast.spaces["hidden"].pk, keys) == inside
    groups.remove_member(manager=cast.manager, space=cast.spaces["hidden"], person=cast.leaver)
    assert READERS.readers(cast.spaces["hidden"].pk, keys) == inside - {cast.leaver.pk}


def test_what_is_internal_moves_nothing_on_the_wall_a_guest_watches(cast):
    closed = cast.spaces["closed"]
    write(cast, "closed", label=Label.SHARED)
    before = WALLS.open(cast.guest, [closed.public_id])[closed.public_id].version
    write(cast, "closed")
    assert WALLS.open(cast.guest, [closed.public_id])[closed.public_id].version == before
    assert WALLS.open(cast.member, [closed.public_id])[closed.public_id].version > before
