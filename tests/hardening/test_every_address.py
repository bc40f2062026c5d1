"""What holds at every address of the resolver: the headers, nothing inline, no writing by a GET, no writing unasked."""

from __future__ import annotations

import asyncio
import re

import pytest
from django.db import connection
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from intranet import bodies
from notifications import queries as inbox
from search import limits as search_limits
from tests.hardening.forms import fields_nobody_takes
from walls.services import submissions

#: what every answer says, whoever asked and whatever came of it
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
    "base-uri 'none'",
}  # fmt: skip
#: tables that a GET may write, and why
WRITTEN_BY_READING = {
    "django_session": "what was said (messages) is said once; a session that is over goes",
    "usersessions_usersession": "when a session was last used, every ten minutes (people.middleware)",
    "notifications_visit": "when somebody was last here, in the same moment",
}
#: doors that take a form without our token, and why
WITHOUT_TOKEN = {
    "share": "other apps send to it; it drops what comes and leads to the composer (tests/frame/test_installed.py)"
}
#: addresses that take a form without our token, and what they ask for instead
WITHOUT_TOKEN = {
    "notifications:mail-stop": "a link we signed, sent by mail clients without cookies (RFC 8058)",
    "share": "sent by the device; it writes nothing and leads to the composer",
}
_WRITES = re.compile(r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


class Writes:
    """The tables written while it is entered, whatever came of the transaction."""

    def __enter__(self):
        self.tables: list[str] = []
        self._wrapper = connection.execute_wrapper(self._note)
        self._wrapper.__enter__()
        return self.tables

    def _note(self, execute, sql, params, many, context):
        if found := _WRITES.match(sql):
            self.tables.append(found.group(1))
        return execute(sql, params, many, context)

    def __exit__(self, *error):
        self._wrapper.__exit__(*error)


def everything() -> dict[str, list]:
    """Every row of every table but those of ``WRITTEN_BY_READING``."""
    with connection.cursor() as cursor:
        rows = {}
        for table in connection.introspection.table_names(cursor):
            if table not in WRITTEN_BY_READING:
                cursor.execute(f'SELECT * FROM "{table}"')
                rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def wrong_headers(answer) -> list[str]:
    """What ``answer`` says otherwise than every answer does."""
    said = answer.headers
    kept = said.get("Cache-Control", "")
    wrong = [] if {"no-store", "private"} <= set(kept.split(", ")) else [f"kept: {kept}"]
    wrong += [f"{name}: {said.get(name)}" for name, value in HEADERS.items() if said.get(name) != value]
    policy = {part.strip() for part in said.get("Content-Security-Policy", "").split(";")}
    if policy != POLICY:
        wrong.append(f"policy: {policy ^ POLICY}")
    for cookie in answer.cookies.values():
        flags = (bool(cookie["httponly"]), cookie["samesite"], cookie["domain"], cookie["path"])
        if flags != (True, "Lax", "", "/"):
            wrong.append(f"cookie {cookie.key}: {flags}")
    return wrong


def inline(answer) -> list[str]:
    """Scripts, styles, handlers and foreign addresses of resources in the page itself."""
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return []
    found = []
    for node in LexborHTMLParser(answer.content.decode()).css("*"):
        names = node.attributes
        source = names.get("src") or (names.get("href") if node.tag == "link" else "") or ""
        is_code = node.tag == "script" and names.get("type") != "application/json"
        if (is_code and not source) or node.tag in ("style", "iframe", "object", "embed", "base"):
            found.append(node.tag)
        if source and not source.startswith("/"):
            found.append(f"{node.tag} from {source}")
        found += [f"{node.tag} {name}" for name in names if name == "style" or name.startswith("on")]
        found += [f"{node.tag} {value}" for value in names.values() if (value or "").lower().startswith("javascript:")]
    return found


@pytest.mark.parametrize("who", ["member", "manager", "admin", "outsider", "nobody"])
def test_a_get_writes_nothing_and_every_answer_says_the_headers_and_every_form_is_taken(house, client, who):
    if who != "nobody":
        client.force_login(getattr(house, who))
    before = everything()
    wrong = {}
    asked = [(name, address, {}) for name, address in [*house.addresses.items(), ("nothing", "/nothing/here/")]]
    if who == "member":
        asked += [(name, address, {"HX-Request": "true"}) for name, address, _ in asked]
    if who == "outsider":
        asked += [(name, address, {}) for name, address in house.absent.items()]
    for name, address, more in asked:
        with Writes() as written:
            answer = client.get(address, headers=more)
        found = [*wrong_headers(answer), *inline(answer)]
        found += [f"wrote {table}" for table in written if table not in WRITTEN_BY_READING]
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            found += fields_nobody_takes(answer.content, address)
        found += [f"status {answer.status_code}"] if answer.status_code >= 500 else []
        if found:
            wrong[name] = found
    assert not wrong
    assert everything() == before


def test_no_door_takes_a_form_that_is_none_of_ours(house, client):
    signed_in, nobody = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    signed_in.force_login(house.member)
    before = everything()
    wrong = {}
    for strict in (signed_in, nobody):
        for name, address in house.addresses.items():
            with Writes() as written:
                answer = strict.post(address)
            written = [table for table in written if table not in WRITTEN_BY_READING]
            is_refused = answer.status_code == 403 and "X-Refusal" in answer
            if is_refused == (name in WITHOUT_TOKEN) or written or wrong_headers(answer):
                wrong[name] = (answer.status_code, written, wrong_headers(answer))
    assert not wrong
    assert everything() == before


def test_a_foreign_page_posts_nothing_even_with_the_token(house):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(house.member)
    strict.get("/")
    token = strict.cookies["parvis_csrf"].value
    form = {"csrfmiddlewaretoken": token, "theme": "dark"}
    for origin in ("https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81"):
        assert strict.post("/preferences/one/", form, headers={"Origin": origin}).status_code == 403, origin
    assert strict.post("/preferences/one/", form, headers={"Origin": "http://testserver"}).status_code == 302


def test_errors_say_the_headers_too(house, client, monkeypatch):
    client.raise_request_exception = False
    client.force_login(house.member)
    strict = Client(enforce_csrf_checks=True)
    monkeypatch.setattr(search_limits, "SEARCHES", 1)
    monkeypatch.setattr(search_limits, "SUGGESTIONS", 1)
    reply = house.addresses["walls:reply-create"]

    def broken(*_):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(inbox, "inbox", broken)
    empty = client.post(reply, {"body": ""})
    monkeypatch.setattr(submissions, "POSTS_A_MINUTE", 1)
    answers = [
        (500, client.get("/inbox/")),
        (400, client.get("/", headers={"Host": "evil.example"})),
        (400, client.get("/?q=%00")),
        (400, client.post(reply, {"nonsense": "x"})),
        (403, strict.post("/account/login/", {"login": "x"})),
        (404, client.get("/nothing/")),
        (404, client.get(house.absent["walls:thread-detail"])),
        (404, client.get(house.absent["walls:picture-show"])),
        (405, client.get("/read/")),
        (415, client.post(reply, "{}", content_type="application/json")),
        (422, empty),
        (429, [client.get("/search/?q=a") for _ in range(2)][-1]),
        (429, [client.get("/search/suggest/?q=a") for _ in range(2)][-1]),
        (429, client.post(reply, {"body": "a"})),
        (429, [Client().post("/account/password/reset/", {"email": "x@example.test"}) for _ in range(6)][-1]),
    ]
    for number, (status, answer) in enumerate(answers):
        assert (number, answer.status_code, wrong_headers(answer)) == (number, status, [])


@pytest.mark.parametrize("status", [408, 413, 431, 503, 507])
def test_answers_made_before_any_page_say_them_too(status):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(bodies.answer(bodies.Refused(status, "Too much."), send))
    said = {name.decode().title(): value.decode() for name, value in sent[0]["headers"]}
    assert sent[0]["status"] == status and said["Cache-Control"] == "no-store, private"
    assert said["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert {name: said.get(name) for name in HEADERS} == HEADERS
