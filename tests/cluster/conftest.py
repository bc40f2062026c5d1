"""The whole cluster, once for all tests here: real processes, the small cast of the journeys, and a plain browser."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

from cluster.topology import Cluster  # noqa: E402
from services import is_installed, postgresql_folder  # noqa: E402


def missing() -> list[str]:
    found = [name for name in ("nginx", "pgbouncer", "redis-server") if not is_installed(name)]
    return found + ([] if postgresql_folder() else ["postgresql"])


@pytest.fixture(scope="session")
def house():
    """``cluster``, ``people`` and ``threads`` of the journeys, ``told``: what the keeper said."""
    if missing():
        pytest.skip(f"Not on this machine: {', '.join(missing())}.")
    told, who = [], {}

    def fill(env) -> None:
        command = [sys.executable, "-m", "tests.journeys.company"]
        made = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        who.update(json.loads(made.stdout))

    cluster = Cluster(fill=fill, say=told.append)
    with cluster:
        yield SimpleNamespace(cluster=cluster, told=told, **who)
    until = time.monotonic() + 60
    while cluster.folder.exists():
        assert time.monotonic() < until, "the folder of the cluster stayed"
        time.sleep(0.2)


@dataclass
class Browser:
    """Asks exactly what it is told to ask: no path is tidied, no header is added but the session's."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    source: str = "127.0.0.1"

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str):
        where = urlsplit(self.address)
        line = http.client.HTTPConnection(where.hostname, where.port, timeout=20, source_address=(self.source, 0))
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in ({"Content-Length": str(len(body))} | sent if body else sent).items():
            line.putheader(name, value)
        line.endheaders(body or None)
        answer = line.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        line.close()
        text = content.decode("utf-8", "replace")
        return SimpleNamespace(status=answer.status, headers=answer.headers, body=content, text=text)

    def post(self, path: str, *, content_type: str, body: bytes, **headers: str):
        return self.ask(path, method="POST", body=body, Content_Type=content_type,
                        X_CSRFToken=self.cookies["parvis_csrf"], **headers)  # fmt: skip


@pytest.fixture
def browser(house):
    """``browser("member")``: that person's, through nginx; ``browser()``: nobody's; ``at=`` another address."""

    def make(who: str = "", *, at: str = "", source: str = "127.0.0.1") -> Browser:
        cookies = {house.cookie: house.people[who]["session"]} if who else {}
        made = Browser(at or house.cluster.address, cookies, source)
        if who:
            assert made.ask("/search/").status == 200
        return made

    return make


@pytest.fixture
def heals(house, browser):
    """``heals()``: looks after the cluster until pages come through nginx and through every node; at most 30 s."""

    def wait() -> None:
        cluster = house.cluster
        doors = [cluster.address, *(f"http://127.0.0.1:{port}" for port in cluster.node_ports.values())]
        until = time.monotonic() + 30
        while time.monotonic() < until:
            cluster.keeper.look()
            try:
                if all(browser(at=door).ask("/account/login/").status == 200 for door in doors):
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"The cluster didn't heal: {house.told}")

    return wait
