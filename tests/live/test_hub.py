"""The hub: who gets which frame, and who gets none, with real sockets of the consumer."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import F

from groups import policy
from groups.models import Membership, Space
from kit import slots
from live import hub as hub_module
from live import push
from live.routing import sockets
from live.streams import StreamState
from tests.opened import knock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


class SpaceStream:
    """A stream per space: the simplest kind there can be, so that the hub is tested without walls."""

    name = "space"
    versions: dict[int, int] = {}

    def open(self, viewer, public_ids):
        rows = policy.spaces_for(viewer).filter(public_id__in=public_ids)
        return {space.public_id: self._state(space) for space in rows}

    def states(self, keys):
        return {space.pk: self._state(space) for space in Space.objects.filter(pk__in=keys)}

    def readers(self, key, person_ids):
        space = Space.objects.get(pk=key)
        return set(policy.readers(space).filter(pk__in=person_ids).values_list("pk", flat=True))

    def _state(self, space):
        return StreamState(space.pk, (space.epoch,), self.versions.get(space.pk, 0))


@pytest_asyncio.fixture(autouse=True)
async def kind(fresh_hub):
    slots.fill("live.streams", "space", SpaceStream())
    SpaceStream.versions.clear()
    yield
    slots._filled["live.streams"].pop("space")


async def _watch(socket, space) -> dict:
    await socket.send_json_to({"type": "watch", "streams": {f"space:{space.public_id}": 0}})
    return await socket.receive_json_from(timeout=3)


def _state(space) -> StreamState:
    space.refresh_from_db()
    return StreamState(space.pk, (space.epoch,), SpaceStream.versions.get(space.pk, 0) + 1)


async def _push(space, **frame):
    state = await sync_to_async(_state)(space)
    await asyncio.to_thread(push.push, "space", state, {"": {"type": "post", **frame}})


def _remove(space, person):
    Membership.objects.filter(space=space, person=person).delete()
    Space.objects.filter(pk=space.pk).update(epoch=F("epoch") + 1)


async def test_a_member_hears_what_happens_in_a_hidden_group(cast):
    socket, accepted, _ = await knock(cast.member)
    assert accepted
    answer = await _watch(socket, cast.spaces["hidden"])
    assert list(answer["versions"]) == [f"space:{cast.spaces['hidden'].public_id}"]
    await _push(cast.spaces["hidden"], text="hello")
    assert (await socket.receive_json_from(timeout=3))["text"] == "hello"
    await socket.disconnect()


async def test_an_outsider_is_answered_the_same_for_a_hidden_group_and_for_nothing(cast):
    socket, _, _ = await knock(cast.outsider)
    hidden = f"space:{cast.spaces['hidden'].public_id}"
    nothing = "space:" + "0" * 26
    await socket.send_json_to({"type": "watch", "streams": {hidden: 0, nothing: 0}})
    answer = await socket.receive_json_from(timeout=3)
    assert answer == {"type": "watching", "versions": {}, "gone": [hidden, nothing]}
    await _push(cast.spaces["hidden"], text="secret")
    assert await socket.receive_nothing(timeout=0.3)
    await socket.disconnect()


async def test_no_frame_reaches_a_removed_member_even_when_nobody_told_the_hub(cast):
    space = cast.spaces["hidden"]
    socket, _, _ = await knock(cast.leaver)
    await _watch(socket, space)
    await sync_to_async(_remove)(space, cast.leaver)
    await _push(space, text="after the removal")
    frame = await socket.receive_json_from(timeout=3)
    assert frame == {"type": "gone", "stream": f"space:{space.public_id}"}
    assert await socket.receive_nothing(timeout=0.3)
    await socket.disconnect()


async def test_the_poll_ends_a_watch_within_two_seconds_without_any_event(cast):
    space = cast.spaces["closed"]
    socket, _, _ = await knock(cast.leaver)
    await _watch(socket, space)
    await sync_to_async(_remove)(space, cast.leaver)
    assert (await socket.receive_json_from(timeout=2))["type"] == "gone"
    await socket.disconnect()


async def test_a_version_that_no_frame_told_of_is_announced_by_the_poll(cast):
    space = cast.spaces["open"]
    socket, _, _ = await knock(cast.member)
    await _watch(socket, space)
    SpaceStream.versions[space.pk] = 9
    frame = await socket.receive_json_from(timeout=3)
    assert (frame["type"], frame["version"]) == ("version", 9)
    await socket.disconnect()


async def test_deactivation_closes_the_socket(cast):
    socket, _, _ = await knock(cast.member)
    await _watch(socket, cast.spaces["open"])

    def deactivate():
        cast.member.is_active = False
        cast.member.epoch += 1
        cast.member.save()

    await sync_to_async(deactivate)()
    assert (await socket.receive_output(timeout=3))["type"] == "websocket.close"


async def test_the_end_of_one_session_closes_its_sockets_and_no_others(cast):
    first, _, key = await knock(cast.member)
    second, _, _ = await knock(cast.member)
    for socket in (first, second):
        await _watch(socket, cast.spaces["open"])
    await sync_to_async(SessionStore(key).delete)()
    await asyncio.to_thread(push.revoke_now, person_ids=[cast.member.pk])
    assert (await first.receive_output(timeout=3))["type"] == "websocket.close"
    await _push(cast.spaces["open"], text="still here")
    assert (await second.receive_json_from(timeout=3))["text"] == "still here"
    await second.disconnect()


@pytest.mark.parametrize(
    "origin", [b"http://evil.test", b"null", b"", b"http://localhost.evil.test", b"http://localhost:99"]
)
async def test_a_page_of_another_origin_opens_no_socket(cast, origin):
    _, accepted, _ = await knock(cast.member, origin=origin)
    assert not accepted


async def test_nobody_signed_in_opens_no_socket(cast):
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    socket = WebsocketCommunicator(sockets, "/live/", headers=headers)
    accepted, _ = await socket.connect()
    assert not accepted


async def test_an_eleventh_socket_of_one_person_is_refused(cast):
    opened = [await knock(cast.member) for _ in range(hub_module.SOCKETS_PER_PERSON)]
    assert all(accepted for _, accepted, _ in opened)
    _, accepted, _ = await knock(cast.member)
    assert not accepted
    for socket, _, _ in opened:
        await socket.disconnect()


@pytest.mark.parametrize(
    "text", ["[", '{"type":"watch"}', '{"type":"watch","streams":{},"as":"admin"}', "x" * 70_000, "[" * 5000]
)
async def test_a_frame_our_client_would_not_send_ends_the_socket(cast, text):
    socket, _, _ = await knock(cast.member)
    await socket.send_to(text_data=text)
    assert (await socket.receive_output(timeout=3))["type"] == "websocket.close"


async def test_a_reader_that_does_not_read_is_cut_off_and_others_are_not_kept_waiting(cast):
    from live.sockets import FRAMES_WAITING, Socket

    stuck = asyncio.Event()
    closed = []

    async def send(text):
        await stuck.wait()

    async def close(code):
        closed.append(code)

    slow = Socket(person_id=1, epoch=1, session_key="", language="en", card={}, send=send, close=close)
    for number in range(FRAMES_WAITING + 2):
        slow.send_text(json.dumps(number))
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert closed and not slow.is_open


async def test_frames_are_held_while_the_database_cannot_be_read(cast):
    space = cast.spaces["open"]
    socket, _, _ = await knock(cast.member)
    await _watch(socket, space)
    hub = hub_module.running_hub()
    hub.seen_at -= 60
    state = await sync_to_async(_state)(space)
    message = {
        "kind": "space",
        "key": space.pk,
        "rights": list(state.rights),
        "version": 1,
        "frames": {"": {"type": "post"}},
    }
    await hub.dispatch(message)
    assert await socket.receive_nothing(timeout=0.1)
    await socket.disconnect()


async def test_who_joins_while_the_rule_is_asked_for_the_others_is_not_told_that_it_is_gone(cast, monkeypatch):
    space, gate = cast.spaces["hidden"], threading.Event()
    first, _, _ = await knock(cast.member)
    await _watch(first, space)
    second, _, _ = await knock(cast.leaver)
    hub, ask = hub_module._hub, SpaceStream.readers
    monkeypatch.setattr(SpaceStream, "readers", lambda *args: gate.wait(5) and ask(*args))
    stream = hub.streams["space", space.pk]
    checking = asyncio.create_task(hub._check(stream, stream.rights))
    await asyncio.sleep(0.1)
    assert (await _watch(second, space))["type"] == "watching"
    gate.set()
    await checking
    await _push(space, text="to both")
    for socket in (first, second):
        assert (await socket.receive_json_from(timeout=3)).get("text") == "to both"
        await socket.disconnect()


async def test_who_joins_while_the_last_watcher_is_let_go_hears_what_comes(cast):
    space = cast.spaces["hidden"]
    first, _, _ = await knock(cast.leaver)
    await _watch(first, space)
    second, _, _ = await knock(cast.member)
    await sync_to_async(_remove)(space, cast.leaver)
    assert (await _watch(second, space))["type"] == "watching"
    await _push(space, text="to who is left")
    assert (await second.receive_json_from(timeout=3)).get("text") == "to who is left"
    assert await first.receive_json_from(timeout=3) == {"type": "gone", "stream": f"space:{space.public_id}"}
    for socket in (first, second):
        await socket.disconnect()


async def test_a_frame_sent_between_the_look_and_the_joining_is_one_the_client_asks_for(cast):
    space = cast.spaces["open"]
    first, _, _ = await knock(cast.member)
    await _watch(first, space)
    await _push(space, text="sent already")  # version 1, which the second one's look at the database missed
    assert (await first.receive_json_from(timeout=3))["text"] == "sent already"
    second, _, _ = await knock(cast.leaver)
    answer = await _watch(second, space)
    assert answer["versions"] == {f"space:{space.public_id}": 1}
    for socket in (first, second):
        await socket.disconnect()


async def test_who_is_removed_while_the_rule_is_asked_for_them_watches_nothing(cast, monkeypatch):
    """Granted before the removal, joined after its check: nobody would look again until the next poll."""
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 60)
    space = cast.spaces["hidden"]
    staying, _, _ = await knock(cast.member)
    await _watch(staying, space)
    leaving, _, _ = await knock(cast.leaver)
    opened = SpaceStream.open

    def open_and_remove(self, viewer, public_ids):
        granted = opened(self, viewer, public_ids)
        if viewer == cast.leaver and Membership.objects.filter(space=space, person=viewer).exists():
            _remove(space, viewer)
            push.revoke_now()
        return granted

    monkeypatch.setattr(SpaceStream, "open", open_and_remove)
    name = f"space:{space.public_id}"
    assert await _watch(leaving, space) == {"type": "watching", "versions": {}, "gone": [name]}
    await staying.send_json_to({"type": "typing", "stream": name})
    assert await leaving.receive_nothing(timeout=0.5)
    for socket in (staying, leaving):
        await socket.disconnect()
