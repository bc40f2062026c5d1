"""A provider that is away, slow, or answers nonsense: one calm page soon, one sentence in the log, no secret."""

from __future__ import annotations

import logging
import time

import pytest
from django.core.cache import cache
from django.test import Client

from people.sign_on import asking
from tests.people import providers


def raw(handler, status: str, body: bytes = b"", *headers: str) -> None:
    """Answer with these bytes, whatever they are."""
    said = [f"HTTP/1.0 {status}", *headers, "", ""]
    handler.wfile.write("\r\n".join(said).encode() + body)


def drip(handler) -> None:
    """Begin an answer that never ends: a byte now and then."""
    raw(handler, "200 OK", b"", "Content-Type: application/json")
    for _ in range(400):
        handler.wfile.write(b" " * 64)
        handler.wfile.flush()
        time.sleep(0.05)


def flood(handler) -> None:
    """Answer more than anybody asked for."""
    raw(handler, "200 OK", b"[" * 2_000_000, "Content-Type: application/json")


NONSENSE = {
    "an error": lambda handler: raw(handler, "500 Oh", b"{}", "Content-Type: application/json"),
    "no kind": lambda handler: raw(handler, "200 OK", b"{}"),
    "no JSON": lambda handler: raw(handler, "200 OK", b"<html>", "Content-Type: application/json"),
    "a list": lambda handler: raw(handler, "200 OK", b"[]", "Content-Type: application/json"),
    "a word": lambda handler: raw(handler, "200 OK", b'"access_token"', "Content-Type: application/json"),
    "numbers": lambda handler: raw(
        handler,
        "200 OK",
        b'{"access_token": 1, "id_token": 2, "keys": 3, "issuer": 4}',
        "Content-Type: application/json",
    ),
    "keys of nothing": lambda handler: raw(
        handler, "200 OK", b'{"keys": [1, {}, {"kid": "one", "kty": "x"}]}', "Content-Type: application/json"
    ),
    "no bytes": lambda handler: None,
    "too much": flood,
}


DISCOVERY = "/.well-known/openid-configuration"


def sign_in(liar, path, answer):
    """Sign in while ``answer`` stands at ``path``: the client and what it got last."""
    cache.clear()
    client = Client()
    liar.raw.clear()
    if path == DISCOVERY:
        liar.raw[path] = answer
        return client, client.post("/sign-on/")
    back = liar.come_back(providers.address_in(client.post("/sign-on/")))
    liar.raw[path] = answer
    return client, client.get(back)


@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/jwks", "/me"])
def test_nonsense_ends_on_one_calm_page(liar, caplog, path):
    liar.claims.pop("email", None)  # so that userinfo is asked for
    for what, nonsense in NONSENSE.items():
        caplog.clear()
        client, answer = sign_in(liar, path, nonsense)
        assert answer.status_code == 503 and "did not work" in answer.content.decode(), what
        assert "_auth_user_id" not in client.session
        assert "Traceback" not in caplog.text
        assert len([record for record in caplog.records if record.name == "parvis.sign_on"]) == 1


def test_an_answer_that_never_ends_is_left(liar, monkeypatch):
    monkeypatch.setattr(asking, "IN_ALL", 0.3)
    for path in (DISCOVERY, "/token", "/jwks"):
        began = time.monotonic()
        assert sign_in(liar, path, drip)[1].status_code == 503
        assert time.monotonic() - began < 5


def test_a_provider_that_is_away_says_so_in_one_sentence_and_is_not_asked_by_every_page(liar, caplog):
    liar.raw[DISCOVERY] = NONSENSE["an error"]
    for _ in range(3):
        answer = Client().post("/sign-on/")
        assert answer.status_code == 503 and "did not answer" in answer.content.decode()
    assert len(liar.paths) == 1
    assert "the provider does not say what it is (HTTPError)" in caplog.text
    liar.raw.clear()
    cache.clear()
    assert Client().post("/sign-on/").status_code == 200


def test_nobody_listening_there_is_one_sentence_too(cast, liar, settings, caplog):
    settings.OIDC_URL = "http://127.0.0.1:9"
    assert Client().post("/sign-on/").status_code == 503
    assert "Traceback" not in caplog.text and "ConnectionError" in caplog.text


def test_a_provider_that_goes_away_on_the_way_is_one_sentence_too(liar):
    client = Client()
    back = liar.come_back(providers.address_in(client.post("/sign-on/")))
    cache.clear()
    liar.raw[DISCOVERY] = NONSENSE["no bytes"]
    assert client.get(back).status_code == 503


def test_our_secret_goes_nowhere_else(liar):
    liar.claims.pop("email", None)
    thief = providers.Liar()
    try:
        for path in (DISCOVERY, "/token", "/jwks", "/me"):
            status = "307 Over there" if path == "/token" else "302 Over there"
            there = f"Location: {thief.issuer}{path}"
            answer = sign_in(liar, path, lambda handler, status=status, there=there: raw(handler, status, b"", there))[
                1
            ]
            assert answer.status_code == 503 and not thief.paths, path
    finally:
        thief.close()


@pytest.mark.parametrize("breaks", ["/token", "/jwks", "/me", ""])
def test_no_log_holds_a_secret_or_a_name(liar, caplog, breaks):
    caplog.set_level(logging.DEBUG)
    liar.claims.pop("email", None)
    liar.userinfo = {"sub": "sub-max", "email": "max.member@example.test"}
    client = Client()
    address = providers.address_in(client.post("/sign-on/"))
    back = liar.come_back(address)
    if breaks:
        said = f'{{"access_token": "{providers.SECRET}"}}'.encode()
        liar.raw[breaks] = lambda handler: raw(handler, "400 No", said, "Content-Type: application/json")
    assert client.get(back).status_code == (503 if breaks else 302)
    state = back.partition("state=")[2]
    verifier = liar.asked["code_verifier"][0]
    for secret in (providers.SECRET, state, liar.nonce, verifier, "code=abc", "sub-max", "max.member", "eyJ"):
        assert secret not in caplog.text, secret
