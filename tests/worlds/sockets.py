"""Open tabs: real sockets of the consumer on a loop of their own, and every frame they are sent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings

from live import hub as hub_module
from live.routing import sockets
from tests.worlds.browsers import Browser

#: two looks of the hub at the database, and some
SETTLED_SECONDS = 2.0


class Tabs:
    """Sockets by the name of who holds them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._open: dict[str, WebsocketCommunicator] = {}

    def open(self, name: str, browser: Browser, watched: list[str]) -> None:
        """Open a tab that shows ``watched`` (names of streams), as its page does."""
        self._do(self._open_one(name, browser.cookie, watched))

    async def _open_one(self, name: str, cookie: str, watched: list[str]) -> None:
        said = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
        said.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        tab = WebsocketCommunicator(sockets, "/live/", headers=said)
        accepted, _code = await tab.connect(timeout=10)
        assert accepted, f"{name} got no socket"
        self._open[name] = tab
        await tab.send_json_to({"type": "watch", "streams": dict.fromkeys(watched, 0)})

    def say(self, name: str, message: dict[str, Any]) -> None:
        """Send a frame from a tab."""
        self._do(self._open[name].send_json_to(message))

    def frames(self) -> dict[str, list[str]]:
        """Every frame since the last time, by tab, as it was sent; waits until nothing more is on its way."""
        return self._do(self._frames())

    async def _frames(self) -> dict[str, list[str]]:
        await asyncio.sleep(SETTLED_SECONDS)
        found: dict[str, list[str]] = {}
        for name, tab in self._open.items():
            found[name] = []
            while not await tab.receive_nothing(timeout=0.05, interval=0.01):
                sent = await tab.receive_output(timeout=5)
                found[name].append(sent.get("text") or json.dumps({"closed": sent.get("code")}))
        return found

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

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
    try:
        yield made
    finally:
        made._do(made._close())
        made._loop.call_soon_threadsafe(made._loop.stop)
        thread.join(timeout=10)
        made._loop.close()
