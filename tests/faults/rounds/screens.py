"""Screens: tabs that stay open over many rounds and behave as the page's script does (static/src/live).

A screen watches one thread, applies each post that comes in order, asks for what it missed when versions jump, and
comes back by itself when its socket is lost: after 1, 2, then every 3 s, shortened at random as in connection.js.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
from collections.abc import Coroutine
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.faults.rounds import doors
from tests.faults.rounds.doors import Door, Person

WAITS = (1.0, 2.0, 3.0)
SPREAD, AGAIN = 0.3, 1.0
_VERSION = re.compile(r'data-changes="[^"]*" data-version="(\d+)"')


class Loop:
    """An event loop on a thread of its own, for every socket of the client."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="screens", daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, Any], *, within: float = 60.0) -> Any:
        """Do it there and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within)

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)


class Screen:
    """One tab of ``who``; all but :meth:`shown` is used on the loop."""

    def __init__(self, who: Person, door: Door) -> None:
        self.who, self.door = who, door
        self.thread = ""
        self.version = 0
        #: post id → (number, word), in the order of the numbers
        self.posts: dict[str, tuple[int, str]] = {}
        #: every word that ever came on this socket or page since the thread was shown
        self.words: set[str] = set()
        self.is_gone = False
        self.is_watching = False
        #: what came instead of the changes it asked for, since the thread was shown
        self.misses: list[str] = []
        self._socket: ClientConnection | None = None
        self._asking = False
        self._again = False
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Ids and words from top to bottom."""
        return [(post, word) for post, (_, word) in sorted(self.posts.items(), key=lambda item: item[1][0])]

    @property
    def state(self) -> str:
        """How it stands, for whoever looks for why it is not right."""
        how = "gone" if self.is_gone else "watching" if self.is_watching else "not connected"
        return f"{self.who.name}: {how}, {len(self.posts)} posts, version {self.version}, misses {self.misses}"

    def begin(self) -> None:
        self._keep(self._stay_connected())

    async def end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self._socket is not None:
            await self._socket.close()

    def _keep(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def show(self, thread: str) -> bool:
        """Open the thread's page in this tab; False when it didn't come."""
        self.thread, self.posts, self.words, self.is_gone, self.version = thread, {}, set(), False, 0
        self.is_watching, self.misses = False, []
        return await self.reload() and await self._watch()

    async def reload(self) -> bool:
        """The page anew: what it shows, or that there is nothing at this address."""
        heard = await asyncio.to_thread(self.door.ask, self.who, f"/threads/{self.thread}/", htmx=False)
        if heard.status == 404:
            self.is_gone, self.posts = True, {}
            return True
        version = _VERSION.search(heard.text)
        if heard.kind != doors.SENT or version is None:
            self.misses.append(heard.said)
            return False
        self.posts = {}
        self._take(heard.text)
        self.version = int(version[1])
        return True

    async def _look_anew(self) -> None:
        """Told that the thread is gone, the page reloads: who may still read it watches again."""
        thread = self.thread
        self.is_watching = False
        self.misses.append("told that it is gone")
        while thread == self.thread and not await self.reload():
            await asyncio.sleep(AGAIN)
        if thread == self.thread and not self.is_gone:
            await self._watch()

    async def page(self) -> list[tuple[str, str]] | None:
        """What a reload shows now, with the screen left alone; None: no page came, []: nothing at this address."""
        heard = await asyncio.to_thread(self.door.ask, self.who, f"/threads/{self.thread}/", htmx=False)
        if heard.status == 404:
            return []
        if heard.kind != doors.SENT:
            return None
        return [(post, word) for post, _, _, word in doors.posts_in(heard.text)]

    def _take(self, html: str) -> None:
        for post, number, _, word in doors.posts_in(html):
            self.posts[post] = (number, word)
            self.words.add(word)

    async def _watch(self) -> bool:
        if self._socket is None:
            return False
        try:
            await self._socket.send(json.dumps({"type": "watch", "streams": {f"thread:{self.thread}": self.version}}))
        except (OSError, WebSocketException):
            return False
        return True

    async def _stay_connected(self) -> None:
        tries = 0
        while True:
            try:
                address = self.door.address.replace("http:", "ws:")
                headers = {"Cookie": self.who.cookie}
                async with connect(
                    f"{address}/live/", origin=self.door.address, additional_headers=headers,  # type: ignore[arg-type]
                    open_timeout=20, ping_interval=None, compression=None, proxy=None,
                ) as socket:  # fmt: skip
                    self._socket, tries = socket, 0
                    if self.thread:
                        await self._watch()
                    async for text in socket:
                        self._hear(json.loads(text))
            except (OSError, WebSocketException, TimeoutError, EOFError):
                pass
            self._socket, self.is_watching = None, False
            await asyncio.sleep(WAITS[min(tries, 2)] * random.uniform(0.7, 1.0))
            tries += 1

    def _hear(self, frame: dict[str, Any]) -> None:
        name = f"thread:{self.thread}"
        match frame.get("type"):
            case "watching" if name in frame["versions"]:
                self.is_watching = True
                if frame["versions"][name] > self.version:
                    self._catch_up()
            case "watching" if name in frame["gone"]:
                self._keep(self._look_anew())
            case "gone" if frame["stream"] == name:
                self._keep(self._look_anew())
            case "version" if frame["stream"] == name and frame["version"] > self.version:
                self._catch_up()
            case "post":
                self.words.update(word for *_, word in doors.posts_in(frame["html"]))
                if frame["stream"] == name and frame["version"] > self.version:
                    self._hear_post(frame)

    def _hear_post(self, frame: dict[str, Any]) -> None:
        if frame["version"] != self.version + 1:
            self._catch_up()
        else:
            self._take(frame["html"])
            self.version = frame["version"]

    def _catch_up(self) -> None:
        if self._asking:
            self._again = True
        else:
            self._asking = True
            self._keep(self._ask_for_changes())

    async def _ask_for_changes(self) -> None:
        thread = self.thread
        try:
            await asyncio.sleep(random.uniform(0, SPREAD))
            heard = await asyncio.to_thread(self.door.ask, self.who, f"/threads/{thread}/changes/?since={self.version}")
            if thread != self.thread:
                return
            if heard.status == 404:
                await self.reload()
            elif heard.kind == doors.SENT:
                self._take(heard.text)
                self.version = max(self.version, heard.version)
            else:
                self.misses.append(heard.said)
                self._keep(self._ask_later(thread))
        finally:
            self._asking = False
            if self._again:
                self._again = False
                self._catch_up()

    async def _ask_later(self, thread: str) -> None:
        await asyncio.sleep(AGAIN * random.uniform(1, 2))
        if thread == self.thread:
            self._catch_up()
