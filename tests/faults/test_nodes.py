"""Two web nodes on one PostgreSQL and one Redis: what happens on one is seen on the other, whatever dies between."""

from __future__ import annotations

import signal
import time

import pytest

from tests.faults.standing import PREPARE, Standing, wait_for
from tests.faults.tabs import Company, Screen, is_post

pytestmark = pytest.mark.slow

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
# Pushes to the thread in argv[1] again and again from when the file argv[2] is there; asks the database before only.
PUSH_LATER = """
import pathlib, time
from live import push
from walls.live import ThreadStream
from walls.models import Thread
thread = Thread.objects.get(public_id=sys.argv[1])
state = ThreadStream("thread").states([thread.pk])[thread.pk]
print("prepared", flush=True)
while not pathlib.Path(sys.argv[2]).exists():
    time.sleep(0.05)
for number in range(100):
    push.push("thread", state, {"": {"type": "test", "number": number}})
    time.sleep(0.2)
"""


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
        one.wait(lambda frame: frame["type"] == "here" and {p["name"] for p in frame["people"]} == names, seconds=5)
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


def test_while_the_database_says_nothing_frames_are_held_and_flow_again_after(company, screen):
    there, begin = screen("lea", node=1), company.standing.folder / "begin"
    company.standing.start("later", "-c", PREPARE + PUSH_LATER, company.made["thread"], str(begin))
    company.standing.wait_until_said("later", "prepared")
    company.standing.signal_postgresql(signal.SIGSTOP)
    try:
        time.sleep(4.5)
        begin.touch()
        time.sleep(2)
        assert not there.of("test")
    finally:
        company.standing.signal_postgresql(signal.SIGCONT)
    there.wait(lambda frame: frame["type"] == "test", seconds=5)
