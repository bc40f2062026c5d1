"""One hub per process: hears each event once, and sends it straight to the sockets that may have it.

Frames are hints, the database is the truth. Three things make that safe:

* a frame carries the *rights* of its stream as they were after the commit; a hub that has checked its watchers
  against older rights asks the rule again, for all of them in one query, before it sends (rights epoch);
* once a second the hub reads rights and versions of everything watched: lost rights end a watch, and a version
  ahead of what was sent is announced, so a dropped frame heals within 2 s;
* while that reading fails the hub sends nothing (it fails closed) and catches up when it works again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from channels.layers import get_channel_layer
from django.db import close_old_connections

from live import streams
from live.accounts import open_sessions
from live.sockets import Socket

log = logging.getLogger("parvis.live")

POLL_SECONDS = 1.0
# Longer without a good look at the database, and frames are held back.
BLIND_SECONDS = 3.0
SOCKETS_PER_PERSON = 10
WATCHES_PER_SOCKET = 100
PRESENCE_SECONDS = 1.0

StreamId = tuple[str, int]


class Stream:
    """What the hub knows of one watched stream."""

    __slots__ = ("here_changed", "id", "public_id", "rights", "sockets", "version")

    def __init__(self, stream_id: StreamId, public_id: str, state: streams.StreamState) -> None:
        self.id = stream_id
        self.public_id = public_id
        self.rights = state.rights
        self.version = state.version
        self.sockets: set[Socket] = set()
        self.here_changed = False

    @property
    def name(self) -> str:
        """What the client calls it: ``thread:<public id>``."""
        return f"{self.id[0]}:{self.public_id}"


class Hub:
    """The hub of this process; made when its first socket opens, on the server's loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.layer = get_channel_layer()
        self.streams: dict[StreamId, Stream] = {}
        self.people: dict[int, set[Socket]] = defaultdict(set)
        self.channel = ""
        self.seen_at = time.monotonic()
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")
        self._tasks: list[asyncio.Task] = []

    # Starting, stopping ------------------------------------------------------------------------------------------

    async def start(self) -> None:
        self.channel = await self.layer.new_channel("live")
        self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._poll())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    # Sockets -----------------------------------------------------------------------------------------------------

    def join(self, socket: Socket) -> bool:
        """Take a socket in; False when its person has too many already."""
        if len(self.people[socket.person_id]) >= SOCKETS_PER_PERSON:
            return False
        self.people[socket.person_id].add(socket)
        return True

    async def leave(self, socket: Socket) -> None:
        self.people[socket.person_id].discard(socket)
        if not self.people[socket.person_id]:
            del self.people[socket.person_id]
        for stream_id in list(socket.watched):
            await self._unwatch(socket, stream_id)

    async def watch(self, socket: Socket, wanted: dict[str, int]) -> None:
        """Let ``socket`` watch exactly the streams named in ``wanted`` (name → version on its screen).

        What the rule does not grant, and what does not exist, is answered alike: ``gone``.
        """
        asked = _by_kind(list(wanted)[:WATCHES_PER_SOCKET])
        granted = await self._ask(lambda: _open_all(socket.person_id, asked))
        names = {f"{kind}:{public_id}": (kind, public_id, state) for kind, public_id, state in granted}
        keep = {(kind, state.key) for kind, _, state in granted}
        for stream_id in [s for s in socket.watched if s not in keep]:
            await self._unwatch(socket, stream_id)
        for kind, public_id, state in granted:
            await self._watch_one(socket, (kind, state.key), public_id, state)
        versions = {name: entry[2].version for name, entry in names.items()}
        socket.send({"type": "watching", "versions": versions, "gone": [n for n in wanted if n not in names]})

    async def _watch_one(self, socket: Socket, stream_id: StreamId, public_id: str, state: streams.StreamState) -> None:
        stream = self.streams.get(stream_id)
        if stream is None:
            stream = self.streams[stream_id] = Stream(stream_id, public_id, state)
            await self.layer.group_add(streams.group_name(*stream_id), self.channel)
        elif stream.rights != state.rights:
            await self._check(stream, state.rights)
        # The rights may have changed while we joined the group; the poll compares them within a second.
        stream.sockets.add(socket)
        socket.watched.add(stream_id)
        stream.here_changed = True

    async def _unwatch(self, socket: Socket, stream_id: StreamId) -> None:
        socket.watched.discard(stream_id)
        stream = self.streams.get(stream_id)
        if stream is None:
            return
        stream.sockets.discard(socket)
        stream.here_changed = True
        if not stream.sockets:
            del self.streams[stream_id]
            await self.layer.group_discard(streams.group_name(*stream_id), self.channel)

    # Events ------------------------------------------------------------------------------------------------------

    async def _hear(self) -> None:
        while True:
            try:
                message = await self.layer.receive(self.channel)
                await self.dispatch(message)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("an event was not dispatched; the poll will make up for it")
                await asyncio.sleep(0.1)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Send one event to the watchers of its stream, after asking the rule again where rights have moved."""
        stream = self.streams.get((message["kind"], message["key"]))
        if stream is None or self.is_blind:
            return
        rights = message.get("rights")
        # SECURITY: the event's rights were read after its commit; a check older than that proves nothing.
        if rights is not None and tuple(rights) != stream.rights:
            await self._check(stream, tuple(rights))
        version = message.get("version")
        if version is not None:
            stream.version = max(stream.version, version)
        frames = {language: {**frame, "stream": stream.name} for language, frame in message["frames"].items()}
        _send_all(stream.sockets, frames, skip=message.get("from"))

    @property
    def is_blind(self) -> bool:
        """True while the database could not be read for longer than frames may be trusted."""
        return time.monotonic() - self.seen_at > BLIND_SECONDS

    # Rights and convergence --------------------------------------------------------------------------------------

    async def _check(self, stream: Stream, rights: tuple) -> None:
        """Ask the rule for all watchers of ``stream`` in one query; those who lost sight of it are let go."""
        kind, key = stream.id
        people = {socket.person_id for socket in stream.sockets}
        allowed = await self._ask(lambda: streams.kinds()[kind].readers(key, people)) if people else set()
        stream.rights = rights
        for socket in [s for s in stream.sockets if s.person_id not in allowed]:
            socket.send({"type": "gone", "stream": stream.name})
            await self._unwatch(socket, stream.id)

    async def close_session(self, session_key: str) -> None:
        """Close the sockets of one session, whatever the database still says of it."""
        for socket in [s for sockets in self.people.values() for s in sockets if s.session_key == session_key]:
            await self.leave(socket)
            socket.close()

    async def recheck_people(self, person_ids: Iterable[int]) -> None:
        """Close the sockets of closed accounts and ended sessions, and check every watch of these people."""
        mine = {socket for pk in person_ids for socket in self.people.get(pk, ())}
        if not mine:
            return
        alive = await self._ask(lambda: open_sessions({s.person_id: s.epoch for s in mine}, _sessions(mine)))
        for socket in mine:
            if (epoch := alive.get((socket.person_id, socket.session_key))) is None:
                await self.leave(socket)
                socket.close()
            else:
                socket.epoch = epoch
        for stream_id in {stream_id for socket in mine for stream_id in socket.watched}:
            if stream := self.streams.get(stream_id):
                await self._check(stream, stream.rights)

    async def recheck_streams(self) -> None:
        """Compare rights and versions of everything watched with the database, and act on each difference."""
        by_kind: dict[str, list[int]] = defaultdict(list)
        for kind, key in self.streams:
            by_kind[kind].append(key)
        states = await self._ask(lambda: _states_all(by_kind))
        self.seen_at = time.monotonic()
        for stream in list(self.streams.values()):
            state = states.get(stream.id)
            if state is None:
                await self._check(stream, ())
            elif state.rights != stream.rights:
                await self._check(stream, state.rights)
            if state is not None and state.version > stream.version:
                stream.version = state.version
                frame = {"type": "version", "stream": stream.name, "version": state.version}
                _send_all(stream.sockets, {"": frame})

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.recheck_streams()
                epochs = {pk: max(s.epoch for s in sockets) for pk, sockets in list(self.people.items()) if sockets}
                moved = await self._ask(lambda epochs=epochs: _moved_people(epochs))
                await self.recheck_people(moved)
                self._tell_who_is_here()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("the live hub could not read the database: %s", type(error).__name__)

    # Presence ----------------------------------------------------------------------------------------------------

    def _tell_who_is_here(self) -> None:
        for stream in list(self.streams.values()):
            if not stream.here_changed or stream.id[0] != "thread":
                continue
            stream.here_changed = False
            here = {s.person_id: s.card for s in stream.sockets}
            frame = {"type": "here", "stream": stream.name, "people": list(here.values())[:20], "count": len(here)}
            _send_all(stream.sockets, {"": frame})

    async def typing(self, socket: Socket, name: str) -> None:
        """Tell the other watchers of a thread that somebody is writing in it."""
        stream = next((self.streams[s] for s in socket.watched if self.streams[s].name == name), None)
        if stream is None:
            return
        message = {
            "type": "live.event",
            "kind": stream.id[0],
            "key": stream.id[1],
            "from": socket.person_id,
            "frames": {"": {"type": "typing", "person": socket.card}},
        }
        await self.layer.group_send(streams.group_name(*stream.id), message)

    async def _ask(self, question: Callable[[], Any]) -> Any:
        """Run a question to the database off the loop, on the hub's own threads."""
        return await self.loop.run_in_executor(self._pool, _with_fresh_connection, question)


def _with_fresh_connection(question: Callable[[], Any]) -> Any:
    close_old_connections()
    try:
        return question()
    finally:
        close_old_connections()


def _send_all(sockets: Iterable[Socket], frames: dict[str, dict], skip: int | None = None) -> None:
    """Encode each language's frame once and hand the same text to every socket."""
    encoded = {language: Socket.encode(frame) for language, frame in frames.items()}
    default = encoded.get("") or next(iter(encoded.values()))
    for socket in list(sockets):
        if socket.person_id != skip:
            socket.send_text(encoded.get(socket.language, default))


def _by_kind(names: Iterable[str]) -> dict[str, list[str]]:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in names:
        kind, _, public_id = name.partition(":")
        by_kind[kind].append(public_id)
    return by_kind


def _open_all(person_id: int, asked: dict[str, list[str]]) -> list[tuple[str, str, streams.StreamState]]:
    from people.models import Person

    viewer = Person.objects.filter(pk=person_id).first()
    known = streams.kinds()
    if viewer is None or not viewer.may_sign_in:
        return []
    return [
        (kind, public_id, state)
        for kind, public_ids in asked.items()
        if kind in known
        for public_id, state in known[kind].open(viewer, public_ids).items()
    ]


def _states_all(by_kind: dict[str, list[int]]) -> dict[StreamId, streams.StreamState]:
    known = streams.kinds()
    return {(kind, key): state for kind, keys in by_kind.items() for key, state in known[kind].states(keys).items()}


def _sessions(sockets: Iterable[Socket]) -> dict[int, set[str]]:
    keys: dict[int, set[str]] = defaultdict(set)
    for socket in sockets:
        keys[socket.person_id].add(socket.session_key)
    return keys


def _moved_people(epochs: dict[int, int]) -> list[int]:
    from live.accounts import moved

    return moved(epochs)


_hub: Hub | None = None


async def get_hub() -> Hub:
    """The hub of the running loop, started when first asked for."""
    global _hub
    if _hub is None or _hub.loop is not asyncio.get_running_loop():
        _hub = Hub()
        await _hub.start()
    return _hub


def running_hub() -> Hub | None:
    """The hub of this process, from any thread; None where no socket was ever opened."""
    return _hub if _hub is not None and _hub.loop.is_running() else None
