"""How many questions a page asks the database: the same for few rows and many, for one group and for two hundred."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups import services as groups
from groups.models import Space
from kit import clock
from topics.models import Topic
from walls import services as walls
from walls.services import OldPost

# What every request asks before its view: the session and the person behind it.
SESSION = 2
# Company, badge, unread threads, groups, topics: what the frame of every page asks, whatever stands in it.
FRAME = 5
LIMIT = 8


def asked(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def signed_in(client, cast):
    client.force_login(cast.member)
    return client


def many_groups(cast, count: int) -> None:
    spaces = Space.objects.bulk_create(
        Space(type="open", name=f"Group {number}", created_by=cast.manager) for number in range(count)
    )
    for space in spaces:
        groups.add_member(space=space, person=cast.member)
    now = clock.now()
    for number, space in enumerate(spaces[:40]):
        walls.open_thread(
            space=space,
            title=f"Thread {number}",
            posts=[OldPost(cast.manager, "words", now - dt.timedelta(hours=number))],
            tags=["m4"],
        )


@pytest.mark.django_db
def test_home_asks_the_same_for_a_member_of_one_group_and_of_two_hundred(signed_in, cast):
    walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x", tags=["m4"])
    few = asked(signed_in, "/")
    many_groups(cast, 200)
    assert asked(signed_in, "/") == few
    # One more than a thread page: a list asks for what is newest on one's walls before it asks for the rest.
    assert few - SESSION - FRAME <= LIMIT + 1


@pytest.mark.django_db
def test_a_thread_page_asks_at_most_eight_whatever_its_length(signed_in, cast):
    topic = Topic.objects.add_root({"label_en": "Firmware", "label_fr": "Micrologiciel"})
    now = clock.now()
    thread, posts = walls.open_thread(
        space=cast.spaces["open"],
        title="Long",
        kind="question",
        topic=topic,
        tags=["m4", "clock"],
        posts=[OldPost(cast.manager, f"post {n}", now - dt.timedelta(minutes=2000 - n)) for n in range(1, 1001)],
    )
    walls.accept_answer(by=cast.manager, post=posts[600])
    walls.react(person=cast.member, post=posts[1], emoji="👍")
    plain, _ = walls.open_thread(
        space=cast.spaces["open"],
        title="Long and plain",
        posts=[OldPost(cast.manager, f"post {n}", now - dt.timedelta(minutes=2000 - n)) for n in range(1, 1001)],
    )
    for place in ("", "?post=500"):
        assert asked(signed_in, f"/threads/{plain.public_id}/{place}") - SESSION <= LIMIT
        # Two more where there is something to ask for: its tags, and what the viewer put under its posts.
        assert asked(signed_in, f"/threads/{thread.public_id}/{place}") - SESSION <= LIMIT + 2


@pytest.mark.django_db
def test_a_long_thread_shows_fifty_posts_and_folds_the_rest(signed_in, cast):
    now = clock.now()
    thread, _ = walls.open_thread(
        space=cast.spaces["open"],
        title="Long",
        posts=[OldPost(cast.manager, f"post {n}", now - dt.timedelta(minutes=6000 - n)) for n in range(1, 5001)],
    )
    page = signed_in.get(f"/threads/{thread.public_id}/?post=2500").content.decode()
    assert page.count("<article") == 50
    assert "post 2500<" in page and "post 1<" in page and "post 1200<" not in page
    assert len(page) < 220_000


@pytest.mark.django_db
def test_the_frame_asks_no_more_than_agreed(signed_in, cast):
    assert asked(signed_in, "/drafts/") - 1 - SESSION <= FRAME
