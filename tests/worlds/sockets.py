"""Open tabs: real sockets of the consumer on a loop of their own, and every frame they are sent.

The hub looks at the database when it is told to and not by the second (:meth:`Tabs.turn`): between a commit and the
frame that tells of it, a look of its own would announce the same change once more, in one world and not in the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import threading
import time
from collections.abc import Coroutine, Iterator
from typing import Any
from unittest import mock

from channels.testing import WebsocketCommunicator
from django.conf import settings

from live import hub as hub_module
from live import listeners, sending, streams
from live.routing import sockets
from tests.worlds.browsers import Browser

PATIENCE_SECONDS = 60.0
NEVER = 1e9


class Tabs:
    """Sockets by the name of who holds them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._open: dict[str, WebsocketCommunicator] = {}
        self._numbers = itertools.count()
        self._arrived: dict[int, asyncio.Event] = {}

    def open(self, name: str, browser: Browser, watched: list[str]) -> None:
        """Open a tab that shows ``watched`` (names of streams), as its page does."""
        self._do(self._open_one(name, browser.cookie))
        self.say(name, {"type": "watch", "streams": dict.fromkeys(watched, 0)})

    async def _open_one(self, name: str, cookie: str) -> None:
        said = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
        said.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        tab = WebsocketCommunicator(sockets, "/live/", headers=said)
        accepted, _code = await tab.connect(timeout=PATIENCE_SECONDS)
        assert accepted, f"{name} got no socket"
        self._open[name] = tab

    def say(self, name: str, message: dict[str, Any]) -> None:
        """Send a frame from a tab; a question has been answered when this returns."""
        self._do(self._say(self._open[name], message))

    async def _say(self, tab: WebsocketCommunicator, message: dict[str, Any]) -> None:
        waiting = tab.output_queue.qsize()
        await tab.send_json_to(message)
        until = time.monotonic() + PATIENCE_SECONDS
        while message["type"] == "watch" and tab.output_queue.qsize() == waiting:
            assert time.monotonic() < until, "nobody answered"
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)

    def turn(self) -> dict[str, list[str]]:
        """Let all that is under way arrive, the hub look once, and that arrive: every frame by tab, as sent."""
        return self._do(self._turn())

    async def _turn(self) -> dict[str, list[str]]:
        hub = await hub_module.get_hub()
        await self._is_listened_to(hub)
        await self._everything_arrives(hub)
        await hub.look()
        await self._everything_arrives(hub)
        return {name: self._frames_of(tab) for name, tab in self._open.items()}

    async def _is_listened_to(self, hub: hub_module.Hub) -> None:
        """Redis has taken every subscription: one is only asked for when a watch is answered."""
        wanted = {streams.group_name(*stream) for stream in hub.streams} | {streams.EVERY_HUB}
        until = time.monotonic() + PATIENCE_SECONDS
        while settings.REDIS_URL and await asyncio.to_thread(listeners.listened_to, wanted) != wanted:
            assert time.monotonic() < until, "Redis does not listen"
            await asyncio.sleep(0.01)

    async def _everything_arrives(self, hub: hub_module.Hub) -> None:
        """What is sent after everything else has come through the layer, and no socket has anything to write."""
        number = next(self._numbers)
        arrived = self._arrived[number] = asyncio.Event()
        await asyncio.to_thread(
            sending.send,
            streams.EVERY_HUB,
            {"type": "live.look", "node": hub.presence.node, "number": number},
            loop=hub.loop,
        )
        await asyncio.wait_for(arrived.wait(), PATIENCE_SECONDS)
        while any(socket._writer is not None for sockets in hub.people.values() for socket in sockets):
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        """The hub tells when it has understood a message of ours; by itself it neither looks nor grows blind."""
        understand = hub_module.Hub._understand

        async def and_tell(hub: hub_module.Hub, message: dict[str, Any]) -> None:
            await understand(hub, message)
            if arrived := self._arrived.pop(message.get("number", -1), None):
                arrived.set()

        told = mock.patch.object(hub_module.Hub, "_understand", and_tell)
        with told, mock.patch.multiple(hub_module, POLL_SECONDS=NEVER, BLIND_SECONDS=NEVER):
            yield

    def _frames_of(self, tab: WebsocketCommunicator) -> list[str]:
        found = []
        while not tab.output_queue.empty():
            sent = tab.output_queue.get_nowait()
            found.append(sent.get("text") or json.dumps({"closed": sent.get("code")}))
        return found

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=2 * PATIENCE_SECONDS)

    async def _close(self) -> None:
        for tab in self._open.values():
            with contextlib.suppress(Exception):
                await tab.disconnect(timeout=5)
        if hub_module._hub is not None:
            await hub_module._hub.stop()
        hub_module._hub = None


@contextlib.contextmanager
def tabs() -> Iterator[Tabs]:
    """Tabs on a loop in a thread; closed at the end, with the hub."""
    made = Tabs()
    thread = threading.Thread(target=made._loop.run_forever, name="tabs", daemon=True)
    thread.start()
    with made._listening():
        try:
            yield made
        finally:
            made._do(made._close())
            made._loop.call_soon_threadsafe(made._loop.stop)
            thread.join(timeout=10)
            made._loop.close()
