"""Two web nodes on one PostgreSQL and one Redis: what happens on one is seen on the other, whatever dies between."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.faults.standing import Standing, free_port, wait_for

pytestmark = pytest.mark.slow

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
PUSH = """
import time
from live import push
from walls.live import ThreadStream
from walls.models import Thread
import redis
from django.conf import settings
client = redis.Redis.from_url(settings.REDIS_URL)
thread = Thread.objects.get(public_id=sys.argv[1])
state = ThreadStream("thread").states([thread.pk])[thread.pk]
received = lambda: client.info("stats")["total_connections_received"]
push.push("thread", state, {"": {"type": "test", "number": -1}})
time.sleep(0.5)
before, open_before = received(), len(client.client_list())
for number in range(500):
    push.push("thread", state, {"": {"type": "test", "number": number}})
    time.sleep(0.001)
time.sleep(1)
print(json.dumps({"made": received() - before, "more": len(client.client_list()) - open_before}))
"""
ADD = """
from groups import services as groups
from groups.models import Space
from people.models import Person
person = Person.objects.get(public_id=sys.argv[2])
groups.add_member(space=Space.objects.get(public_id=sys.argv[1]), person=person)
print(1)
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


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    with Standing(tmp_path_factory.mktemp("nodes")) as standing:
        done = standing.run("manage.py", "migrate", "--verbosity", "0")
        assert done.returncode == 0, done.stderr
        yield Company(standing)


@pytest.fixture
def screen(company):
    """Opens screens, and closes them at the end."""
    opened: list[Screen] = []

    def opens(who: str, *, node: int = 1) -> Screen:
        opened.append(Screen(company, who, node))
        return opened[-1]

    yield opens
    for one in opened:
        one.socket.close()


def is_post(text: str) -> Callable[[dict[str, Any]], bool]:
    return lambda frame: frame["type"] == "post" and text in frame["html"]


def test_a_reply_on_one_node_is_seen_on_the_other(company, screen):
    here, there = screen("max", node=0), screen("lea", node=1)
    began = time.time()
    company.reply("zirconium")
    for one in (here, there):
        one.wait(is_post("zirconium"), seconds=3)
    assert there.wait(is_post("zirconium"), seconds=0.1) - began < 3


def test_everybody_sees_who_is_here_on_any_node_and_who_went(company, screen):
    here, there = screen("max", node=0), screen("lea", node=1)
    names = {"Max Someone", "Lea Someone"}
    for one in (here, there):
        one.wait(
            lambda frame: frame["type"] == "here" and {p["name"] for p in frame["people"]} == names, seconds=5
        )
    left = time.time()
    there.socket.close()
    here.wait(lambda frame: frame["type"] == "here" and frame["count"] == 1, seconds=4, since=left)


def test_who_writes_on_one_node_is_shown_on_the_other(company, screen):
    here, there = screen("max", node=0), screen("lea", node=1)
    here.say({"type": "typing", "stream": here.name})
    there.wait(lambda frame: frame["type"] == "typing" and frame["person"]["name"] == "Max Someone", seconds=2)


def test_a_removal_on_one_node_ends_the_watch_on_the_other_within_a_second_with_no_late_frame(company, screen):
    for number in range(3):
        losing, staying = screen("lea", node=1), screen("max", node=1)
        path = f"/groups/{company.made['space']}/members/{company.made['people']['lea']}/remove/"
        assert company.post("mona", path) < 400
        answered = time.time()
        company.reply(f"after removal {number}")
        staying.wait(is_post(f"after removal {number}"), seconds=3)
        gone = losing.wait(lambda frame: frame["type"] == "gone", seconds=2)
        assert gone - answered < 1
        late = [frame for moment, frame in losing.frames if moment > gone]
        assert not late and not losing.of("post", since=answered)
        company.standing.do(ADD, company.made["space"], company.made["people"]["lea"])


def test_a_session_that_ends_on_one_node_ends_its_sockets_on_the_other_within_a_second(company, screen):
    code = (
        "from people.models import Person\nfrom tests.journeys.company import session_of\n"
        "print(json.dumps(session_of(Person.objects.get(public_id=sys.argv[1]))))"
    )
    kept = company.made["sessions"]["lea"]
    company.made["sessions"]["lea"] = company.standing.do(code, company.made["people"]["lea"])
    ending = screen("lea", node=1)
    status = company.post("lea", "/account/logout/")
    assert status < 400, status
    answered = time.time()
    company.made["sessions"]["lea"] = kept
    # A second socket of the same person, opened after the epoch rose, must not hide the first.
    staying = screen("lea", node=1)
    assert ending.closed.wait(1.2), time.time() - answered
    company.reply("to who is still there")
    staying.wait(is_post("to who is still there"), seconds=3)


def test_a_push_from_a_process_without_sockets_holds_one_connection_however_often(company, screen):
    watching = screen("max", node=1)
    made = company.standing.do(PUSH, company.made["thread"])
    assert made["made"] <= 2 and made["more"] <= 1, made
    assert len({frame["number"] for frame in watching.of("test")}) == 501


def test_redis_killed_and_restarted_empty_under_open_sockets_heals_without_a_click(company, screen):
    here, there = screen("max", node=0), screen("lea", node=1)
    company.standing.kill_redis()
    try:
        company.reply("while redis is away")
        away = time.time()
        # The poll tells the version; the client would fetch what it missed.
        for one in (here, there):
            one.wait(lambda frame: frame["type"] == "version", seconds=5, since=away - 1)
        late = screen("mona", node=1)  # a socket opens and watches while Redis is away
        time.sleep(3)
    finally:
        company.standing.start_redis()
    back = time.time()

    def frames_flow() -> bool:
        text = f"redis is back {time.time()}"
        company.reply(text)
        time.sleep(0.5)
        return all(any(is_post(text)(frame) for _, frame in one.frames) for one in (here, there, late))

    wait_for(frames_flow, seconds=20, step=0.2)
    assert time.time() - back < 10
    for one in (here, there, late):
        assert not one.closed.is_set()
