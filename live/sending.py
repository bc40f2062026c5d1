"""Onto the channel layer from any thread of any process: handed to one event loop, never waited for, never failing.

A web node has its server's loop; a worker or a command gets a loop in a thread of its own, made when first used. The
layer keeps its connections by loop, so a process holds one to Redis, however much it sends (with a loop a message, as
``async_to_sync`` makes them, it was one connection opened and closed for each).
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

log = logging.getLogger("parvis.live")

#: seconds a message may wait for Redis; a frame that comes later would only tell what the poll has told
PATIENCE_SECONDS = 1.0
#: messages under way at once; the rest is made up by the poll
AT_ONCE = 2000
SAID_EVERY = 10.0


class Sender:
    """Sends for this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way = 0
        self._said_at = -SAID_EVERY

    def send(self, group: str, message: dict[str, Any], *, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Send ``message`` to every hub that listens to ``group``; on ``loop`` where one runs that has the layer."""
        if loop is None and not settings.REDIS_URL:
            return  # nobody listens outside of the process of the server
        with self._lock:
            if self._under_way >= AT_ONCE:
                self._say("too many messages are under way")
                return
            target = loop or self._own_loop()
            self._under_way += 1
        try:
            asyncio.run_coroutine_threadsafe(self._deliver(group, message), target)
        except RuntimeError:  # the loop ended this moment, and the process with it
            with self._lock:
                self._under_way -= 1

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="live-sender", daemon=True).start()
        return self._loop

    async def _deliver(self, group: str, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await get_channel_layer().group_send(group, message)
        except Exception as error:
            self._say(type(error).__name__)
        finally:
            with self._lock:
                self._under_way -= 1

    def _say(self, why: str) -> None:
        if time.monotonic() - self._said_at >= SAID_EVERY:
            self._said_at = time.monotonic()
            log.warning("events are not pushed (%s): screens follow by looking at the database", why)


_sender = Sender()


def send(group: str, message: dict[str, Any], *, loop: asyncio.AbstractEventLoop | None = None) -> None:
    """:meth:`Sender.send` of this process."""
    _sender.send(group, message, loop=loop)


def _begin_anew() -> None:
    """A child of a fork has no loop yet, and a lock that a thread of its parent held would stay shut in it."""
    global _sender
    _sender = Sender()


os.register_at_fork(after_in_child=_begin_anew)
