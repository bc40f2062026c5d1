"""What nginx lets through, what it sends itself, and what it keeps to itself."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import re
import socket
import time

import pytest
from PIL import Image

FORM = "multipart/form-data; boundary=edge"
# What every answer with bytes says about them, whoever sends it.
SAID = ("Content-Type", "Cache-Control", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options",
        "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
        "Vary", "Content-Language")  # fmt: skip


def form(name: str, content: bytes) -> bytes:
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="p.png"\r\n'
    head += "Content-Type: image/png\r\n\r\n"
    return head.encode() + content + b"\r\n--edge--\r\n"


@pytest.fixture(scope="module")
def picture_bytes():
    made = io.BytesIO()
    Image.effect_noise((400, 300), 80).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def picture(browser, picture_bytes):
    """A picture the member sent and has not posted: nobody else may see it."""
    answer = browser("member").post("/pictures/", content_type=FORM, body=form("picture", picture_bytes))
    assert answer.status == 200, answer.text[:300]
    return f"/pictures/{json.loads(answer.body)['id']}/"


def test_a_picture_is_sent_by_nginx_under_the_headers_the_view_gave(house, browser, picture):
    shown = browser("member").ask(picture)
    assert shown.status == 200 and shown.body[:4] == b"RIFF" and "X-Accel-Redirect" not in shown.headers
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "private, no-store" and shown.headers["Content-Disposition"] == "inline"
    assert "Last-Modified" not in shown.headers and "ETag" not in shown.headers
    port = house.cluster.node_ports["web-1"]
    told = browser("member", at=f"http://127.0.0.1:{port}").ask(picture)
    assert told.body == b"" and told.headers["X-Accel-Redirect"].startswith("/_blobs/")
    assert {name: shown.headers[name] for name in SAID} == {name: told.headers[name] for name in SAID}


def test_the_rule_is_asked_for_every_method_and_range(browser, picture):
    assert browser("member").ask(picture, method="HEAD").headers["Content-Type"] == "image/webp"
    part = browser("member").ask(picture, Range="bytes=0-3")
    assert part.status == 206 and part.body == b"RIFF"
    for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"Range": "bytes=0-3"})):
        refused = browser("outsider").ask(picture, method=method, **headers)
        assert refused.status == 404 and b"RIFF" not in refused.body


def test_what_nginx_keeps_is_nothing_at_this_address_when_asked_for_directly(house, browser, picture):
    port = house.cluster.node_ports["web-1"]
    inside = browser("member", at=f"http://127.0.0.1:{port}").ask(picture).headers["X-Accel-Redirect"]
    for path in (inside, "/_blobs/", "/_blobs/00/00/" + "0" * 64, "/_away/en.html"):
        answer = browser("member").ask(path)
        assert answer.status == 404 and b"RIFF" not in answer.body, path
        assert "Retry-After" not in answer.headers and "no-store" in answer.headers["Cache-Control"]
    missing = browser("member").ask("/nothing-of-the-kind/")
    assert browser("member").ask(inside).headers["Content-Type"] == missing.headers["Content-Type"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../_blobs/{inside}",
        "/static/%2e%2e/_blobs/{inside}",
        "/static/..%2f_blobs/{inside}",
        "/%5fblobs/{inside}",
        "//_blobs/{inside}",
        "/./_blobs/{inside}",
        "/_blobs/../_blobs/{inside}",
        "/_blobs/..%2f..%2fsecrets.json",
        "/_blobs/../secrets.json",
        "/static../manage.py",
        "/static/../../manage.py",
        "/static/..%2f..%2fmanage.py",
        "/static/%2e%2e%2f%2e%2e%2fmanage.py",
        "/static/..\\..\\manage.py",
        "/static/%00",
        "/live/../_blobs/{inside}",
    ],
)
def test_no_trick_with_the_path_reaches_a_file(house, browser, picture, path):
    port = house.cluster.node_ports["web-1"]
    told = browser("member", at=f"http://127.0.0.1:{port}").ask(picture).headers["X-Accel-Redirect"]
    answer = browser("member").ask(path.format(inside=told.removeprefix("/_blobs/")))
    assert answer.status in (400, 404), answer.status
    assert b"RIFF" not in answer.body and b"import" not in answer.body and b'"django"' not in answer.body


def test_who_signs_in_is_known_by_the_address_they_came_from(house, browser):
    visitor = browser(source="127.0.0.9")
    page = visitor.ask("/account/login/", X_Forwarded_For="6.6.6.6", X_Real_IP="6.6.6.6")
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = f"csrfmiddlewaretoken={token}&login={house.people['reader']['email']}&password={house.password}"
    answer = visitor.ask(
        "/account/login/", method="POST", body=body.replace(" ", "+").encode(), X_Forwarded_For="6.6.6.6",
        Content_Type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status == 302, answer.text[:400]
    visitor.ask("/search/", X_Forwarded_For="6.6.6.6", Forwarded="for=6.6.6.6")
    asked = (
        "SELECT DISTINCT ip FROM usersessions_usersession s JOIN people_person p ON p.id = s.user_id "
        f"WHERE p.email = '{house.people['reader']['email']}'"
    )
    assert house.cluster.postgresql.run_sql(asked, database="parvis") == "127.0.0.9"


@pytest.mark.parametrize(("language", "words"), [("en", "limit of 200 MB"), ("fr", "limite de 200 Mo")])
def test_an_upload_over_the_limit_is_refused_at_the_door_and_says_the_limit(browser, language, words):
    answer = browser("member").ask(
        "/pictures/", method="POST", Content_Length="900000000", Content_Type=FORM, Accept_Language=language
    )
    assert answer.status == 413 and words in answer.text and "no-store" in answer.headers["Cache-Control"]


def test_static_files_are_compressed_and_kept_and_pages_are_left_to_parvis(browser):
    page = browser().ask("/account/login/", Accept_Encoding="gzip")
    assert page.headers["Content-Encoding"] == "gzip" and "no-store" in page.headers["Cache-Control"]
    text = gzip.decompress(page.body).decode()
    style = text.split('rel="stylesheet" href="')[1].split('"')[0]
    file = browser().ask(style, Accept_Encoding="gzip")
    assert file.headers["Content-Encoding"] == "gzip" and gzip.decompress(file.body)
    assert "immutable" in file.headers["Cache-Control"] and file.headers["X-Content-Type-Options"] == "nosniff"
    lengths = {len(browser().ask("/account/login/", Accept_Encoding="gzip").body) for _ in range(8)}
    assert len(lengths) > 1, "the length of a page is blurred by Parvis: nginx must not compress it anew"


def upgraded(house, who: str, *, protocol: str, path: str = "/live/") -> tuple[bytes, socket.socket]:
    """The first line nginx answers to a request for another protocol, and the connection, open."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{house.cluster.port}", f"Origin: {house.cluster.address}",
        f"Cookie: {house.cookie}={house.people[who]['session']}", "Connection: Upgrade", f"Upgrade: {protocol}",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", "",
    ]  # fmt: skip
    line = socket.create_connection(("127.0.0.1", house.cluster.port), timeout=10)
    line.sendall("\r\n".join(lines).encode())
    return line.recv(4096).split(b"\r\n")[0], line


def upgrade(house, who: str, *, protocol: str, path: str = "/live/") -> bytes:
    answer, line = upgraded(house, who, protocol=protocol, path=path)
    line.close()
    return answer


def open_sockets(house, browser) -> list[int]:
    """How many each node has."""
    pages = [browser(at=f"http://127.0.0.1:{port}").ask("/metrics").text for port in house.cluster.node_ports.values()]
    return [int(float(re.search(r"^parvis_sockets (\S+)", page, re.MULTILINE)[1])) for page in pages]


def test_each_socket_goes_to_the_node_that_has_the_fewest(house, browser):
    reader, lines = browser("member"), []
    until = time.monotonic() + 10
    while any(open_sockets(house, browser)):  # of tests before this one
        assert time.monotonic() < until
    try:
        for _ in range(6):
            # Dealt out in turn together with pages, every socket would come to the same node.
            assert reader.ask("/search/").status == 200
            answer, line = upgraded(house, "member", protocol="websocket")
            assert b" 101 " in answer
            lines.append(line)
        assert open_sockets(house, browser) == [3, 3]
    finally:
        for line in lines:
            line.close()


def test_sockets_pass_and_no_other_upgrade_does(house):
    assert b" 101 " in upgrade(house, "member", protocol="websocket")
    assert b" 101 " not in upgrade(house, "member", protocol="h2c", path="/")
