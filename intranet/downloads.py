"""Who reads slowly holds a thread of the small pool at most, and not for ever: pages go on."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.conf import settings

from intranet.bodies import App, Message, Receive, Send

log = logging.getLogger("parvis.downloads")

# Seconds a reader may take for one piece (64 kB beyond what the sockets buffer).
SECONDS_A_PIECE = 30


class Pools:
    """ASGI middleware: who asks for a file by its address into one pool of threads, everything else into the other."""

    def __init__(self, *, pages: App | Any, downloads: App | Any) -> None:
        self.pages = pages
        self.downloads = downloads

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request in its pool."""
        # PERF: what is sent *to* such an address is work for a page's thread: a picture that is made anew takes up to a
        # minute, and eight senders at once would stop every file for everybody.
        is_asked = scope["method"] in ("GET", "HEAD")
        if is_asked and scope["path"].startswith(tuple(settings.DOWNLOAD_PREFIXES)):
            await self.downloads(scope, receive, cut_off(send))
        else:
            await self.pages(scope, receive, send)


def cut_off(send: Send) -> Send:
    """A ``send`` that gives up on a reader who stopped reading.

    After that it swallows what the thread still sends: a2wsgi's thread would wait for ever on a sender that raised.
    """
    is_cut = False

    async def send_or_cut(message: Message) -> None:
        nonlocal is_cut
        if is_cut:
            return
        try:
            async with asyncio.timeout(SECONDS_A_PIECE):
                await send(message)
        except TimeoutError:
            is_cut = True
            log.info("A download was cut off: its reader took nothing for %s s.", SECONDS_A_PIECE)

    return send_or_cut
