"""``manage.py load_demo``: into an empty installation once, never over somebody's company, hidden as promised."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from groups import policy
from groups.models import Invitation, JoinRequest, Membership, Space
from imports.demo import loading
from imports.demo.reading import read_content
from kit import blobs, clock, languages, slots
from kit.models import Fact
from notifications.models import Notification
from people import queries
from people.models import Person
from topics.models import Topic, TopicFollow
from walls.models import Follow, Mention, Picture, Post, Reaction, ReadMark, Thread, Vote

CONTENT = read_content()
TABLES = (
    *(Person, Space, Membership, Invitation, JoinRequest, Topic, TopicFollow, Thread, Post, Reaction, Mention),
    *(Follow, ReadMark, Vote, Picture, Notification, Fact),
)


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def said(**options) -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out, **options)
    return out.getvalue()


def test_a_company_with_people_is_left_as_it_was(cast):
    before = counts()
    with pytest.raises(CommandError, match="people here already"):
        said()
    assert counts() == before
    assert not queries.company().is_demo


def test_a_load_that_breaks_off_leaves_nothing_behind(db, monkeypatch):
    def no_ink(name):
        raise OSError("no space left")

    monkeypatch.setattr("imports.demo.telling.picture", no_ink)
    with pytest.raises(OSError, match="no space"):
        loading.load()
    assert not Person.objects.exists()
    assert not queries.company().is_demo


@pytest.fixture(scope="module")
def corvanne(django_db_setup, django_db_blocker):
    """The demo company, loaded once for all tests below, which only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loading.load()
        transaction.set_rollback(True)


def person(key: str) -> Person:
    return Person.objects.get(email=CONTENT.people[key].mail)


def thread(key: str) -> Thread:
    return Thread.objects.get(title=CONTENT.threads[key].title.replace(" ?", "\N{NO-BREAK SPACE}?"))


def test_all_that_was_written_is_there(corvanne):
    assert queries.company().is_demo
    assert (queries.company().name, Person.objects.filter(is_robot=False).count()) == ("Corvanne", 29)
    assert Person.objects.filter(is_employee=False).count() == 6
    assert Space.objects.groups().count() == 10
    assert Thread.objects.count() == len(CONTENT.threads) == corvanne.threads
    assert Post.objects.count() == sum(len(told.posts) for told in CONTENT.threads.values()) == corvanne.posts
    assert set(Thread.objects.values_list("status", flat=True)) == {"open", "answered", "closed", "archived"}
    assert set(Thread.objects.values_list("label", flat=True)) == {"shared", "internal", "confidential"}
    assert Invitation.objects.count() == 2
    assert JoinRequest.objects.count() == 3
    assert Space.objects.groups().exclude(archived_at=None).count() == 1


def test_loading_it_again_changes_nothing_and_says_so(corvanne):
    before = counts()
    assert "here already" in said()
    assert counts() == before


def test_what_people_did_beside_writing_is_there(corvanne):
    assert Post.objects.exclude(deleted_at=None).count() == 2
    assert Post.objects.filter(revision__gt=1, deleted_at=None).count() >= 5
    assert Post.objects.exclude(quotes=None).count() >= 8
    assert Thread.objects.filter(kind="question", accepted__isnull=False).count() >= 12
    assert Thread.objects.filter(kind="question", status="open", reply_count=0).count() >= 3
    assert Mention.objects.exists()
    assert Vote.objects.exists()
    assert Thread.objects.exclude(pinned_at=None).count() >= 5
    assert Space.objects.filter(is_named_readers=True).count() == 1
    assert Space.objects.filter(type="direct").count() >= 2


def test_each_post_is_in_the_language_of_its_writer(corvanne):
    for told in CONTENT.threads.values():
        for post in told.posts:
            assert languages.of(post.text) in ("", post.language), f"{told.key} {post.at}"
    assert set(Post.objects.values_list("text_language", flat=True)) == {"", "en", "fr"}


def test_the_talk_about_disputes_stands_in_french_where_everybody_reads_it(corvanne):
    found = thread("litiges-gc")
    assert (found.title, found.text_language) == ("La préparation aux litiges au GC", "fr")
    assert Thread.objects.readable_by(person("ines")).filter(pk=found.pk).exists()


def test_nothing_was_written_after_now_and_every_thread_was_written_in_order(corvanne):
    assert not Post.objects.filter(posted_at__gt=clock.now()).exists()
    for one in Thread.objects.all():
        moments = list(one.posts.order_by("number").values_list("posted_at", flat=True))
        assert moments == sorted(moments)


@pytest.mark.parametrize("key", [key for key, one in CONTENT.people.items() if not one.is_employee])
def test_a_guest_reads_only_what_is_shared_in_the_groups_they_are_in(corvanne, key):
    guest = person(key)
    read = Thread.objects.readable_by(guest)
    assert set(read.values_list("label", flat=True)) == {"shared"}
    assert set(read.values_list("space", flat=True)) <= set(guest.memberships.values_list("space", flat=True))
    assert not read.filter(title__startswith="Margin").exists()


@pytest.mark.parametrize("key", ["claire", "daniel", "anke"])
def test_a_hidden_group_is_nothing_to_an_outsider_administrator_or_not(corvanne, key):
    outsider, hidden = person(key), Space.objects.groups().filter(type="hidden")
    assert hidden.count() == 2
    assert not policy.spaces_for(outsider, "know").filter(pk__in=hidden).exists()
    assert not Thread.objects.readable_by(outsider).filter(space__in=hidden).exists()
    assert not Notification.objects.shown_to(outsider).filter(thread__space__in=hidden).exists()


def test_the_restricted_thread_has_four_readers(corvanne):
    readers = policy.audience(thread("claim-4471"))
    assert set(readers) == {person(key) for key in ("helene", "hannah", "claire", "yusuf")}


def test_what_waits_for_somebody_waits_in_their_inbox(corvanne):
    waiting = Notification.objects.shown_to(person("hannah")).unread()
    assert {"call-off-2611", "line-2", "five-axis"} <= {
        key for key in CONTENT.threads if waiting.filter(thread__title=CONTENT.threads[key].title).exists()
    }
    assert not waiting.filter(told_at__gt=clock.now()).exists()
    assert waiting.count() < 15


def test_nothing_of_it_is_news_to_screens_that_are_opened_later(corvanne):
    assert not Fact.objects.filter(heard_at=None).exists()


def test_every_picture_is_drawn_described_and_hangs_on_its_thread(corvanne):
    pictures = Picture.objects.all()
    assert len(pictures) >= 12
    for one in pictures:
        assert one.thread and one.description and blobs.has(one.sha256) and blobs.has(one.thumbnail_sha256)


def test_six_people_can_be_entered_with_one_click_one_guest_and_one_administrator_among_them(corvanne):
    (ask,) = slots.filled("sign-in.demo-people")
    offered = [Person.objects.active().get(email=mail) for mail in ask()]
    assert [one.email for one in offered] == [CONTENT.people[key].mail for key in CONTENT.doors]
    assert sum(one.is_guest for one in offered) == 1
    assert sum(one.is_administrator for one in offered) == 1
