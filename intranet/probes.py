"""Three addresses for machines, answered before any page: is this process alive, can it work, what does it count.

They stand outside of Django, on the event loop, so that page threads waiting for a database that hangs don't make the
process look dead. None of them says a name, a word or a number of what people wrote.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import json
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.conf import settings

from intranet import metrics, readiness
from intranet.bodies import ALONE, App, Message, Receive, Send

log = logging.getLogger("parvis.probes")

#: seconds a service has for an answer, and for which an answer is given again
PATIENCE = 2.0
KEPT = 1.0
T = TypeVar("T")

PLAIN = b"text/plain; charset=utf-8"


class Probes:
    """ASGI: answers ``/health/live``, ``/health/ready`` and ``/metrics``; everything else goes on to the app."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.answers: dict[str, Callable[[Message, Send], Awaitable[bool]]] = {
            "/health/live": self.live,
            "/health/ready": self.ready,
            "/metrics": self.metrics,
        }
        self.pool = ThreadPoolExecutor(max_workers=len(readiness.CHECKS) + 1, thread_name_prefix="probe")
        self.asked: dict[str, asyncio.Future[Any]] = {}
        self.away: tuple[float, list[str]] = (-KEPT, [])

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        answer = self.answers.get(scope["path"]) if scope.get("method") in ("GET", "HEAD") else None
        if answer is None or not await answer(scope, send):
            await self.app(scope, receive, send)

    async def live(self, scope: Message, send: Send) -> bool:
        """The loop turns."""
        return await answered(send, 200, PLAIN, b"alive\n")

    async def ready(self, scope: Message, send: Send) -> bool:
        """200, or 503; the names of what is away for whoever may see the metrics."""
        away = await self.find_away()
        answer = {"ready": not away} | ({"away": away} if away and may_look_inside(scope) else {})
        body = json.dumps(answer).encode()
        return await answered(send, 503 if away else 200, b"application/json", body)

    async def metrics(self, scope: Message, send: Send) -> bool:
        """Prometheus' text, for whom it is meant; to everybody else there is nothing at this address."""
        if not may_look_inside(scope):
            return False
        try:
            seen = await self.once("metrics", metrics.look)
        except Exception as error:
            log.info("the database is away: %s", type(error).__name__)
            seen = None
        return await answered(send, 200, metrics.CONTENT_TYPE.encode(), metrics.as_text(seen))

    async def find_away(self) -> list[str]:
        """What can't be reached or isn't ready, by name; asked at most once a second however many ask us."""
        asked_at, away = self.away
        if time.monotonic() - asked_at < KEPT:
            return away
        found = await asyncio.gather(*(self.ask(name) for name in readiness.checks()))
        away = sorted(set().union(*found))
        self.away = (time.monotonic(), away)
        return away

    async def ask(self, name: str) -> frozenset[str]:
        """One check; a service that doesn't answer in time is away."""
        try:
            return await self.once(name, readiness.CHECKS[name])
        except Exception as error:
            log.info("%s is away: %s", name, type(error).__name__)
            return frozenset({name})

    async def once(self, name: str, question: Callable[[], T]) -> T:
        """What a question to a service gives, on a thread; it is not put twice at once. Raises TimeoutError."""
        running = self.asked.get(name)
        if running is None or running.done():
            running = self.asked[name] = asyncio.get_running_loop().run_in_executor(self.pool, question)
        return await asyncio.wait_for(asyncio.shield(running), PATIENCE)


def may_look_inside(scope: Message) -> bool:
    """From an address that may, straight; or from anywhere with the token.

    SECURITY: a proxy on this machine makes everybody come from 127.0.0.1, so an address counts only where no proxy
    says that it forwards.
    """
    headers = {name.lower(): value for name, value in scope["headers"]}
    token = settings.METRICS_TOKEN
    if token and hmac.compare_digest(headers.get(b"authorization", b""), f"Bearer {token}".encode()):
        return True
    if any(name.startswith(b"x-forwarded") or name in (b"forwarded", b"x-real-ip") for name in headers):
        return False
    try:
        client = ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    return any(client in ipaddress.ip_network(network, strict=False) for network in settings.METRICS_FROM)


async def answered(send: Send, status: int, content_type: bytes, body: bytes) -> bool:
    """Send a whole answer that nobody keeps."""
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        *ALONE,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return True
