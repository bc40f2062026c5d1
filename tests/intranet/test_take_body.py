"""Bodies are taken in whole before the app sees the request."""

from __future__ import annotations

import asyncio

import pytest

from intranet import bodies, downloads


class Asked:
    """An app that notes what it was given."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.query = b""
        self.body = b""
        self.calls = 0

    async def __call__(self, scope, receive, send):
        self.calls += 1
        self.headers, self.query = scope["headers"], scope["query_string"]
        more = bodies.has_body(dict((k.decode(), v.decode()) for k, v in scope["headers"]))
        while more:
            message = await receive()
            self.body += message["body"]
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})


def ask(chunks, *, headers=(), query=b"", pause: float = 0.0):
    """(the app inside, status, sentence) of one request whose body comes in ``chunks``."""
    app, sent, waiting = Asked(), [], list(chunks)

    async def receive():
        await asyncio.sleep(pause)
        if not waiting:
            return {"type": "http.disconnect"}
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/", "headers": list(headers), "query_string": query}
    asyncio.run(bodies.WholeBodies(app)(scope, receive, send))
    status = sent[0]["status"] if sent else None
    return app, status, b"".join(message.get("body", b"") for message in sent).decode()


def test_a_chunked_body_arrives_whole_with_its_length():
    app, status, _ = ask([b"ab", b"", b"cd"], headers=[(b"transfer-encoding", b"chunked")])
    assert status == 200
    assert app.body == b"abcd"
    assert dict(app.headers)[b"content-length"] == b"4"
    assert b"transfer-encoding" not in dict(app.headers)


def test_a_body_larger_than_memory_arrives_whole():
    piece = bytes(range(256)) * 1024
    headers = [(b"transfer-encoding", b"chunked"), (b"content-type", b"multipart/form-data; boundary=x")]
    app, status, _ = ask([piece] * 5, headers=headers)
    assert status == 200
    assert app.body == piece * 5


def test_a_slow_body_is_refused_and_costs_no_page(monkeypatch):
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.05)
    app, status, sentence = ask([b"a"] * 5, headers=[(b"content-length", b"5")], pause=0.04)
    assert (status, app.calls) == (408, 0)
    assert sentence


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("203.0.113.9", "203.0.113.10", 200),
        ("203.0.113.9", "203.0.113.9", 503),
        # Whoever has one address of a network of IPv6 has all of them.
        ("2001:db8:1:2::1", "2001:db8:1:2::ffff", 503),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.10", 200),
        # A front server on this machine that is not named as one: everybody would come from there.
        ("127.0.0.1", "127.0.0.1", 200),
    ],
)
def test_slow_senders_at_one_address_leave_room_for_those_at_others(first, second, status):
    async def play():
        app, sent = bodies.WholeBodies(Asked()), []

        async def never():
            await asyncio.sleep(60)

        async def at_once():
            return {"type": "http.request", "body": b"12345", "more_body": False}

        async def send(message):
            sent.append(message)

        def scope(address):
            headers = [(b"content-length", b"5")]
            return {"type": "http", "path": "/", "headers": headers, "query_string": b"", "client": (address, 1)}

        slow = [asyncio.create_task(app(scope(first), never, send)) for _ in range(bodies.MAX_OF_ONE)]
        await asyncio.sleep(0)
        await app(scope(second), at_once, send)
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert sent[0]["status"] == status and not app.at_once and not +app.by_address

    asyncio.run(play())


def test_a_body_over_the_limit_is_refused_also_when_it_lied_about_its_length(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    app, status, sentence = ask([b"x" * 600, b"x" * 600], headers=[(b"transfer-encoding", b"chunked")])
    assert (status, app.calls) == (413, 0)
    assert "1 kB" in sentence


def test_an_upload_may_be_longer_than_a_form(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    headers = [(b"content-length", b"5000"), (b"content-type", b"multipart/form-data; boundary=x")]
    _, status, _ = ask([b"x" * 5000], headers=headers)
    assert status == 200


def test_a_sender_who_leaves_reaches_no_page():
    app, status, _ = ask([], headers=[(b"content-length", b"5")])
    assert (status, app.calls) == (None, 0)


def test_headers_with_underscores_are_dropped():
    headers = [(b"x_forwarded_for", b"10.0.0.1"), (b"accept", b"*/*")]
    app, _, _ = ask([], headers=headers)
    assert app.headers == [(b"accept", b"*/*")]


def test_overlong_headers_are_refused():
    app, status, _ = ask([], headers=[(b"cookie", b"x" * 40_000)])
    assert (status, app.calls) == (431, 0)


@pytest.mark.parametrize(("raw", "clean"), [(b"q=\xe9", b"q=%E9"), (b"q=a%20b&c=1+2", b"q=a%20b&c=1+2")])
def test_the_query_reaches_the_app_as_ascii(raw, clean):
    app, _, _ = ask([], query=raw)
    assert app.query == clean


def test_a_reader_who_stops_reading_frees_the_thread(monkeypatch):
    monkeypatch.setattr(downloads, "SECONDS_A_PIECE", 0.02)
    taken = []

    async def stuck(message):
        taken.append(message)
        await asyncio.sleep(60)

    async def send_three():
        send = downloads.cut_off(stuck)
        for number in range(3):
            await send({"type": "http.response.body", "number": number})

    asyncio.run(asyncio.wait_for(send_three(), 5))
    assert [message["number"] for message in taken] == [0]


class Called:
    """An app that only says which it is."""

    def __init__(self, name: str, heard: list[str]) -> None:
        self.name, self.heard = name, heard

    async def __call__(self, scope, receive, send):
        self.heard.append(self.name)


@pytest.mark.parametrize(
    ("method", "path", "pool"),
    [
        ("GET", "/pictures/abc/", "downloads"),
        ("HEAD", "/static/parvis.css", "downloads"),
        ("GET", "/groups/", "pages"),
        # A picture is made anew while its sender waits: that is a page's work.
        ("POST", "/pictures/", "pages"),
    ],
)
def test_files_are_sent_by_the_small_pool_which_takes_none_in(method, path, pool):
    heard: list[str] = []
    pools = downloads.Pools(pages=Called("pages", heard), downloads=Called("downloads", heard))
    asyncio.run(pools({"type": "http", "method": method, "path": path}, None, None))
    assert heard == [pool]
