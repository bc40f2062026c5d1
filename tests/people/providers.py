"""OpenID providers for tests: a real one in a process of its own, and one of ours that lies."""

from __future__ import annotations

import base64
import contextlib
import functools
import html
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import Client

from people import queries
from people.models import Person

HERE = Path(__file__).parent
HERE_WE_ARE = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery"
CLIENT, SECRET = "parvis", "a secret of forty characters, for a test."
ACCOUNTS = {
    "sub-max": {"email": "max.member@example.test", "email_verified": True, "name": "Max Member"},
    "sub-new": {"email": "nora.new@example.test", "email_verified": True, "name": "Nora New", "groups": ["parvis"]},
    "sub-unproven": {"email": "una@example.test", "email_verified": False, "name": "Una Unproven"},
    "sub-elsewhere": {"email": "eve@elsewhere.test", "email_verified": True, "name": "Eve Elsewhere"},
}


@contextlib.contextmanager
def real_provider(*, port: int = 0, callback: str):
    """The address of panva's oidc-provider, running with :data:`ACCOUNTS`; it ends with the block."""
    said = {"client": CLIENT, "secret": SECRET, "callback": callback, "accounts": ACCOUNTS, "port": port}
    # Where the machine has no Node that is new enough, `make test` put one beside this Python.
    beside = Path(sys.prefix) / "bin" / "node"
    node = str(beside) if beside.exists() else shutil.which("node") or "node"
    process = subprocess.Popen(
        [node, str(HERE / "provider.mjs"), json.dumps(said)],
        cwd=HERE.parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        issuer = process.stdout.readline().strip()
        assert issuer.startswith("http://"), "the provider did not start: run npm ci"
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def address_in(page) -> str:
    """Where a page of ours sends the browser."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    assert found, page.content.decode()
    return html.unescape(found.group(1))


def sign_in_there(address: str, subject: str) -> str:
    """Fill in the provider's own forms as ``subject``; the path and query it sends the browser back to."""
    session = requests.Session()
    answer = session.get(address, allow_redirects=False, timeout=10)
    for _step in range(12):
        if answer.is_redirect:
            there = requests.compat.urljoin(answer.url, answer.headers["Location"])
            if there.startswith(settings.PUBLIC_URL):
                return there.removeprefix(settings.PUBLIC_URL)
            answer = session.get(there, allow_redirects=False, timeout=10)
            continue
        action = re.search(r'<form[^>]+action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert action and prompt, f"{answer.status_code} {answer.text[:500]}"
        form = {"prompt": prompt.group(1), "login": subject, "password": "any"}
        answer = session.post(html.unescape(action.group(1)), form, allow_redirects=False, timeout=10)
    raise AssertionError("the provider never sent us back")


def come_in(client: Client, subject: str, address: str = "/sign-on/", **form):
    """Press our button, sign in at the provider as ``subject``, come back; the last answer."""
    return client.get(sign_in_there(address_in(client.post(address, form)), subject))


def bind(person: Person, subject: str) -> SocialAccount:
    """Connect an account with a subject of the provider that is set up."""
    return SocialAccount.objects.create(user=person, provider=queries.provider_id(), uid=subject)


def who_is_in(client: Client) -> int | None:
    """The key of who is signed in."""
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


@functools.cache
def key_of(_name: str) -> rsa.RSAPrivateKey:
    """A key, made once: that takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Liar:
    """A provider that answers what a test tells it to: ``claims`` of its id_token, ``userinfo``, ``issuer``."""

    def __init__(self) -> None:
        self.key = key_of("the liar")
        self.signs_with = self.key
        self.claims: dict = {}
        self.userinfo: dict = {}
        self.discovery: dict = {}
        self.has_id_token = True
        self.forge: Callable[[dict], str] | None = None  # how the id_token is made instead
        self.asked: dict = {}
        self.paths: list[str] = []
        self.raw: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}  # what is answered at a path instead
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def answer(self, value):
                path = urlsplit(self.path).path
                liar.paths.append(path)
                if path in liar.raw:
                    with contextlib.suppress(OSError):
                        liar.raw[path](self)
                    return
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer(liar.said_at(urlsplit(self.path).path))

            def do_POST(self):
                liar.asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.answer(liar.tokens())

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def said_at(self, path: str) -> dict:
        """What stands at ``path``."""
        if path == "/jwks":
            numbers = self.key.public_key().public_numbers()
            n, e = (
                base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
                for value in (numbers.n, numbers.e)
            )
            return {"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", "n": n, "e": e}]}
        if path == "/me":
            return self.userinfo
        places = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks"}
        said = {name: f"{self.issuer}/{place}" for name, place in places.items()}
        return {"issuer": self.issuer, "userinfo_endpoint": f"{self.issuer}/me", **said, **self.discovery}

    def tokens(self) -> dict:
        """What the token endpoint gives."""
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "sub-max", "iat": now, "exp": now + 60, "nonce": self.nonce}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        token = self.forge(claims) if self.forge else self.sign(claims)
        return {"access_token": "x", "token_type": "Bearer", **({"id_token": token} if self.has_id_token else {})}

    def sign(self, claims: dict) -> str:
        """An id_token as it should be."""
        return jwt.encode(claims, self.signs_with, algorithm="RS256", headers={"kid": "one"})

    def come_back(self, address: str) -> str:
        """Where the browser is sent back to from ``address``, which asked for a sign-in."""
        asked = parse_qs(urlsplit(address).query)
        self.nonce = asked["nonce"][0]
        return f"/sign-on/callback/?code=abc&state={asked['state'][0]}"

    def close(self) -> None:
        """End the server."""
        self.server.shutdown()
        self.server.server_close()
