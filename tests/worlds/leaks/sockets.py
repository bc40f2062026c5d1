"""Mistakes of open tabs: who may watch, who is told, what a frame says, and when it ends."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import Max

from groups.models import Space
from live import here
from live.hub import Hub
from live.presence import Presence
from live.sockets import Socket
from notifications.live import InboxStream
from notifications.models import Notification
from people.models import Person
from tests.worlds.addresses import UNUSED, Known
from tests.worlds.company import last_id, mention
from tests.worlds.leaks.planting import Script, instead, leak
from tests.worlds.recording import Answer
from tests.worlds.sockets import Tabs, tabs
from tests.worlds.world import World
from walls import live as walls
from walls.models import Thread

Mistake = AbstractContextManager[Any]


# Scripts: what Emil's tab is sent -------------------------------------------------------------------------------------
def _answers(frames: list[str]) -> list[Answer]:
    return [Answer(0, (), frame.encode()) for frame in frames]


def _guessed(world: World, known: Known) -> list[str]:
    hidden = known.hidden
    names = [f"{kind}:{hidden['hidden thread']}" for kind in ("thread", "row")]
    names += [f"{kind}:{hidden['hidden space']}" for kind in ("wall", "readers")]
    mine = [f"thread:{known.own['question']}", f"inbox:{world.people['emil'].public_id}"]
    return [*mine, *names, f"inbox:{world.people['hugo'].public_id}", f"thread:{UNUSED}", f"wall:{UNUSED}"]


def _reply_inside(inside: World) -> None:
    said = f"{mention(inside, 'hugo')} nobody outside hears this."
    inside.act("hanna", f"/threads/{inside.things['hidden thread']}/reply/", {"body": said})


def _emil_watches(while_he_does: Any = None) -> Script:
    """Emil watches what he may and what he guesses, while something goes on inside."""

    def script(world: World, known: Known) -> list[Answer]:
        world.clock.next_public()
        with tabs() as open_tabs:
            open_tabs.open("emil", world.browsers["emil"], _guessed(world, known))
            seen = open_tabs.turn()["emil"]
            if world.private is not None:
                if while_he_does is not None:
                    while_he_does(world, open_tabs)
                world.play_privately(_reply_inside)
            seen += open_tabs.turn()["emil"]
        return _answers(seen)

    return script


def _hugo_opens(world: World, open_tabs: Tabs) -> None:
    open_tabs.open("hugo", world.browsers["hugo"], [f"thread:{world.things['hidden thread']}"])


def _hugo_types(world: World, open_tabs: Tabs) -> None:
    _hugo_opens(world, open_tabs)
    open_tabs.say("hugo", {"type": "typing", "stream": f"thread:{world.things['hidden thread']}"})


def _removed(world: World, known: Known) -> list[Answer]:
    """Nora comes in, has a tab open, and is removed; what she is sent from then on."""
    world.clock.next_public()
    nora, space = world.people["nora"].public_id, known.hidden["hidden space"]
    with tabs() as open_tabs:
        if world.private is not None:
            world.play_privately(lambda inside: _come_in(inside, space))
        watched = [f"thread:{known.hidden['hidden thread']}", f"wall:{space}"]
        open_tabs.open("nora", world.browsers["nora"], watched)
        open_tabs.turn()
        if world.private is not None:
            world.play_privately(lambda inside: inside.act("hanna", f"/groups/{space}/members/{nora}/remove/"))
        open_tabs.turn()
        if world.private is not None:
            world.play_privately(_reply_inside)
        sent = open_tabs.turn()["nora"]
    if world.private is not None:  # she is invited again, as she was before: others look for that
        world.play_privately(lambda inside: _invite(inside, space))
    return _answers(sent)


def _invite(inside: World, space: str) -> None:
    inside.act("hanna", f"/groups/{space}/invite/", {"person": inside.people["nora"].public_id})


def _come_in(inside: World, space: str) -> None:
    _invite(inside, space)
    inside.act("nora", f"/invitations/{last_id(inside, 'nora', '/invitations/', '/invitations/')}/accept/")


# Mistakes -------------------------------------------------------------------------------------------------------------
@leak("real time: socket open after removal", _removed, stays=True)
def whoever_was_let_in_once_goes_on_watching() -> Mistake:
    async def check(hub: Hub, stream: Any, rights: tuple) -> None:
        stream.rights = rights

    return instead(Hub, "_check", lambda real: check)


def _by_key_alone(kind: Any, model: Any) -> Mistake:
    """``kind`` opened for whoever knows a key of ``model``."""

    def opened(stream: Any, viewer: Any, public_ids: Any) -> Any:
        keys = dict(model.objects.filter(public_id__in=public_ids).values_list("pk", "public_id"))
        return {keys[key]: state for key, state in stream.states(list(keys)).items()}

    return instead(kind, "open", lambda real: opened)


@leak("real time: guessed names", _emil_watches())
def a_thread_is_watched_by_whoever_knows_its_id() -> Mistake:
    return _by_key_alone(walls.ThreadStream, Thread)


@leak("real time: guessed names", _emil_watches())
def a_wall_is_watched_by_whoever_knows_its_id() -> Mistake:
    def opened(kind: Any, viewer: Any, public_ids: Any) -> Any:
        keys = dict(Space.objects.filter(public_id__in=public_ids).values_list("pk", "public_id"))
        return {keys[state.key // 2]: state for state in walls._wall_states([2 * key for key in keys])}

    return instead(walls.WallStream, "open", lambda real: opened)


@leak("real time: guessed names", _emil_watches())
def who_reads_a_group_is_watched_by_whoever_knows_its_id() -> Mistake:
    return _by_key_alone(walls.ReadersStream, Space)


@leak("real time: guessed names", _emil_watches())
def an_inbox_is_watched_by_others() -> Mistake:
    return _by_key_alone(InboxStream, Person)


@leak("real time: gone against silence", _emil_watches())
def only_what_there_is_is_said_to_be_gone() -> Mistake:
    there = {*Thread.objects.values_list("public_id", flat=True), *Space.objects.values_list("public_id", flat=True)}

    def make(real: Any) -> Any:
        def send(socket: Socket, frame: dict[str, Any]) -> None:
            if frame["type"] == "watching":
                frame = {**frame, "gone": [name for name in frame["gone"] if name.split(":")[1] in there]}
            real(socket, frame)

        return send

    return instead(Socket, "send", make)


@leak("real time: one stream for all", _emil_watches(_hugo_opens))
def every_tab_hears_that_something_happened() -> Mistake:
    def make(real: Any) -> Any:
        async def dispatch(hub: Hub, message: dict[str, Any]) -> None:
            await real(hub, message)
            for socket in {socket for sockets in hub.people.values() for socket in sockets}:
                socket.send({"type": "version"})

        return dispatch

    return instead(Hub, "dispatch", make)


@leak("membership: presence", _emil_watches(_hugo_opens))
def who_is_here_counts_who_is_anywhere() -> Mistake:
    anywhere = [0]

    def make(real: Any) -> Any:
        def owed(presence: Presence, streams: Any) -> Any:
            streams = list(streams)
            anywhere[0] = len({socket.person_id for stream in streams for socket in stream.sockets})
            for stream in streams:
                stream.here_changed = True
            return real(presence, streams)

        return owed

    stack = contextlib.ExitStack()
    stack.enter_context(instead(Presence, "owed", make))
    counted = instead(here, "frame_of", lambda real: lambda cards: {**real(cards), "count": anywhere[0]})
    stack.enter_context(counted)
    return stack


@leak("membership: typing", _emil_watches(_hugo_types))
def whoever_types_is_seen_everywhere() -> Mistake:
    async def typing(hub: Hub, socket: Socket, name: str) -> None:
        for other in {one for sockets in hub.people.values() for one in sockets} - {socket}:
            other.send({"type": "typing", "person": socket.card})

    return instead(Hub, "typing", lambda real: typing)


@leak("mail and notices: counters", _emil_watches())
def the_version_of_an_inbox_is_that_of_all_inboxes() -> Mistake:
    def states(kind: Any, keys: Any) -> Any:
        newest = Notification.objects.aggregate(newest=Max("changed_at"))["newest"]
        return {key: walls.StreamState(key, (key,), int(newest.timestamp())) for key in keys}

    return instead(InboxStream, "states", lambda real: states)
