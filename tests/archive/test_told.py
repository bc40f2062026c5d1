"""Who is told of a request by break-glass: the administrators who can decide, then the one who asked; never a name."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import translation

from archive import services as archive
from kit.models import Fact
from notifications.live import InboxStream
from notifications.models import Notification
from notifications.queries import unread_count
from people import services as people
from tests.archive.cast import asked, opened, second_administrator
from tests.conftest import make_person
from tests.opened import knock


@pytest.fixture
def boss(cast):
    return second_administrator()


def told(person) -> list[tuple[str, str]]:
    rows = Notification.objects.shown_to(person).exclude(about="")
    return [(row.reason, row.actor.display_name) for row in rows]


def inbox(person) -> str:
    client = Client()
    client.force_login(person)
    return client.get("/inbox/").content.decode()


def test_the_other_administrators_are_told_that_somebody_asks_and_nobody_else_is(cast, boss, hear_everything):
    third = make_person("Cy Chief", is_administrator=True)
    asked(cast.admin, cast.spaces["hidden"])
    hear_everything()
    assert told(boss) == told(third) == [("asks_access", "Ada Admin")]
    assert unread_count(boss) == 1
    assert not any(told(person) for person in (cast.admin, cast.manager, cast.member, cast.outsider, cast.guest))


def test_the_entry_leads_to_the_page_and_names_no_group(cast, boss, hear_everything):
    asked(cast.admin, cast.spaces["hidden"])
    hear_everything()
    page = inbox(boss)
    assert 'href="/admin/access/"' in page and "you can decide" in page and "Needs you" in page
    assert cast.spaces["hidden"].name not in page and cast.spaces["hidden"].public_id not in page


def test_a_request_for_a_hidden_group_and_one_for_nothing_are_told_alike(cast, boss, hear_everything):
    def entry(address):
        request = asked(cast.admin, address)
        hear_everything()
        row = Notification.objects.shown_to(boss).get(about=request.public_id)
        return row.title, row.sentence, row.address, row.place, row.quote, row.count

    there = entry(cast.spaces["hidden"])
    assert there == entry(f"/groups/{'a' * len(cast.spaces['hidden'].public_id)}/")


@pytest.mark.parametrize(
    ("decide", "reason"), [(archive.approve_access, "got_access"), (archive.refuse_access, "no_access")]
)
def test_who_asked_is_told_of_the_decision_and_the_others_have_nothing_left_to_do(
    cast, boss, hear_everything, decide, reason
):
    third = make_person("Cy Chief", is_administrator=True)
    request = asked(cast.admin, cast.spaces["hidden"])
    hear_everything()
    decide(administrator=boss, request=request)
    hear_everything()
    assert told(cast.admin) == [(reason, "Bo Boss")] and unread_count(cast.admin) == 1
    assert told(boss) == told(third) == [] and unread_count(boss) == unread_count(third) == 0
    assert not Notification.objects.filter(reason="asks_access", read_at=None).exists()
    assert cast.spaces["hidden"].name not in str([row.title for row in Notification.objects.shown_to(cast.admin)])


def test_who_asked_for_what_is_not_there_is_told_so(cast, boss, hear_everything):
    opened(cast.admin, boss, f"/threads/{'a' * len(cast.spaces['open'].public_id)}/")
    hear_everything()
    assert told(cast.admin) == [("got_nothing", "Bo Boss")]


def test_a_request_taken_back_before_anybody_heard_of_it_is_told_to_nobody(cast, boss, hear_everything):
    archive.withdraw_access_request(administrator=cast.admin, request=asked(cast.admin, cast.spaces["hidden"]))
    hear_everything()
    assert told(boss) == told(cast.admin) == [] and not Notification.objects.exclude(about="").exists()


def test_hearing_it_twice_tells_once_and_what_was_put_away_stays_away(cast, boss, hear_everything):
    asked(cast.admin, cast.spaces["hidden"])
    hear_everything()
    Notification.objects.filter(person=boss).update(done_at=Fact.objects.latest("pk").told_at)
    Fact.objects.filter(name="access.asked").update(heard_at=None, heard_by=[])
    hear_everything()
    assert told(boss) == [] and Notification.objects.filter(person=boss).exclude(about="").count() == 1


def test_who_administers_no_more_reads_nothing_of_it(cast, boss, hear_everything):
    asked(cast.admin, cast.spaces["hidden"])
    hear_everything()
    people.end_administrator(by=cast.admin, person=boss)
    boss.refresh_from_db()
    assert told(boss) == [] and unread_count(boss) == 0


def test_a_decision_moves_nothing_in_the_inbox_of_who_administers_no_more(cast, boss, hear_everything):
    """Their entry is shown no more; a frame to an open tab would tell that somebody decided just now."""
    request = asked(cast.admin, cast.spaces["hidden"])
    hear_everything()
    people.end_administrator(by=cast.admin, person=boss)
    before = InboxStream().states([boss.pk])[boss.pk]
    archive.withdraw_access_request(administrator=cast.admin, request=request)
    hear_everything()
    assert InboxStream().states([boss.pk])[boss.pk] == before


def test_the_managers_are_told_of_the_group_as_before(cast, boss, hear_everything):
    opened(cast.admin, boss, cast.spaces["hidden"])
    hear_everything()
    rows = Notification.objects.filter(reason="looks_in", space=cast.spaces["hidden"])
    assert rows.exists() and all(row.about == "" for row in rows)


def test_it_is_said_in_french_too(cast, boss, hear_everything):
    asked(cast.admin, cast.spaces["hidden"])
    hear_everything()
    row = Notification.objects.shown_to(boss).get()
    english = (row.title, row.sentence)
    with translation.override("fr"):
        assert "bris de glace" in row.title.lower() and row.title != english[0] and row.sentence != english[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
@pytest.mark.usefixtures("log_of_transactions", "fresh_hub")
async def test_the_badge_on_an_open_page_counts_along(cast, hear_everything):
    boss = await sync_to_async(second_administrator)()
    socket, accepted, _ = await knock(boss)
    assert accepted
    await socket.send_json_to({"type": "watch", "streams": {f"inbox:{boss.public_id}": 0}})
    await socket.receive_json_from(timeout=3)
    request = await sync_to_async(asked)(cast.admin, cast.spaces["hidden"])
    await sync_to_async(hear_everything)()
    assert await _badge(socket) == 1
    await sync_to_async(archive.withdraw_access_request)(administrator=cast.admin, request=request)
    await sync_to_async(hear_everything)()
    assert await _badge(socket) == 0


async def _badge(socket) -> int:
    async with asyncio.timeout(5):
        while (frame := await socket.receive_json_from(timeout=5))["type"] != "inbox":
            pass
    return frame["unread"]
