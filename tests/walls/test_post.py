"""Opening threads and replying: who may, what is stored, and that one press gives one post."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from groups import policy
from groups.models import Label
from kit import clock, markdown
from kit.models import Fact
from walls import services as walls
from walls.models import Follow, Kind, Picture, Post, ReadMark, Thread


def test_member_opens_a_thread_and_its_row_is_ready_for_the_feed(cast):
    (thread,) = walls.post_thread(
        author=cast.member, spaces=cast.spaces["open"], title=" A  title ", source="First **words**", tags=["M4 Pump"]
    )
    thread.refresh_from_db()
    assert (thread.title, thread.excerpt, thread.last_number, thread.reply_count) == ("A title", "First words", 1, 0)
    assert thread.posts.get().html == "<p>First <strong>words</strong></p>\n"
    assert [tag.name for tag in thread.tags.all()] == ["m4-pump"]
    assert Follow.objects.filter(thread=thread, person=cast.member).exists()
    assert ReadMark.objects.get(thread=thread, person=cast.member).number == 1
    told = Fact.objects.get(name="thread.posted").ids
    assert told["thread"] == thread.pk and told["version"] == 1


def test_outsider_is_refused_and_learns_no_more_than_the_rule_lets(cast):
    with pytest.raises(PermissionDenied):
        walls.post_thread(author=cast.outsider, spaces=cast.spaces["closed"], source="x")
    with pytest.raises(Http404):
        walls.post_thread(author=cast.outsider, spaces=cast.spaces["hidden"], source="x")
    assert not Thread.objects.exists()


def test_one_message_to_two_walls_makes_two_tied_threads(cast):
    threads = walls.post_thread(author=cast.member, spaces=[cast.spaces["open"], cast.spaces["hidden"]], source="x")
    assert len(threads) == 2 and threads[0].tie == threads[1].tie != ""
    assert walls.tied_to(threads[0], cast.member) == [threads[1]]
    assert walls.tied_to(threads[0], cast.outsider) == []


def test_a_text_full_of_pictures_for_two_walls_asks_no_more_than_one_with_a_few(cast):
    """Each citation on each further wall was two queries: 1,200 on ten walls held all other writers for a minute."""
    keys = {"uploaded_by": cast.member, "sha256": "a" * 64, "thumbnail_sha256": "b" * 64, "width": 1, "height": 1}
    places = [cast.spaces["open"], cast.spaces["hidden"]]
    asked = []
    for times in (2, 100):
        picture = Picture.objects.create(**keys)
        source = f"![Gear](picture:{picture.public_id})\n" * times
        with CaptureQueriesContext(connection) as queries:
            here, there = walls.post_thread(author=cast.member, spaces=places, source=source)
        asked.append(len(queries))
        first, second = (Picture.objects.get(thread=thread) for thread in (here, there))
        assert first == picture and second.sha256 == first.sha256
        assert there.opening.html.count(second.public_id) == times and first.public_id not in there.opening.html
    assert asked[0] == asked[1]


def test_nothing_is_posted_when_one_of_two_walls_refuses(cast):
    with pytest.raises(PermissionDenied):
        walls.post_thread(author=cast.outsider, spaces=[cast.spaces["common"], cast.spaces["closed"]], source="x")
    assert not Thread.objects.exists()


def test_the_same_key_with_the_same_text_gives_the_same_threads(cast):
    send = dict(author=cast.member, spaces=[cast.spaces["open"], cast.spaces["common"]], source="x", submission_key="k")
    first, second = walls.post_thread(**send), walls.post_thread(**send)
    assert [t.pk for t in first] == [t.pk for t in second]
    assert Thread.objects.count() == 2


def test_the_same_key_with_another_text_is_given_back_not_swallowed(cast):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x")
    walls.reply(author=cast.member, thread=thread, source="one", submission_key="k")
    with pytest.raises(walls.SentBefore) as refused:
        walls.reply(author=cast.member, thread=thread, source="two", submission_key="k")
    assert refused.value.posts[0].source == "one"
    assert Post.objects.filter(source="two").count() == 0


def test_two_people_may_use_the_same_key(cast):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x")
    walls.reply(author=cast.member, thread=thread, source="one", submission_key="k")
    walls.reply(author=cast.manager, thread=thread, source="one", submission_key="k")
    assert thread.posts.count() == 3


def test_a_reply_moves_its_thread_up_and_takes_the_next_version(cast):
    with clock.set_to(clock.now() - dt.timedelta(days=1)):
        (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x")
    post = walls.reply(author=cast.manager, thread=thread, source="y", quotes=thread.opening)
    thread.refresh_from_db()
    assert (post.number, post.version, thread.version, thread.reply_count) == (2, 2, 2, 1)
    assert thread.active_at == post.posted_at and thread.last_author == cast.manager
    assert post.quotes == thread.opening


def test_a_reader_who_is_no_member_of_an_open_group_does_not_reply(cast):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x")
    with pytest.raises(PermissionDenied):
        walls.reply(author=cast.outsider, thread=thread, source="y")


def test_a_guest_posts_for_everybody_of_the_group_and_reads_only_that(cast):
    (thread,) = walls.post_thread(author=cast.guest, spaces=cast.spaces["open"], source="x", label=Label.SHARED)
    assert thread.label == Label.SHARED
    with pytest.raises(walls.Refused):
        walls.post_thread(author=cast.guest, spaces=cast.spaces["open"], source="x", label=Label.CONFIDENTIAL)
    (inner,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x", label=Label.INTERNAL)
    assert not policy.can(cast.guest, "read", inner)
    with pytest.raises(Http404):
        walls.reply(author=cast.guest, thread=inner, source="y")


def test_shared_is_no_level_where_guests_never_come(cast):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x", label=Label.SHARED)
    assert thread.label == Label.INTERNAL


def test_only_those_who_run_the_wall_announce(cast):
    for person, space in ((cast.member, "open"), (cast.manager, "common"), (cast.member, "personal")):
        with pytest.raises(walls.Refused):
            walls.post_thread(author=person, spaces=cast.spaces[space], source="x", kind=Kind.ANNOUNCEMENT)
    for person, space in ((cast.manager, "open"), (cast.admin, "common")):
        walls.post_thread(author=person, spaces=cast.spaces[space], source="x", kind=Kind.ANNOUNCEMENT)


def test_a_mention_of_somebody_who_may_not_read_becomes_plain_text(cast):
    named = [("Whoever", cast.manager.public_id), ("Otto", cast.outsider.public_id)]
    said = " and ".join(markdown.mention(*person) for person in named)
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["closed"], source=said)
    post = thread.posts.get()
    assert [m.person for m in post.mentions.all()] == [cast.manager]
    assert "@Mona Manager" in post.html and cast.outsider.public_id not in post.source
    assert thread.untold == ["Otto"]


def test_nobody_replies_to_a_closed_thread_nor_in_an_archived_group(cast):
    space = cast.spaces["open"]
    (thread,) = walls.post_thread(author=cast.member, spaces=space, source="x")
    walls.change_status(by=cast.member, thread=thread, status="closed")
    with pytest.raises(walls.Refused):
        walls.reply(author=cast.manager, thread=thread, source="y")
    space.archived_at = clock.now()
    space.save()
    with pytest.raises(PermissionDenied):
        walls.change_status(by=cast.member, thread=thread, status="open")
    assert policy.can(cast.member, "read", thread)


@pytest.mark.parametrize("source", ["", "   ", "x" * 50_001, "nul \x00 here"])
def test_a_text_beyond_the_limits_is_refused_with_the_limit(cast, source):
    with pytest.raises(walls.Refused):
        walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source=source)


def test_the_thirty_first_post_within_a_minute_waits(cast):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x")
    now = clock.now()
    Post.objects.bulk_create(
        Post(thread=thread, number=n, author=cast.member, source="x", html="", text="", posted_at=now)
        for n in range(2, 31)
    )
    with clock.set_to(now + dt.timedelta(seconds=10)), pytest.raises(walls.Refused) as refused:
        walls.reply(author=cast.member, thread=thread, source="y")
    assert refused.value.status == 429 and 45 <= refused.value.retry_after <= 52
    with clock.set_to(now + dt.timedelta(seconds=62)):
        Thread.objects.filter(pk=thread.pk).update(last_number=30)
        walls.reply(author=cast.member, thread=thread, source="y")


def test_at_most_ten_tags(cast):
    with pytest.raises(walls.Refused):
        walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x", tags=map(str, range(11)))
