"""Every other door while an access runs, and after: search, files, inbox, feeds, mentions."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from archive import services as archive
from groups import policy
from groups import services as groups
from kit import blobs, clock
from notifications.models import Notification, Reason
from people.models import Person
from search import queries
from search.language import parse
from tests.archive.cast import asked, opened, second_administrator
from tests.reading import as_read
from walls import feeds
from walls.models import Picture, Thread
from walls.services import follow, posts, threads


@pytest.fixture
def boss(cast):
    return second_administrator()


def found(person, text: str) -> int:
    return queries.search(viewer=Person.objects.get(pk=person.pk), query=parse(text)).total


def entries(person) -> list[tuple[str, str]]:
    rows = Notification.objects.shown_to(person)
    return [(row.reason, row.actor.display_name) for row in rows]


def test_search_finds_while_it_runs_and_nothing_before_or_after(cast, boss, index):
    threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="zebrastripe", title="Zebrafish")
    index()
    assert found(cast.admin, "zebrastripe") == 0
    request = opened(cast.admin, boss, cast.spaces["hidden"])
    assert found(cast.admin, "zebrastripe") == 1 and found(boss, "zebrastripe") == 0
    with clock.set_to(clock.now() + dt.timedelta(hours=4)):
        assert found(cast.admin, "zebrastripe") == 0
    archive.end_access(administrator=cast.admin, request=request)
    assert found(cast.admin, "zebrastripe") == 0


def test_a_picture_is_shown_while_it_runs_and_not_after(cast, boss):
    thread = threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x")[0]
    kept = blobs.put(b"RIFF0000WEBP")
    picture = Picture.objects.create(
        thread=thread, post=thread.posts.get(), uploaded_by=cast.member, sha256=kept, thumbnail_sha256=kept,
        width=1, height=1,
    )  # fmt: skip
    client, address = Client(), f"/pictures/{picture.public_id}/"
    client.force_login(cast.admin)
    assert client.get(address).status_code == 404
    request = opened(cast.admin, boss, cast.spaces["hidden"])
    assert client.get(address).status_code == 200
    archive.end_access(administrator=boss, request=request)
    assert client.get(address).status_code == 404


def test_the_managers_are_told_when_it_begins_and_when_it_ends(cast, boss, hear_everything):
    request = opened(cast.admin, boss, cast.spaces["hidden"])
    hear_everything()
    assert entries(cast.manager) == [(Reason.LOOKS_IN, "Ada Admin")]
    assert entries(cast.member) == []
    archive.end_access(administrator=cast.admin, request=request)
    hear_everything()
    assert {reason for reason, _name in entries(cast.manager)} == {Reason.LOOKS_IN, Reason.LOOKED_IN}
    client = Client()
    client.force_login(cast.manager)
    assert "Ada Admin may no longer read here" in as_read(client.get("/inbox/").content.decode())


def test_an_end_by_the_clock_is_told_too(cast, boss, hear_everything):
    opened(cast.admin, boss, cast.spaces["hidden"])
    with clock.set_to(clock.now() + dt.timedelta(hours=5)):
        archive.put_away()
        hear_everything()
        assert (Reason.LOOKED_IN, "Ada Admin") in entries(cast.manager)


def test_nobody_in_the_group_is_told_of_a_request_that_was_not_approved(cast, boss, hear_everything):
    archive.refuse_access(administrator=boss, request=asked(cast.admin, cast.spaces["hidden"]))
    hear_everything()
    assert [row.person for row in Notification.objects.all()] == [cast.admin], "the one who asked, and nobody else"


def test_the_author_of_a_restricted_thread_is_told_and_led_to_it(cast, boss, hear_everything):
    named = groups.make_named_readers(author=cast.member, readers=[cast.manager])
    thread = threads.post_thread(author=cast.member, spaces=named, source="x")[0]
    opened(cast.admin, boss, f"/threads/{thread.public_id}/")
    hear_everything()
    row = Notification.objects.shown_to(cast.member).get(reason=Reason.LOOKS_IN)
    assert row.address == f"/threads/{thread.public_id}/"


def test_who_looks_in_is_told_of_nothing_that_happens_there(cast, boss, hear_everything):
    hidden = cast.spaces["hidden"]
    opened(cast.admin, boss, hidden)
    thread = threads.post_thread(author=cast.member, spaces=hidden, source="x")[0]
    follow(person=cast.admin, thread=thread)
    mention = f"[@Ada](person:{cast.admin.public_id}) look"
    posts.reply(author=cast.manager, thread=Thread.objects.get(pk=thread.pk), source=mention)
    hear_everything()
    assert not Notification.objects.filter(person=cast.admin, about="").exists()
    assert not policy.readers(hidden).filter(pk=cast.admin.pk).exists()


def test_what_is_read_by_break_glass_stays_out_of_the_readers_own_feed(cast, boss):
    opened(cast.admin, boss, cast.spaces["hidden"])
    threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x")
    assert cast.spaces["hidden"].public_id not in feeds.walls_watched(cast.admin)
    client = Client()
    client.force_login(cast.admin)
    assert "The hidden group" not in client.get("/").content.decode()
