"""Request bodies are taken in on the event loop, whole, at a minimum rate, within limits, before they cost a thread.

Sixteen slow uploads would otherwise hold all sixteen page threads: every page would stop.
"""

from __future__ import annotations

import asyncio
import ipaddress
import tempfile
import urllib.parse
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# Above this the body lies on disk while it comes in.
IN_MEMORY = 512 * 1024
CHUNK = 256 * 1024
# A body may take this many seconds, plus one for every so many bytes that have come.
GRACE_SECONDS = 20
MIN_BYTES_PER_SECOND = 8 * 1024
# How long the rest of a refused body is read and thrown away, so that the browser shows the answer.
DRAIN_SECONDS = 10
MAX_AT_ONCE = 64
# Of those from one address (IPv6: one network), or whoever opens 64 connections and sends nothing stops every form.
MAX_OF_ONE = 16
# What a form around a file adds to it.
FORM_ROOM = 1_000_000
HEADER_LIMIT = 32 * 1024
#: what an answer made beside Django says of itself: plain words that nobody keeps, embeds or takes for a page
ALONE = (
    (b"cache-control", b"no-store, private"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


@dataclass
class Refused(Exception):
    """A body that is not taken: status and the sentence the person reads."""

    status: int
    sentence: str


class WholeBodies:
    """ASGI middleware: the app inside sees only requests whose body has come in whole."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.at_once = 0
        self.by_address: Counter[str] = Counter()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = safe_headers(scope)
        try:
            if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_LIMIT:
                raise Refused(431, "The headers of this request are too long.")
            if not has_body(headers):
                await self.app(scope, receive, send)
                return
            address = address_of(scope)
            if self.at_once >= MAX_AT_ONCE or (address and self.by_address[address] >= MAX_OF_ONE):
                with speaking(headers):
                    raise Refused(503, _("Too many uploads at this moment. Try again in a minute."))
            self.at_once += 1
            self.by_address[address] += 1
            try:
                with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR) as spool:
                    length = await take_in(headers, receive, spool)
                    if length is None:
                        return
                    scope["headers"] = with_length(scope["headers"], length)
                    spool.seek(0)
                    await self.app(scope, replay(spool, receive), send)
            finally:
                self.at_once -= 1
                self.by_address[address] -= 1
                if not self.by_address[address]:
                    del self.by_address[address]
        except Refused as refusal:
            await answer(refusal, send)


def address_of(scope: Message) -> str:
    """Where a request comes from, of an IPv6 address the network; "" for this machine, where a front server may be."""
    try:
        client = ipaddress.ip_address((scope.get("client") or ("",))[0].partition("%")[0])
    except ValueError:
        return ""
    if isinstance(client, ipaddress.IPv6Address):
        client = client.ipv4_mapped or client
    if client.is_loopback:
        return ""
    return str(client) if client.version == 4 else str(ipaddress.ip_network(f"{client}/64", strict=False))


def safe_headers(scope: Message) -> dict[str, str]:
    """Make the request line and headers such that WSGI can't misread them; the headers by lower-case name."""
    # SECURITY: under WSGI `X_Forwarded_For` and `X-Forwarded-For` would be one name.
    scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    # Raw bytes beyond ASCII in the query are percent-encoded, as browsers do themselves.
    scope["query_string"] = urllib.parse.quote(scope["query_string"], safe="%/:=&?~#+!$,;'@()*[]").encode()
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def has_body(headers: dict[str, str]) -> bool:
    """Whether anything follows the headers."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def limit_for(headers: dict[str, str]) -> int:
    """Bytes a body may have: an upload's limit for a form with files, Django's for everything else."""
    if headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return int(settings.UPLOAD_LIMIT) + FORM_ROOM
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


async def take_in(headers: dict[str, str], receive: Receive, spool: BinaryIO | Any) -> int | None:
    """Write the body into ``spool``; its length, or None when the sender went away. Raises Refused."""
    limit = limit_for(headers)
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        await drain(receive)
        raise too_large(headers, limit)
    loop = asyncio.get_running_loop()
    began, length, more = loop.time(), 0, True
    while more:
        try:
            async with asyncio.timeout_at(began + GRACE_SECONDS + length / MIN_BYTES_PER_SECOND):
                message = await receive()
        except TimeoutError:
            with speaking(headers):
                raise Refused(408, _("The upload came in too slowly and was stopped. Try again.")) from None
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        length += len(chunk)
        if length > limit:
            await drain(receive)
            raise too_large(headers, limit)
        try:
            spool.write(chunk)
        except OSError:
            await drain(receive)
            with speaking(headers):
                sentence = _("The server has no space left for this upload. Please tell your administrator.")
                raise Refused(507, sentence) from None
        more = message.get("more_body", False)
    return length


def too_large(headers: dict[str, str], limit: int) -> Refused:
    """The refusal that names the limit."""
    with speaking(headers):
        if limit > int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            megabytes = int(settings.UPLOAD_LIMIT) // 1_000_000
            return Refused(413, _("This is larger than the limit of %(megabytes)s MB.") % {"megabytes": megabytes})
        kilobytes = limit // 1000
        return Refused(413, _("This is longer than the limit of %(kilobytes)s kB.") % {"kilobytes": kilobytes})


async def drain(receive: Receive) -> None:
    """Read on for a moment and keep nothing."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while (message := await receive())["type"] != "http.disconnect" and message.get("more_body"):
                pass
    except TimeoutError:
        return


def with_length(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    """The headers of a body that is now whole: WSGI knows no chunks."""
    dropped = (b"content-length", b"transfer-encoding")
    return [*((name, value) for name, value in headers if name not in dropped), (b"content-length", b"%d" % length)]


def replay(spool: BinaryIO | Any, receive: Receive) -> Receive:
    """A ``receive`` that gives the body from the spool, then what the connection says (that the sender left)."""
    is_done = False

    async def next_message() -> Message:
        nonlocal is_done
        if is_done:
            return await receive()
        chunk = spool.read(CHUNK)
        is_done = len(chunk) < CHUNK
        return {"type": "http.request", "body": chunk, "more_body": not is_done}

    return next_message


def speaking(headers: dict[str, str]) -> Any:
    """A block in the language the browser asks for (the person is not known here)."""
    asked = headers.get("accept-language", "").lower()
    return translation.override("fr" if asked.startswith("fr") else settings.LANGUAGE_CODE)


async def answer(refusal: Refused, send: Send) -> None:
    """Say why, in one line of plain text."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"connection", b"close"),
        *ALONE,
    ]
    if refusal.status == 503:
        headers.append((b"retry-after", b"60"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": refusal.sentence.encode()})
