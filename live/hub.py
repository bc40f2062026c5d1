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
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from live import here, questions, sending, streams
from live.accounts import moved, open_sessions
from live.ear import Ear
from live.presence import Presence
from live.sockets import Socket, send_all
from live.streams import Stream, StreamId

log = logging.getLogger("parvis.live")
Granted = list[tuple[str, str, streams.StreamState]]

POLL_SECONDS = 0.9
# Between two looks when others ask for one: a hundred removals at once cost a few queries.
LOOK_GAP_SECONDS = 0.05
# Longer without a good look at the database, and frames are held back.
BLIND_SECONDS = 3.0
SOCKETS_PER_PERSON = 10
WATCHES_PER_SOCKET = 100


class Hub:
    """The hub of this process; made when its first socket opens, on the server's loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.ear = Ear(get_channel_layer())
        self.streams: dict[StreamId, Stream] = {}
        self.people: dict[int, set[Socket]] = defaultdict(set)
        self.seen_at = time.monotonic()
        self.presence = Presence(self._send_to, is_alone=not settings.REDIS_URL)
        self._look = asyncio.Event()
        self._checks = 0
        self._is_said_blind = False
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")
        self._tasks: list[asyncio.Task] = []

    async def start(self) -> None:
        await self.ear.open()
        self._tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._poll())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _send_to(self, stream_id: StreamId | None, message: dict[str, Any]) -> None:
        """To all hubs that watch a stream, or to every hub."""
        group = streams.group_name(*stream_id) if stream_id else streams.EVERY_HUB
        sending.send(group, message, loop=self.loop)

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
        asked = questions.by_kind(list(wanted)[:WATCHES_PER_SOCKET])
        granted, checks = await self._granted(socket, asked)
        names = {f"{kind}:{public_id}": (kind, public_id, state) for kind, public_id, state in granted}
        keep = {(kind, state.key) for kind, _, state in granted}
        for stream_id in [s for s in socket.watched if s not in keep]:
            await self._unwatch(socket, stream_id)
        for kind, public_id, state in granted:
            await self._watch_one(socket, (kind, state.key), public_id, state)
        if self._checks != checks:
            still = {(kind, state.key) for kind, _, state in (await self._granted(socket, asked))[0]}
            for stream_id in [s for s in socket.watched if s not in still]:
                await self._unwatch(socket, stream_id)
        names = {name: found for name, found in names.items() if (found[0], found[2].key) in socket.watched}
        # A frame sent after we looked and before the socket joined is one the client has to ask for.
        sent = {stream.name: stream.version for stream in map(self.streams.get, socket.watched) if stream}
        # SECURITY: in the order asked, not in that in which the database found them: rows of others move it.
        versions = {name: max(names[name][2].version, sent.get(name, 0)) for name in wanted if name in names}
        socket.send({"type": "watching", "versions": versions, "gone": [n for n in wanted if n not in names]})

    async def _granted(self, socket: Socket, asked: dict[str, list[str]]) -> tuple[Granted, int]:
        """The streams that the rule grants, and how many checks there had been when it was asked.

        SECURITY: where watchers were checked meanwhile the answer may be of before, and this one was not among them.
        """
        for _again in range(2):
            checks = self._checks
            granted: Granted = await self._ask(lambda: questions.open_all(socket.person_id, asked))
            if checks == self._checks:
                break
        return granted, checks

    async def _watch_one(self, socket: Socket, stream_id: StreamId, public_id: str, state: streams.StreamState) -> None:
        stream = self.streams.get(stream_id)
        if stream is None:
            stream = self.streams[stream_id] = Stream(stream_id, public_id, state)
            stream.sockets.add(socket)
            await self.ear.listen_to(stream)
            if socket not in stream.sockets:  # it lost sight of it while we listened
                return
        elif stream.rights != state.rights:
            await self._check(stream, state.rights)
            if self.streams.get(stream_id) is not stream:  # its last watcher was let go while we asked
                await self._watch_one(socket, stream_id, public_id, state)
                return
        # The rights may have changed while we joined the group; the poll compares them within a second.
        stream.sockets.add(socket)
        socket.watched.add(stream_id)
        self.presence.changed(stream)
        if not socket.is_open:  # it was closed while we asked
            await self._unwatch(socket, stream_id)

    async def _unwatch(self, socket: Socket, stream_id: StreamId) -> None:
        socket.watched.discard(stream_id)
        stream = self.streams.get(stream_id)
        if stream is None:
            return
        stream.sockets.discard(socket)
        self.presence.changed(stream)
        if not stream.sockets:
            del self.streams[stream_id]
            self.presence.left(stream)
            self.ear.let_go_of(stream_id, is_wanted=lambda: stream_id in self.streams)

    async def _hear(self) -> None:
        while True:
            try:
                await self._understand(await self.ear.receive())
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("an event was not dispatched (%s); the poll will make up for it", type(error).__name__)
                await asyncio.sleep(0.1)

    async def _understand(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "live.look":
                if message["node"] != self.presence.node:
                    self._look.set()
            case "live.alive":
                self.presence.hear(message, self.streams)
            case "live.here":
                stream = self.streams.get((message["kind"], message["key"]))
                # SECURITY: who told may have checked its watchers under older or newer rights than we did.
                if stream is not None and tuple(message["rights"]) != stream.rights:
                    await self._check(stream, tuple(message["rights"]))
                self.presence.hear(message, self.streams)
            case _:
                await self.dispatch(message)

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
        send_all(stream.sockets, frames, skip=message.get("from"), to_guests=message.get("to_guests", True))

    @property
    def is_blind(self) -> bool:
        """True while the database could not be read for longer than frames may be trusted."""
        return time.monotonic() - self.seen_at > BLIND_SECONDS

    async def _check(self, stream: Stream, rights: tuple) -> None:
        """Ask the rule for all watchers of ``stream`` in one query; those who lost sight of it are let go."""
        self._checks += 1
        kind, key = stream.id
        allowed: set[int] = set()
        asked: set[int] = set()
        # Whoever joined while we asked is asked about too: to be left out of the question is not to be refused.
        while people := {socket.person_id for socket in stream.sockets} - asked:
            allowed |= await self._ask(lambda people=people: streams.kinds()[kind].readers(key, people))
            asked |= people
        self._checks += 1
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
        alive = await self._ask(lambda: open_sessions({s.person_id: s.epoch for s in mine}, questions.sessions(mine)))
        for socket in mine:
            if (epoch := alive.get((socket.person_id, socket.session_key))) is None:
                await self.leave(socket)
                socket.close()
            else:
                socket.epoch = epoch
        for stream_id in sorted({stream_id for socket in mine for stream_id in socket.watched}):
            if stream := self.streams.get(stream_id):
                await self._check(stream, stream.rights)

    async def recheck_streams(self) -> None:
        """Compare rights and versions of everything watched with the database, and act on each difference."""
        by_kind: dict[str, list[int]] = defaultdict(list)
        for kind, key in self.streams:
            by_kind[kind].append(key)
        asked = list(self.streams.values())
        states = await self._ask(lambda: questions.states_all(by_kind))
        self.seen_at = time.monotonic()
        for stream in asked:
            if self.streams.get(stream.id) is not stream:  # let go while we asked
                continue
            state = states.get(stream.id)
            if state is None:
                await self._check(stream, ())
            elif state.rights != stream.rights:
                await self._check(stream, state.rights)
            if state is not None and state.version > stream.version:
                stream.version = state.version
                frame = {"type": "version", "stream": stream.name, "version": state.version}
                send_all(stream.sockets, {"": frame})

    async def _poll(self) -> None:
        while True:
            await self._next_look()
            try:
                await self.look()
                self._is_said_blind = False
            except asyncio.CancelledError:
                raise
            except Exception as error:
                if not self._is_said_blind:
                    log.warning("the live hub can't read the database and holds its frames: %s", type(error).__name__)
                self._is_said_blind = True

    async def look(self) -> None:
        """One look at everything: rights, versions, accounts, and who is here."""
        await self.recheck_streams()
        epochs = {pk: min(s.epoch for s in sockets) for pk, sockets in list(self.people.items()) if sockets}
        await self.recheck_people(await self._ask(lambda: moved(epochs)))
        for stream in [stream for stream in self.streams.values() if not stream.is_heard]:
            await self.ear.listen_to(stream)
        for stream, cards in self.presence.owed(list(self.streams.values())):
            await here.tell(stream, cards, self._ask)

    async def _next_look(self) -> None:
        """Wait for the next look's time, or until another node says that somebody lost rights."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._look.wait()
                await asyncio.sleep(LOOK_GAP_SECONDS)
        self._look.clear()

    async def typing(self, socket: Socket, name: str) -> None:
        """Tell the other watchers of a thread that somebody is writing in it."""
        stream = next((self.streams[s] for s in socket.watched if self.streams[s].name == name), None)
        if stream is None:
            return
        self._send_to(stream.id, await here.typing(stream, socket, self._ask))

    async def _ask(self, question: Callable[[], Any]) -> Any:
        """Run a question to the database off the loop, on the hub's own threads."""
        return await self.loop.run_in_executor(self._pool, questions.with_fresh_connection, question)


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
