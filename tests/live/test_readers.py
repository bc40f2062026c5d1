"""Threads on real sockets: who loses one hears it before the answer of whoever took it away."""

from __future__ import annotations

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from groups import services as groups
from live import hub as hub_module
from live.routing import sockets
from notifications.live import tell_inbox
from notifications.models import Notification
from walls import services as walls

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture(autouse=True)
async def hub(monkeypatch):
    """A hub that hardly polls: what arrives was told."""
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 60)
    yield
    if hub_module._hub:
        await hub_module._hub.stop()
    hub_module._hub = None


async def watching(person, *streams: str) -> WebsocketCommunicator:
    """An open socket of ``person`` that watches ``streams``, all granted."""
    client = Client()
    await sync_to_async(client.force_login)(person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"cookie", cookie.encode())]
    socket = WebsocketCommunicator(sockets, "/live/", headers=headers)
    assert (await socket.connect())[0]
    await socket.send_json_to({"type": "watch", "streams": dict.fromkeys(streams, 0)})
    answer = await socket.receive_json_from(timeout=5)
    # In the order asked: that in which the database finds them is made by rows of others, too.
    assert list(answer["versions"]) == list(streams)
    return socket


async def test_streams_are_answered_in_the_order_they_were_asked_for_whatever_it_is(cast):
    names = [f"wall:{cast.spaces[kind].public_id}" for kind in ("open", "closed", "common")]
    for asked in (names, names[::-1], [names[1], names[0], names[2]]):
        await (await watching(cast.member, *asked)).disconnect()


async def test_who_is_not_named_sees_a_restricted_thread_go_before_the_answer(cast):
    (thread,) = await sync_to_async(walls.post_thread)(
        author=cast.member, spaces=cast.spaces["closed"], source="Figures", title="Figures"
    )
    names = {f"thread:{thread.public_id}", f"row:{thread.public_id}"}
    losing, staying = [await watching(person, *names) for person in (cast.leaver, cast.manager)]
    await sync_to_async(walls.restrict_thread)(editor=cast.member, thread=thread, readers=[cast.manager])
    heard = [await losing.receive_json_from(timeout=0.5) for _ in names]
    assert {frame["stream"] for frame in heard if frame["type"] == "gone"} == names
    while not await staying.receive_nothing(timeout=0.2):
        assert (await staying.receive_json_from())["type"] != "gone"
    for socket in (losing, staying):
        await socket.disconnect()


async def next_of(socket, *kinds: str) -> dict:
    """The next frame of one of ``kinds``; others pass."""
    while True:
        frame = await socket.receive_json_from(timeout=3)
        if frame["type"] in kinds:
            return frame


async def test_who_writes_in_a_group_hears_that_a_guest_came_in_and_that_one_went(cast, hear_everything):
    space = cast.spaces["closed"]
    await sync_to_async(groups.remove_member)(manager=cast.manager, space=space, person=cast.guest)
    await sync_to_async(hear_everything)()
    name = f"readers:{space.public_id}"
    writer, leaving = [await watching(person, name) for person in (cast.member, cast.leaver)]
    await sync_to_async(groups.add_member)(space=space, person=cast.guest)
    await sync_to_async(hear_everything)()
    assert (await next_of(writer, "readers"))["stream"] == name
    await sync_to_async(groups.leave)(person=cast.leaver, space=space)
    await sync_to_async(hear_everything)()
    assert (await next_of(writer, "readers"))["stream"] == name
    assert (await next_of(leaving, "gone"))["stream"] == name
    for socket in (writer, leaving):
        await socket.disconnect()


async def test_a_guest_who_came_in_untold_is_found_by_the_poll(cast, monkeypatch):
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 0.2)
    space = cast.spaces["hidden"]
    writer = await watching(cast.member, f"readers:{space.public_id}")
    await sync_to_async(groups.add_member)(space=space, person=cast.reader)
    frame = await next_of(writer, "version")
    joined = await sync_to_async(space.memberships.get)(person=cast.reader)
    assert frame["version"] == int(joined.joined_at.timestamp() * 1000)
    await writer.disconnect()


async def test_an_outsider_watches_nobody_s_coming_and_going(cast):
    socket = await watching(cast.outsider)
    hidden, nothing = f"readers:{cast.spaces['hidden'].public_id}", "readers:" + "0" * 26
    await socket.send_json_to({"type": "watch", "streams": {hidden: 0, nothing: 0}})
    answer = await next_of(socket, "watching")
    assert answer == {"type": "watching", "versions": {}, "gone": [hidden, nothing]}
    await socket.disconnect()


async def test_the_badge_that_is_pushed_counts_only_what_one_may_still_read(cast, hear_everything):
    def mention_twice_and_remove() -> None:
        mention = f"[@x](person:{cast.leaver.public_id})"
        for name in ("hidden", "open"):
            walls.post_thread(author=cast.member, spaces=cast.spaces[name], source=mention)
        hear_everything()
        assert Notification.objects.filter(person=cast.leaver).count() == 2
        groups.remove_member(manager=cast.manager, space=cast.spaces["hidden"], person=cast.leaver)

    await sync_to_async(mention_twice_and_remove)()
    socket = await watching(cast.leaver, f"inbox:{cast.leaver.public_id}")
    await sync_to_async(tell_inbox)([cast.leaver.pk])
    assert (await next_of(socket, "inbox"))["unread"] == 1
    await socket.disconnect()


async def test_a_guest_is_shown_who_is_in_the_group_and_nobody_who_only_looks_in(cast, monkeypatch):
    """Every employee reads an open group; a guest knows of those who are in it, and of no other."""
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 0.2)
    (thread,) = await sync_to_async(walls.post_thread)(
        author=cast.member, spaces=cast.spaces["open"], source="Torque", label="shared"
    )
    name = f"thread:{thread.public_id}"
    outsider, guest, member = [await watching(one, name) for one in (cast.outsider, cast.guest, cast.member)]

    async def until(socket, *names: str) -> None:
        while [card["name"] for card in (await next_of(socket, "here"))["people"]] != list(names):
            pass

    await until(member, "Gus Guest", "Max Member", "Otto Outsider")
    frame = await next_of(guest, "here")
    while frame["count"] < 2:
        frame = await next_of(guest, "here")
    assert [card["name"] for card in frame["people"]] == ["Gus Guest", "Max Member"] and frame["count"] == 2
    for who, says in ((outsider, "Otto Outsider"), (member, "Max Member")):
        await who.send_json_to({"type": "typing", "stream": name})
        assert (await next_of(member if who is outsider else outsider, "typing"))["person"]["name"] == says
    assert (await next_of(guest, "typing"))["person"]["name"] == "Max Member"
    for socket in (outsider, guest, member):
        await socket.disconnect()
