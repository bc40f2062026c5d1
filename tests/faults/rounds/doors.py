"""Asking the house over HTTP as a browser would, and telling what an answer means to the person who waits for it."""

from __future__ import annotations

import http.client
import re
import urllib.parse
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

CSRF = "x" * 32
#: seconds: the script of the page gives up as late (static/src/send.js)
PATIENCE = 30.0
#: a post in HTML: its id and number
POST = re.compile(r'<article class="post[^"]*" id="post-([\w-]+)" data-number="(\d+)" data-version="(\d+)"')
WORD = re.compile(r"\bzq[bcdfghjklmnpqrstvwxz]{12}\b")
THREAD = re.compile(r"^/threads/([\w-]+)/")

SENT, AWAY, UNKNOWN, BUSY, REFUSED, BROKEN = "sent", "away", "unknown", "busy", "refused", "broken"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: one of the words above, the HTTP status (0: nothing came), the text, and where it leads."""

    kind: str
    status: int = 0
    text: str = ""
    location: str = ""
    said: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in: a name of the cast and the cookie."""

    name: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Door:
    """One address of the house: nginx, or a node itself."""

    address: str

    def ask(
        self, who: Person, path: str, *, form: dict[str, str] | None = None, body: bytes = b"", content_type: str = "",
        htmx: bool = True, patience: float = PATIENCE,
    ) -> Heard:  # fmt: skip
        """GET, or POST of a form; never raises for what the network or the server does."""
        where = urlsplit(self.address)
        headers = {"Cookie": f"{who.cookie}; parvis_csrf={CSRF}", "Origin": self.address, "Accept-Language": "en"}
        if htmx:
            headers["HX-Request"] = "true"
        if form is not None:
            body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": CSRF}).encode()
            content_type = "application/x-www-form-urlencoded"
        if body:
            headers |= {"Content-Type": content_type, "X-CSRFToken": CSRF}
        line = http.client.HTTPConnection(where.hostname or "", where.port, timeout=patience)
        try:
            line.request("POST" if body else "GET", path, body or None, headers)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            return Heard(UNKNOWN, said=type(error).__name__)
        finally:
            line.close()
        return understood(answer.status, answer.headers, text)


def understood(status: int, headers: Any, text: str) -> Heard:
    """What an answer means to the person: a 503 is calm only with its ``Retry-After`` and without a traceback."""
    location = headers.get("Location") or headers.get("HX-Redirect") or ""
    version = int(headers.get("X-Thread-Version") or 0)
    if status == 503 and headers.get("Retry-After") and "Traceback" not in text:
        kind = AWAY
    elif status == 429 and headers.get("Retry-After"):
        kind = BUSY
    elif status >= 500 or "Traceback" in text:
        kind = BROKEN
    elif status >= 400 or "/account/login" in location:
        kind = REFUSED
    else:
        kind = SENT
    said = f"{status} {location}".strip() if kind in (BROKEN, REFUSED) else str(status)
    return Heard(kind, status, text, location, said, version)


def posts_in(html: str) -> list[tuple[str, int, int, str]]:
    """The posts drawn in ``html``, in their order: id, number, version and word ('' where there is none)."""
    found = list(POST.finditer(html))
    ends = [match.start() for match in found[1:]] + [len(html)]
    posts = []
    for match, end in zip(found, ends, strict=False):  # a page without posts has one end
        word = WORD.search(html, match.end(), end)
        posts.append((match[1], int(match[2]), int(match[3]), word[0] if word else ""))
    return posts
