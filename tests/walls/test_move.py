"""What a moved thread leaves behind: a line for those who may know both places, nothing for anybody else."""

from __future__ import annotations

import datetime as dt

import pytest

from groups import services as groups
from groups.models import Label
from kit import clock
from tests.reading import as_read
from walls import feeds, listing
from walls import services as walls


@pytest.fixture
def told(cast):
    """A thread of ``member`` on the open group's wall, internal, answered once."""
    (made,) = walls.post_thread(
        author=cast.member, spaces=cast.spaces["open"], source="Which?", title="Which wrench", label=Label.INTERNAL
    )
    walls.reply(author=cast.manager, thread=made, source="The long one")
    return made


def page_of(client, space) -> str:
    return as_read(client.get(space.get_absolute_url()).content.decode())


def test_who_reads_both_walls_is_led_from_the_old_one_and_told_in_the_thread(cast, told, signed_in):
    walls.move_thread(mover=cast.member, thread=told, space=cast.spaces["closed"])
    page = page_of(signed_in(cast.leaver), cast.spaces["open"])
    assert "Max Member moved this to The closed group" in page and f"/threads/{told.public_id}/" in page
    page = as_read(signed_in(cast.leaver).get(told.get_absolute_url()).content.decode())
    assert "Max Member moved this here from The open group" in page and "The long one" in page


def test_who_may_not_read_the_new_place_sees_the_old_wall_as_if_the_thread_had_never_been(cast, signed_in):
    space, outsider = cast.spaces["open"], signed_in(cast.outsider)
    before = feeds.WALL.threads(cast.outsider, space=space.pk).count()
    (thread,) = walls.post_thread(author=cast.member, spaces=space, source="Plan", title="Plan")
    walls.move_thread(mover=cast.member, thread=thread, space=cast.spaces["hidden"])
    page = page_of(outsider, space)
    assert feeds.WALL.threads(cast.outsider, space=space.pk).count() == before
    assert "moved this" not in page and "Plan" not in page and thread.public_id not in page
    assert outsider.get(thread.get_absolute_url()).status_code == 404


def test_readers_of_the_new_place_do_not_learn_of_a_hidden_one_it_came_from(cast, signed_in):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="Plan", title="Plan")
    walls.move_thread(mover=cast.member, thread=thread, space=cast.spaces["open"])
    page = as_read(signed_in(cast.outsider).get(thread.get_absolute_url()).content.decode())
    assert "Plan" in page and "moved this here" not in page and "hidden group" not in page
    assert "from The hidden group" in as_read(signed_in(cast.leaver).get(thread.get_absolute_url()).content.decode())


def test_the_line_goes_with_the_right_to_read_and_names_the_place_the_thread_stands_in_now(cast, told, signed_in):
    walls.move_thread(mover=cast.member, thread=told, space=cast.spaces["closed"])
    walls.move_thread(mover=cast.member, thread=told, space=cast.spaces["hidden"])
    assert "moved this to The hidden group" in page_of(signed_in(cast.leaver), cast.spaces["open"])
    groups.leave(person=cast.leaver, space=cast.spaces["hidden"])
    assert "moved this" not in page_of(signed_in(cast.leaver), cast.spaces["open"])


def test_a_thread_that_came_back_leaves_no_line_and_one_moved_twice_leaves_one(cast, told, signed_in):
    client = signed_in(cast.member)
    for kind in ("closed", "open", "closed"):
        walls.move_thread(mover=cast.member, thread=told, space=cast.spaces[kind])
    assert page_of(client, cast.spaces["open"]).count("moved this to") == 1
    walls.move_thread(mover=cast.member, thread=told, space=cast.spaces["open"])
    assert "moved this to" not in page_of(client, cast.spaces["open"])


def test_a_restricted_thread_leaves_nothing_even_for_its_readers(cast, told, signed_in):
    walls.restrict_thread(editor=cast.member, thread=told, readers=[cast.leaver])
    assert "moved this" not in page_of(signed_in(cast.leaver), cast.spaces["open"])


def test_the_line_stands_where_the_move_falls_in_the_order_of_the_wall(cast):
    space, now, moved = cast.spaces["open"], clock.now(), []
    for hours in range(2 * listing.ROWS, 0, -1):
        with clock.set_to(now - dt.timedelta(hours=hours)):
            walls.post_thread(author=cast.member, spaces=space, source=f"At {hours}")
    for minutes in (90, listing.ROWS * 60 + 30):
        with clock.set_to(now - dt.timedelta(minutes=minutes)):
            (thread,) = walls.post_thread(author=cast.member, spaces=space, source="Elsewhere")
            moved.append(walls.move_thread(mover=cast.member, thread=thread, space=cast.spaces["closed"]))
    from walls.moves import with_lines

    first = with_lines(feeds.WALL.wall(cast.member, space=space.pk), cast.member, space)
    cursor = first.next_cursor
    rest = feeds.WALL.wall(cast.member, cursor, space=space.pk)
    second = with_lines(rest, cast.member, space, cursor)
    assert [[m.thread for m in row.moved_before] for row in first.threads[:2]] == [[], [moved[0]]]
    assert [m.thread for m in second.threads[0].moved_before] == [moved[1]]
    assert sum(len(row.moved_before) for row in [*first.threads, *second.threads]) == 2
