"""One open socket, as the hub sees it: who, which session, what it watches, and a bounded way out."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

# A reader that is this far behind is cut off; it reconnects and catches up from the database.
FRAMES_WAITING = 200
BYTES_WAITING = 1_000_000

CLOSED_ACCOUNT = 4401
TOO_MANY = 4429
TOO_SLOW = 4408


class Socket:
    """Sends in order without making the hub wait: what the network does not take yet waits here, up to a limit."""

    __slots__ = (
        "_bytes", "_close", "_send", "_waiting", "_writer",
        "card", "epoch", "is_guest", "is_open", "language", "person_id", "session_key", "watched",
    )  # fmt: skip

    def __init__(
        self,
        *,
        person_id: int,
        epoch: int,
        session_key: str,
        language: str,
        card: dict[str, Any],
        send: Callable[[str], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
        is_guest: bool = False,
    ) -> None:
        self.person_id = person_id
        self.is_guest = is_guest
        self.epoch = epoch
        self.session_key = session_key
        self.language = language
        self.card = card
        self.watched: set[tuple[str, int]] = set()
        self.is_open = True
        self._send = send
        self._close = close
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._writer: asyncio.Task | None = None

    @staticmethod
    def encode(frame: dict[str, Any]) -> str:
        return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)

    def send(self, frame: dict[str, Any]) -> None:
        self.send_text(self.encode(frame))

    def send_text(self, text: str) -> None:
        """Queue one frame; a reader too slow for its queue is cut off."""
        if not self.is_open:
            return
        if len(self._waiting) >= FRAMES_WAITING or self._bytes > BYTES_WAITING:
            self.close(TOO_SLOW)
            return
        self._waiting.append(text)
        self._bytes += len(text)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting and self.is_open:
                text = self._waiting.popleft()
                self._bytes -= len(text)
                await self._send(text)
        except Exception:
            # The peer has gone: its disconnect reaches the consumer by itself.
            self.is_open = False
        finally:
            self._writer = None

    def close(self, code: int = CLOSED_ACCOUNT) -> None:
        """Send nothing more and close; may be called twice."""
        if not self.is_open:
            return
        self.is_open = False
        self._waiting.clear()
        if self._writer is not None:
            self._writer.cancel()
        # Kept in the slot, so that the task is not collected before it ran.
        self._writer = asyncio.create_task(self._shut(code))

    async def _shut(self, code: int) -> None:
        try:
            await self._close(code)
        except Exception:
            return


def send_all(
    sockets: Iterable[Socket], frames: dict[str, dict], skip: int | None = None, *, to_guests: bool = True
) -> None:
    """Encode each language's frame once and hand the same text to every socket."""
    encoded = {language: Socket.encode(frame) for language, frame in frames.items()}
    default = encoded.get("") or next(iter(encoded.values()))
    for socket in list(sockets):
        if socket.person_id != skip and (to_guests or not socket.is_guest):
            socket.send_text(encoded.get(socket.language, default))
