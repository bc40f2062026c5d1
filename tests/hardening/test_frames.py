"""10,000 frames that no page of ours sends: each ends its own socket at most, and the others go on undisturbed."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from live import consumers
from live import hub as hub_module
from tests.opened import open_socket, session_of
from walls.services import posts, threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio, pytest.mark.usefixtures("fresh_hub")]

# On PostgreSQL fewer: what is in a frame reaches the database in the same few places.
FRAMES = 10_000 if settings.IS_EMBEDDED else 1_500
SEED = 20261123
ODD = (
    *("\ud800", "thread:\ud800", "thread:\x00", "\x00", "\U0001f3f3", "thread:\u202e", "a" * 400, "²", "", "thread:"),
    *(":", "person:1", "thread:" + "0" * 26, "../x", "%s", "inbox:1", "wall:²"),
)
VALUES = (None, True, False, -1, 0, 2**63, 10**400, 1.5, 1e308, [], {}, [[]], "x", "\ud800", {"a": {"b": []}})


def frame(dice: random.Random, thread: str) -> str | bytes:
    """One frame: nearly right, wrong in one place, or no JSON at all."""
    name = dice.choice([*ODD, f"thread:{thread}", f"space:{thread}", thread])
    value = dice.choice(VALUES)
    made = dice.choice([
        {"type": "watch", "streams": {name: dice.choice([0, 5, -1, 2**62, True])}},
        {"type": "watch", "streams": {f"thread:{number:026d}": 0 for number in range(dice.choice([0, 1, 150]))}},
        {"type": "watch", "streams": {name: value}},
        {"type": "watch", "streams": value},
        {"type": "typing", "stream": name},
        {"type": "typing", "stream": value},
        {"type": dice.choice(["post", "live.event", "watching", "gone", "websocket.close", value]), "stream": name},
        {"type": "typing", "stream": name, "user": 1},
        value,
    ])  # fmt: skip
    text = json.dumps(made)
    return dice.choice([
        text, text, text, text, text[: dice.randrange(len(text) + 1)], text.encode(), "[" * 5000, "\ufeff" + text,
        "".join(chr(dice.choice([0, 10, 34, 92, 123, 0x202E, 0x1F600])) for _ in range(40)), '{"type":"watch"' * 3,
        "9" * 5000, "NaN", "x" * (consumers.FRAME_LIMIT + 1),
    ])  # fmt: skip


async def _send(socket, bad: str | bytes) -> bool:
    """Send one frame and let it be taken up; False when the socket was closed for it, or failed."""
    await socket.send_input({"type": "websocket.receive", "bytes" if isinstance(bad, bytes) else "text": bad})
    for _ in range(5):
        await asyncio.sleep(0)
    while not socket.input_queue.empty() and not socket.future.done():
        await asyncio.sleep(0.001)
    said = []
    while not socket.output_queue.empty():
        answer = socket.output_queue.get_nowait()
        answer.get("text", "").encode()  # as the server does before it sends
        said.append(answer["type"])
    return not socket.future.done() and "websocket.close" not in said


async def test_frames_of_nonsense_end_at_most_their_own_socket(cast, monkeypatch):
    # So many a minute are let through here that what is in the frames is what is tested.
    monkeypatch.setattr(consumers, "FRAMES_A_MINUTE", FRAMES)
    post = sync_to_async(threads.post_thread)
    (thread,) = await post(author=cast.member, spaces=cast.spaces["open"], title="Seen", source="by a quiet reader")
    quiet = await open_socket(cast.manager, await sync_to_async(session_of)(cast.manager))
    await quiet.send_json_to({"type": "watch", "streams": {f"thread:{thread.public_id}": 0}})
    assert (await quiet.receive_json_from(timeout=10))["type"] == "watching"

    session = await sync_to_async(session_of)(cast.member)
    dice, sent, opened, crashed = random.Random(SEED), 0, 0, []
    while sent < FRAMES:
        socket = await open_socket(cast.member, session)
        opened, is_open = opened + 1, True
        while is_open and sent < FRAMES:
            bad = frame(dice, thread.public_id)
            is_open = await _send(socket, bad)
            sent += 1
        try:
            await socket.disconnect(timeout=10)
        except Exception as error:
            crashed.append((repr(error)[:200], str(bad)[:80]))
    assert not crashed, f"{len(crashed)} of {opened} sockets"
    assert opened > FRAMES / 10
    assert list(hub_module._hub.people) == [cast.manager.pk], "only the quiet reader is left"

    reply = await sync_to_async(posts.reply)(author=cast.member, thread=thread, source="Still there?")
    heard = ""
    async with asyncio.timeout(10):
        while reply.public_id not in heard and '"version"' not in heard:
            heard = await quiet.receive_from(timeout=10)
    await quiet.disconnect()
