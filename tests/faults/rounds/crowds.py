"""Many sockets at once: a storm of a thousand that all come back together, and readers that read nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.faults.rounds.doors import Door, Person
from tests.faults.rounds.screens import WAITS

#: sockets one person may have on a node
EACH = 10


class Storm:
    """Sockets of a crowd, each watching one thread and coming back as a browser does. Used on the loop."""

    def __init__(self, crowd: Sequence[Person], door: Door, thread: str, count: int) -> None:
        self.door, self.thread = door, thread
        self.people = [crowd[number % len(crowd)] for number in range(count)]
        #: the version each socket last heard of; 0 while it is not connected
        self.versions = [0] * count
        self.refused = 0
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def watching(self) -> int:
        return sum(version > 0 for version in self.versions)

    async def begin(self) -> None:
        for number in range(len(self.people)):
            self._tasks.append(asyncio.create_task(self._stay(number)))
            await asyncio.sleep(0.004)  # people open their pages one after the other

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait_until(self, count: int, *, version: int, within: float) -> float:
        """Seconds until ``count`` sockets know of ``version``; -1.0 when they don't in time."""
        began = time.monotonic()
        while sum(known >= version for known in self.versions) < count:
            if time.monotonic() - began > within:
                return -1.0
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def _stay(self, number: int) -> None:
        tries, name = 0, f"thread:{self.thread}"
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError, EOFError):
                async with connect(
                    self.door.address.replace("http:", "ws:") + "/live/", origin=self.door.address,  # type: ignore[arg-type]
                    additional_headers={"Cookie": self.people[number].cookie}, open_timeout=60, ping_interval=None,
                    compression=None, proxy=None,
                ) as line:  # fmt: skip
                    tries = 0
                    await line.send(json.dumps({"type": "watch", "streams": {name: self.versions[number]}}))
                    async for text in line:
                        self._hear(number, name, json.loads(text))
            self.versions[number] = 0
            await asyncio.sleep(WAITS[min(tries, 2)] * random.uniform(0.7, 1.0))
            tries += 1

    def _hear(self, number: int, name: str, frame: dict[str, Any]) -> None:
        if frame["type"] == "watching":
            self.versions[number] = frame["versions"].get(name, 0)
        elif frame["type"] in ("post", "version") and frame["stream"] == name:
            self.versions[number] = max(self.versions[number], frame["version"])


class SlowReaders:
    """Sockets that say what they watch and then read nothing: their frames pile up on the other side."""

    def __init__(self, people: Sequence[Person], door: Door, thread: str) -> None:
        self.lines = [self._open(person, door, thread) for person in people]

    def _open(self, person: Person, door: Door, thread: str) -> socket.socket:
        where = urlsplit(door.address)
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        line.settimeout(20)
        line.connect((where.hostname, where.port))
        head = [
            "GET /live/ HTTP/1.1", f"Host: {where.netloc}", f"Origin: {door.address}", f"Cookie: {person.cookie}",
            "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
        ]  # fmt: skip
        line.sendall("\r\n".join(head).encode())
        line.recv(1024)
        said = json.dumps({"type": "watch", "streams": {f"thread:{thread}": 0}}).encode()
        mask = bytes(4)  # a mask of zeros changes nothing
        size = bytes([0x80 | len(said)]) if len(said) < 126 else bytes([0x80 | 126]) + len(said).to_bytes(2, "big")
        line.sendall(b"\x81" + size + mask + said)
        return line

    def end(self) -> None:
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.close()
