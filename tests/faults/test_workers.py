"""Workers and clock of a server: what a kill, a restart or an emptied Redis leaves behind is delivered, once."""

from __future__ import annotations

import json
import signal
import time

import pytest

from tests.faults.standing import Standing, wait_for

pytestmark = pytest.mark.slow

# An empty company but for a thread, all facts heard.
MAKE = """
from django.core.management import call_command
call_command("flush", interactive=False, verbosity=0)
from groups import services as groups
from kit import facts
from kit.models import Fact
from people.models import Company, Person
from walls.services import threads
Company.objects.get_or_create(pk=1)
common = groups.make_common_space(name="Corvanne")
def person(name):
    row = Person(email=f"{name.lower()}@corvanne.test", display_name=name)
    row.set_unusable_password()
    row.save()
    groups.make_personal_space(person=row)
    return row
asker, helper = person("Asker"), person("Helper")
thread = threads.post_thread(author=asker, spaces=common, source="Which wrench?", title="Wrench")[0]
for key in Fact.objects.values_list("pk", flat=True):
    facts.deliver(key)
print(json.dumps({"thread": thread.public_id}))
"""
# Replies to the thread in argv[1], a text each; then waits argv[2] seconds for what hands facts over.
REPLY = """
import time
from people.models import Person
from walls.models import Thread
from walls.services import posts
took = []
for text in sys.argv[3:]:
    began = time.monotonic()
    posts.reply(author=Person.objects.get(email="helper@corvanne.test"),
                thread=Thread.objects.get(public_id=sys.argv[1]), source=text)
    took.append(time.monotonic() - began)
time.sleep(float(sys.argv[2]))
print(json.dumps(took))
"""
# The same, with a queue that is full with two tasks.
SHORT_QUEUE = "from intranet import handing\nhanding.IN_QUEUE, handing.LOOK_EVERY = 1, 1\n"
LOOK = """
from kit import facts
from kit.models import Fact
from notifications.models import Notification
told = Notification.objects.filter(person__email="asker@corvanne.test").values_list("count", "facts")
print(json.dumps({"told": list(told), "replies": Fact.objects.filter(name="post.posted").count(), **facts.backlog()}))
"""


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    with Standing(tmp_path_factory.mktemp("server")) as made:
        done = made.run("manage.py", "migrate", "--verbosity", "0")
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture
def thread(standing):
    """A thread nobody replied to, in a company whose facts are all heard; nothing of ours runs."""
    standing.redis().flushall()
    made = standing.do(MAKE)["thread"]
    standing.redis().flushall()
    yield made
    for process in list(standing.started):
        standing.kill(process)
        standing.started.remove(process)


def all_heard(standing, count: int):
    """What there is to see once nothing waits: the asker was told of ``count`` replies, once each."""

    def look():
        seen = standing.do(LOOK)
        return seen if seen["waiting"] == 0 else None

    seen = wait_for(look, seconds=60, step=0.5)
    ((told, facts),) = seen["told"]
    assert (told, len(facts), len(set(facts))) == (count, count, count)
    assert seen["replies"] == count and seen["dead"] == 0


def test_a_worker_hears_a_fact_at_once_and_needs_no_clock_for_it(standing, thread):
    standing.worker()
    standing.do(REPLY, thread, "0.5", "one", "two")
    all_heard(standing, 2)


def test_what_stood_in_a_redis_that_was_emptied_is_delivered_by_the_sweeper(standing, thread):
    standing.do(REPLY, thread, "1", "one")
    assert standing.redis().llen("parvis") >= 1, "the fact was handed over"
    standing.redis().flushall()
    standing.worker()
    standing.clock()
    all_heard(standing, 1)


def test_a_worker_killed_in_the_middle_of_a_delivery_loses_nothing_and_doubles_nothing(standing, thread):
    flag = standing.folder / f"hangs-{thread}"
    worker = standing.worker("slow", app="tests.faults.slow_hearing", PARVIS_TEST_FLAG=str(flag))
    standing.do(REPLY, thread, "0.5", "one")
    wait_for(flag.exists, seconds=20)
    seen = standing.do(LOOK)
    assert seen["waiting"] == 1 and seen["told"], "it was killed after an effect and before the note of it"
    standing.kill(worker)
    standing.worker("slow", app="tests.faults.slow_hearing", PARVIS_TEST_FLAG=str(flag))
    standing.clock()
    all_heard(standing, 1)


def test_worker_and_clock_come_back_by_themselves_when_redis_was_restarted_empty(standing, thread):
    standing.worker()
    standing.clock()
    standing.kill_redis()
    took = standing.do(REPLY, thread, "0.2", "while it is away")
    assert max(took) < 2
    standing.start_redis()
    standing.do(REPLY, thread, "0.2", "when it is back")
    all_heard(standing, 2)
    # And quickly again, by hand and not by the sweeper only.
    wait_for(lambda: not standing.redis().llen("parvis"), seconds=20)


def test_a_redis_that_swallows_everything_delays_no_reply(standing, thread):
    standing.do(REPLY, thread, "0.5", "before")
    standing.signal_redis(signal.SIGSTOP)
    try:
        began = time.monotonic()
        took = standing.do(REPLY, thread, "0", *[f"reply {number}" for number in range(5)])
        assert max(took) < 1, took
        assert time.monotonic() - began < 30
    finally:
        standing.signal_redis(signal.SIGCONT)
    standing.worker()
    standing.clock()
    all_heard(standing, 6)


def test_while_nobody_works_the_queue_stays_short_and_what_is_in_it_expires(standing, thread):
    standing.do(SHORT_QUEUE + REPLY, thread, "1", *[f"reply {number}" for number in range(6)])
    handed_over = standing.redis().llen("parvis")
    assert 1 <= handed_over <= 2
    standing.clock()
    wait_for(lambda: standing.redis().llen("parvis") >= handed_over + 4, seconds=20)
    for text in standing.redis().lrange("parvis", 0, -1):
        message = json.loads(text)
        assert message["headers"]["expires"] and message["content-type"] == "application/json"
    standing.worker()
    all_heard(standing, 6)


def test_without_its_services_a_worker_ends_with_one_sentence(standing, thread):
    nowhere, silent = {"DATABASE_URL": "postgres://parvis@127.0.0.1:1/none"}, {"REDIS_URL": "redis://127.0.0.1:1/0"}
    for process, more, words in (
        ("worker", {"REDIS_URL": ""}, "REDIS_URL is not set"),
        ("worker", nowhere, "PostgreSQL can't be reached"),
        ("beat", silent, "Redis can't be reached"),
    ):
        done = standing.run("-m", "celery", "-A", "intranet", process, **more)
        assert done.returncode == 1, (process, done)
        said = [line for line in done.stderr.splitlines() if line.strip()]
        assert len(said) == 1 and words in said[0], (process, done.stderr)
