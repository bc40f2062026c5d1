"""How a hub hears: one channel of its own on the layer, in a group per watched stream. Redis may be away meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from live import streams
from live.streams import Stream, StreamId

log = logging.getLogger("parvis.live")

#: Redis has this long to take a subscription; without it the hub's poll serves alone, and tries again
PATIENCE_SECONDS = 1.0


class Ear:
    """Listens on the loop it is used on. Nothing here raises for a layer that is away, but ``receive``."""

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self._channel = ""
        self._back_at = 0.0
        self._later: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Take a channel, and listen to what is said to all hubs."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(PATIENCE_SECONDS):
                channel = await self._layer.new_channel("live")
                await self._layer.group_add(streams.EVERY_HUB, channel)
                self._channel = channel

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        while not self._channel:
            await asyncio.sleep(PATIENCE_SECONDS)
            await self.open()
        return await self._layer.receive(self._channel)

    async def listen_to(self, stream: Stream) -> None:
        """Hear the events of ``stream``; while the layer is away its watchers follow by the poll alone."""
        if not self._channel or time.monotonic() < self._back_at:
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._layer.group_add(streams.group_name(*stream.id), self._channel)
        except Exception as error:
            self._back_at = time.monotonic() + PATIENCE_SECONDS
            kind = type(error).__name__
            log.warning("live events don't arrive (%s): screens follow by looking at the database", kind)
        else:
            stream.is_heard = True

    def let_go_of(self, stream_id: StreamId, *, is_wanted: Callable[[], bool]) -> None:
        """Hear a stream no more, unless it is watched again by then; nobody waits for it."""

        async def discard() -> None:
            if self._channel and not is_wanted():
                with contextlib.suppress(Exception):
                    await self._layer.group_discard(streams.group_name(*stream_id), self._channel)

        task = asyncio.create_task(discard())
        self._later.add(task)
        task.add_done_callback(self._later.discard)
