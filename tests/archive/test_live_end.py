"""An access ends while a page is open: the socket hears nothing of what is written from then on."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async

from archive import services as archive
from groups.models import TimedAccess
from kit import clock
from kit.facts import HeardFact
from live import hub as hub_module
from people import services as people
from tests.archive.cast import opened, second_administrator
from tests.opened import knock
from walls import live as walls_live
from walls.models import Thread
from walls.services import posts, threads

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.asyncio,
    pytest.mark.usefixtures("log_of_transactions", "fresh_hub"),
]  # fmt: skip


@pytest_asyncio.fixture
async def running(cast):
    """The hidden group's thread, read by break-glass; its administrators and the request."""
    cast.boss = await sync_to_async(second_administrator)()
    cast.thread = (
        await sync_to_async(threads.post_thread)(author=cast.member, spaces=cast.spaces["hidden"], source="x")
    )[0]
    cast.request = await sync_to_async(opened)(cast.admin, cast.boss, cast.spaces["hidden"])
    return cast


async def watch(cast):
    socket, accepted, _ = await knock(cast.admin)
    assert accepted
    names = [
        f"thread:{cast.thread.public_id}",
        *(f"{kind}:{cast.spaces['hidden'].public_id}" for kind in ("wall", "readers")),
    ]
    await socket.send_json_to({"type": "watch", "streams": dict.fromkeys(names, 0)})
    answer = await socket.receive_json_from(timeout=3)
    assert set(answer["versions"]) == set(names)
    return socket


def write(cast) -> None:
    post = posts.reply(author=cast.member, thread=Thread.objects.get(pk=cast.thread.pk), source="after the end")
    fact = HeardFact(0, "post.posted", {"thread": cast.thread.pk, "post": post.pk}, clock.now())
    walls_live.tell_thread(fact)
    walls_live.tell_wall(fact)


def end_by_the_clock(cast) -> None:
    TimedAccess.objects.update(ends_at=clock.now() - dt.timedelta(milliseconds=1))


async def all_frames(socket, seconds: float) -> list[dict]:
    frames, until = [], asyncio.get_running_loop().time() + seconds
    while (left := until - asyncio.get_running_loop().time()) > 0:
        if await socket.receive_nothing(timeout=min(left, 0.2)):
            continue
        frames.append(await socket.receive_json_from(timeout=1))
    return frames


async def test_while_it_runs_the_reader_hears_what_is_written(running):
    socket = await watch(running)
    await sync_to_async(write)(running)
    frames = await all_frames(socket, 1.0)
    assert "after the end" in str([frame.get("html") for frame in frames if frame["type"] == "post"])
    await socket.disconnect()


async def test_no_frame_passes_between_the_end_by_the_clock_and_the_next_look(running, monkeypatch):
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 60)
    monkeypatch.setattr(hub_module, "BLIND_SECONDS", 600)
    socket = await watch(running)
    await sync_to_async(end_by_the_clock)(running)
    await sync_to_async(write)(running)
    frames = await all_frames(socket, 1.5)
    assert {frame["type"] for frame in frames} == {"gone"}
    await socket.disconnect()


async def test_without_any_event_the_watch_ends_within_two_seconds(running):
    socket = await watch(running)
    await sync_to_async(end_by_the_clock)(running)
    frames = await all_frames(socket, 2.0)
    assert [frame["type"] for frame in frames] == ["gone"] * 3
    await socket.disconnect()


async def test_an_end_before_its_time_is_there_before_the_answer(running, monkeypatch):
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 60)
    monkeypatch.setattr(hub_module, "BLIND_SECONDS", 600)
    socket = await watch(running)
    await sync_to_async(archive.end_access)(administrator=running.boss, request=running.request)
    await sync_to_async(write)(running)
    frames = await all_frames(socket, 1.0)
    assert {frame["type"] for frame in frames} == {"gone"}
    await socket.disconnect()


async def test_who_administers_no_more_hears_no_more(running, monkeypatch):
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 60)
    monkeypatch.setattr(hub_module, "BLIND_SECONDS", 600)
    socket = await watch(running)
    await sync_to_async(people.end_administrator)(by=running.boss, person=running.admin)
    await sync_to_async(write)(running)
    frames = await all_frames(socket, 1.0)
    assert {frame["type"] for frame in frames} == {"gone"}
    await socket.disconnect()


async def test_putting_away_what_is_over_moves_no_right_a_second_time(running):
    def rights():
        return walls_live.ThreadStream("thread").states([running.thread.pk])[running.thread.pk].rights

    before = await sync_to_async(rights)()
    later = clock.now() + dt.timedelta(hours=5)

    def over():
        with clock.set_to(later):
            ended = rights()
            archive.put_away()
            return ended, rights()

    ended, put_away = await sync_to_async(over)()
    assert before != ended == put_away
