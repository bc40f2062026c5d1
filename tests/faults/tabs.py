"""Two web nodes with their people, and tabs that watch a thread of a hidden group on one of them."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.faults.standing import Standing, free_port, wait_for

MAKE = """
from django.conf import settings
from groups import services as groups
from people.models import Company, Person
from tests.journeys.company import make_person, session_of
from walls.services import threads
Company.objects.get_or_create(pk=1)
groups.make_common_space(name="Corvanne")
people = {name: make_person(f"{name.title()} Someone") for name in ("mona", "max", "lea")}
space = groups.create_group(creator=people["mona"], name="Hidden", type="hidden")
for name in ("max", "lea"):
    groups.add_member(space=space, person=people[name])
thread = threads.post_thread(author=people["mona"], spaces=space, source="Plan", title="Plan")[0]
print(json.dumps({
    "thread": thread.public_id, "space": space.public_id, "cookie": settings.SESSION_COOKIE_NAME,
    "people": {name: person.public_id for name, person in people.items()},
    "sessions": {name: session_of(person) for name, person in people.items()},
}))
"""
CSRF = "x" * 32


class Screen:
    """A tab: a socket that watches the thread, and every frame with the moment it came."""

    def __init__(self, company: Company, who: str, node: int) -> None:
        self.frames: list[tuple[float, dict[str, Any]]] = []
        self.name = f"thread:{company.made['thread']}"
        address = f"127.0.0.1:{company.ports[node]}"
        self.socket = connect(
            f"ws://{address}/live/",
            origin=f"http://{address}",  # type: ignore[arg-type]
            additional_headers={"Cookie": company.cookie(who)},
            open_timeout=20,
            legacy=True,
        )
        self.socket.send(json.dumps({"type": "watch", "streams": {self.name: 0}}))
        assert self.name in json.loads(self.socket.recv(timeout=20))["versions"]
        self.closed = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while True:
                text = self.socket.recv()
                self.frames.append((time.time(), json.loads(text)))
        except ConnectionClosed:
            self.closed.set()

    def of(self, *kinds: str, since: float = 0.0) -> list[dict[str, Any]]:
        """The frames of these kinds that came after ``since``."""
        return [frame for moment, frame in self.frames if moment >= since and frame["type"] in kinds]

    def wait(self, wanted: Callable[[dict[str, Any]], bool], *, seconds: float, since: float = 0.0) -> float:
        """The moment a frame came that is ``wanted``."""

        def look() -> float:
            return next((m for m, frame in self.frames if m >= since and wanted(frame)), 0.0)

        try:
            return wait_for(look, seconds=seconds, step=0.01)
        except AssertionError as error:
            raise AssertionError(f"not since {since} among {self.frames}") from error

    def say(self, message: dict[str, Any]) -> None:
        """Send one message of the client."""
        self.socket.send(json.dumps(message))


class Company:
    """Two nodes and the people on them."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.made = standing.do(MAKE)
        self.ports = [free_port(), free_port()]
        self.nodes = [standing.node(port, f"node{number}") for number, port in enumerate(self.ports)]
        self.worker = standing.worker()

    def cookie(self, who: str) -> str:
        return f"{self.made['cookie']}={self.made['sessions'][who]}; parvis_csrf={CSRF}"

    def post(self, who: str, path: str, *, node: int = 0, **form: str) -> int:
        """POST a form to one node as ``who``; the status of the last answer."""
        address = f"http://127.0.0.1:{self.ports[node]}"
        body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": CSRF}).encode()
        headers = {"Cookie": self.cookie(who), "Origin": address, "HX-Request": "true"}
        try:
            return urllib.request.urlopen(urllib.request.Request(address + path, body, headers), timeout=20).status
        except urllib.error.HTTPError as error:
            return error.code

    def reply(self, text: str, *, who: str = "mona", node: int = 0) -> None:
        """Post a reply on one node."""
        assert self.post(who, f"/threads/{self.made['thread']}/reply/", node=node, body=text) == 200


def is_post(text: str) -> Callable[[dict[str, Any]], bool]:
    return lambda frame: frame["type"] == "post" and text in frame["html"]
