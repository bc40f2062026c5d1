"""CPU of pages and of a reply, as ratios to the least code that could do it, in one process, on the same data.

``python -m bench.pages [SCALE]``. "Bare" is a view behind the same middleware with one indexed query that renders
50 rows; for the reply, one insert with its transaction. Requests go through the WSGI application, session included.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, WARM = 25, 4
TOKEN = "b" * 32
MUST = {"feed": 5.0, "thread": 5.0, "reply": 4.0}


def cpu(call: Callable[[], object]) -> float:
    """Median CPU milliseconds of one call."""
    for _ in range(WARM):
        call()
    taken = []
    for _ in range(ROUNDS):
        before = time.process_time()
        call()
        taken.append((time.process_time() - before) * 1000)
    return statistics.median(taken)


def line(name: str, product: float, bare: float, must: float | None = None) -> str:
    ratio = product / bare
    verdict = "" if must is None else f"  must {must:g}  {'ok' if ratio <= must else 'MISSED'}"
    return f"{name:44} {product:8.2f} ms  bare {bare:7.2f} ms  ratio {ratio:5.2f}{verdict}"


class Site:
    """The product's WSGI application, asked as one signed-in person."""

    def __init__(self, application, person) -> None:
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        self.application = application
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"

    def get(self, path: str) -> bytes:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> bytes:
        """As the script of a page sends a form."""
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": TOKEN, **fields}).encode())

    def _ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        answered = {}
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": self.cookie, "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)),
            "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1",
        }  # fmt: skip
        if method == "POST":
            environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "HTTP_HX_REQUEST": "true"}
        answer = self.application(environ, lambda status, headers: answered.update(status=status))
        body = b"".join(answer)
        answer.close()
        if not answered["status"].startswith("200"):
            raise RuntimeError(f"{path}: {answered['status']}")
        return body


def run(made: dict) -> Iterator[str]:
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench import bare
    from intranet.wsgi import application
    from people.models import Person
    from walls.models import Thread

    everywhere = Person.objects.get(pk=made["everywhere"])
    somewhere = Person.objects.get(pk=made["somewhere"])
    bare.add_to_urls()
    site, small = Site(application, everywhere), Site(application, somewhere)
    least = cpu(lambda: site.get("/bare/"))

    def queries(who: Site, path: str) -> int:
        who.get(path)
        with CaptureQueriesContext(connection) as seen:
            who.get(path)
        return len(seen)

    yield line("feed, member of 200 groups", cpu(lambda: site.get("/")), least, MUST["feed"])
    yield line("feed, member of 1 group", cpu(lambda: small.get("/")), least, MUST["feed"])
    yield f"{'queries of the feed, 200 groups and 1':44} {queries(site, '/'):8d} {queries(small, '/'):8d}"
    wall = f"/groups/{made['group']}/"
    yield line("wall of a group", cpu(lambda: small.get(wall)), least, MUST["feed"])
    long = f"/threads/{made['long']}/"
    yield line("thread page, of 5,000 posts", cpu(lambda: small.get(long)), least, MUST["thread"])
    yield f"{'queries of the thread page':44} {queries(small, long):8d}"
    source = Thread.objects.get(public_id=made["long"]).posts.first().source
    insert = cpu(lambda: site.post("/bare/insert/", body=source))
    # Thirty posts a minute is the limit of one person: each reply is another's.
    writers = [Site(application, person) for person in Person.objects.exclude(pk=everywhere.pk)[: ROUNDS + WARM]]
    for writer in writers:
        writer.get("/drafts/")  # A session that is noted already, as that of whoever has a page open.
    writer = iter(writers)
    reply = cpu(lambda: next(writer).post(f"{long}reply/", body=source, submission_key=secrets.token_urlsafe(24)))
    yield line("reply, the whole request", reply, insert, MUST["reply"])


def main() -> None:
    scale = sys.argv[1] if len(sys.argv) > 1 else "1.0"
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(PARVIS_DATA=folder, DJANGO_SETTINGS_MODULE="intranet.settings")
        start = time.monotonic()
        made = subprocess.run(
            [sys.executable, "-m", "bench.company", scale], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if made.returncode:
            sys.exit(made.stderr)
        print(f"{'company made, scale ' + scale:44} {time.monotonic() - start:8.1f} s")
        for row in run(json.loads(made.stdout)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
