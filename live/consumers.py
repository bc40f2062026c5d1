"""The socket's door: who may open one, and what a client may say on it."""

from __future__ import annotations

import json
import re
import time
from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer

from kit import ids
from live.hub import Hub, get_hub
from live.sockets import CLOSED_ACCOUNT, TOO_MANY, Socket

FRAME_LIMIT = 64_000  # letters; how many bytes a frame may have the server asks first (intranet.server)
FRAMES_A_MINUTE = 120
TYPING_SECONDS = 2.0
# SECURITY: what goes back to the client (``gone``) and on to the database is in these letters, or was never taken.
_NAME = re.compile(rf"[a-z]{{1,20}}:[{ids.ALPHABET}]{{1,{ids.LENGTH}}}\Z")


class LiveConsumer(AsyncWebsocketConsumer):
    """One socket per tab at ``/live/``.

    The client says ``{"type": "watch", "streams": {"thread:<id>": version}}`` (the whole list, each time it changes)
    and ``{"type": "typing", "stream": "thread:<id>"}``; anything else ends the socket.
    """

    channel_layer_alias = None  # the hub listens for all sockets of the process
    hub: Hub
    socket: Socket | None = None

    async def connect(self) -> None:
        person = self.scope["user"]
        if not _same_origin(self.scope) or not person.is_authenticated or not person.may_sign_in:
            await self.close(CLOSED_ACCOUNT)
            return
        self.hub = await get_hub()
        self.socket = Socket(
            person_id=person.pk,
            epoch=person.epoch,
            session_key=self.scope["session"].session_key or "",
            language=person.language,
            card={"id": person.public_id, "name": person.display_name, "initials": person.initials},
            send=lambda text: self.send(text_data=text),
            close=self.close,
            is_guest=person.is_guest,
        )
        self._heard: list[float] = []
        self._typed_at = 0.0
        if not self.hub.join(self.socket):
            self.socket = None
            await self.close(TOO_MANY)
            return
        await self.accept()
        # PERF: the handshake's headers, session and user are 20 KiB a socket, and nobody asks for them again.
        self.scope = {"type": "websocket", "path": self.scope["path"]}

    async def disconnect(self, code: int) -> None:
        if self.socket is not None:
            self.socket.is_open = False
            await self.hub.leave(self.socket)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.socket is None or not self.socket.is_open:
            return
        message = _understand(text_data)
        if message is None or self._is_too_chatty():
            self.socket.close(TOO_MANY)
            return
        if message["type"] == "watch":
            await self.hub.watch(self.socket, message["streams"])
        elif time.monotonic() - self._typed_at >= TYPING_SECONDS:
            self._typed_at = time.monotonic()
            await self.hub.typing(self.socket, message["stream"])

    def _is_too_chatty(self) -> bool:
        now = time.monotonic()
        self._heard = [moment for moment in self._heard if now - moment < 60]
        self._heard.append(now)
        return len(self._heard) > FRAMES_A_MINUTE


def _understand(text: str | None) -> dict[str, Any] | None:
    """The message in ``text``, or None for anything that our own client does not send."""
    if text is None or len(text) > FRAME_LIMIT:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match message:
        case {"type": "watch", "streams": dict() as wanted, **rest} if not rest:
            good = all(_NAME.match(name) and type(version) is int for name, version in wanted.items())
            return message if good else None
        case {"type": "typing", "stream": str() as name, **rest} if not rest and _NAME.match(name):
            return message
    return None


def _same_origin(scope: dict[str, Any]) -> bool:
    """True when the page that opens the socket came from this very host.

    SECURITY: a browser sends the cookie from any page; a foreign, null or missing Origin gets no socket.
    """
    headers = dict(scope["headers"])
    origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
    host = headers.get(b"host", b"").decode("latin-1")
    return origin.scheme in ("http", "https") and origin.netloc != "" and origin.netloc == host
