"""Facts are told with the change and heard at least once."""

import datetime as dt
import logging
import threading
import time

import pytest
from django.db import connection, transaction

from kit import clock, facts, leases
from kit.models import Fact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard(monkeypatch):
    """A private set of subscribers; what they heard."""
    phases = (facts.IN_TRANSACTION, facts.BEFORE_ANSWER, facts.AFTER)
    monkeypatch.setattr(facts, "_subscribers", {phase: {} for phase in phases})
    monkeypatch.setattr(facts, "_enqueue", [])
    return []


def _later() -> dt.datetime:
    return clock.now() + dt.timedelta(minutes=2)


def test_a_fact_outside_a_transaction_is_refused(heard):
    with pytest.raises(RuntimeError):
        facts.tell("pot.boiled", pot=1)


def test_a_fact_of_a_change_that_was_rolled_back_is_never_heard(heard):
    facts.subscribe("pot.boiled", heard.append)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        facts.tell("pot.boiled", pot=1)
        raise ZeroDivisionError
    with clock.set_to(_later()):
        facts.sweep()
    assert heard == [] and Fact.objects.count() == 0


def test_a_fact_whose_process_died_before_the_fast_path_is_heard_by_the_sweeper_once(heard):
    facts.subscribe("pot.boiled", heard.append)
    with transaction.atomic():
        facts.tell("pot.boiled", pot=7)
    assert heard == []  # no fast path is set: as after a crash
    with clock.set_to(_later()):
        assert facts.sweep() == 1
        assert facts.sweep() == 0
    assert [fact.ids for fact in heard] == [{"pot": 7}]


def test_a_new_fact_is_left_to_the_fast_path_for_a_while(heard):
    facts.subscribe("pot.boiled", heard.append)
    with transaction.atomic():
        facts.tell("pot.boiled", pot=7)
    assert facts.sweep() == 0


def test_one_failing_subscriber_stops_no_other_and_is_tried_again_alone(heard):
    failures = []

    def fails_once(fact):
        failures.append(fact)
        if len(failures) == 1:
            raise ValueError("not yet")

    def hears(fact):
        heard.append(fact)

    facts.subscribe("pot.boiled", fails_once)
    facts.subscribe("pot.boiled", hears)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    assert facts.deliver(told.id) is False
    with clock.set_to(_later()):
        facts.sweep()
    assert len(failures) == 2 and len(heard) == 1
    assert Fact.objects.get().heard_at is not None


def test_a_fact_that_always_fails_is_given_up_shown_and_can_be_retried(heard):
    def fails(fact):
        raise ValueError("never")

    facts.subscribe("pot.boiled", fails)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    for _ in range(facts.MAX_ATTEMPTS):
        facts.deliver(told.id)
    assert facts.backlog() == {"waiting": 0, "late": 0, "dead": 1}
    assert "never" not in Fact.objects.get().last_error  # an error's text may quote a post
    assert facts.retry_dead() == 1
    assert facts.backlog()["waiting"] == 1


def test_given_up_facts_are_counted_without_reading_all_others(heard):
    """Prometheus asks every few seconds, and a month of facts is kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read faster than an index.
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "fact_given_up" in facts.dead().explain()


def test_subscribers_hear_in_the_transaction_then_before_the_answer(heard):
    facts.subscribe("pot.boiled", lambda fact: heard.append("in"), phase=facts.IN_TRANSACTION)
    facts.subscribe("pot.boiled", lambda fact: heard.append("before"), phase=facts.BEFORE_ANSWER)
    with transaction.atomic():
        facts.tell("pot.boiled")
        assert heard == ["in"]
    assert heard == ["in", "before"]


def test_a_fact_that_is_being_delivered_is_left_to_whoever_delivers_it(heard):
    inner = []

    def looks_for_others(fact):
        heard.append(fact)
        with clock.set_to(_later() - dt.timedelta(minutes=2) + dt.timedelta(seconds=10)):
            inner.append((facts.deliver(fact.id), facts.sweep()))

    facts.subscribe("pot.boiled", looks_for_others)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    assert facts.deliver(told.id) is True
    assert inner == [(False, 0)] and len(heard) == 1


def test_who_died_in_the_middle_of_a_delivery_holds_the_fact_no_longer_than_the_lease(heard):
    def dies(fact):
        raise SystemExit  # as a kill: nothing of ours runs after it

    facts.subscribe("pot.boiled", dies)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    with pytest.raises(SystemExit):
        facts.deliver(told.id)
    facts._subscribers[facts.AFTER].clear()
    facts.subscribe("pot.boiled", heard.append)
    assert facts.deliver(told.id) is False
    with clock.set_to(clock.now() + facts.LEASE + dt.timedelta(seconds=1)):
        assert facts.sweep() == 1
    assert len(heard) == 1


def sweep_beside(heard: list, *, until: threading.Event) -> threading.Thread:
    """Another worker, which takes up what it finds as soon as somebody has heard something."""

    def sweeps() -> None:
        while not until.is_set():
            if heard:
                facts.sweep()
            time.sleep(0.05)
        connection.close()

    thread = threading.Thread(target=sweeps)
    thread.start()
    return thread


def test_a_subscriber_that_works_longer_than_the_lease_is_not_run_by_others_beside_it(heard, monkeypatch):
    """Red when a lease is renewed between subscribers only: every other worker would begin it once more."""
    monkeypatch.setattr(facts, "LEASE", dt.timedelta(seconds=1.5))

    def hears_slowly(fact):
        heard.append(fact.id)
        time.sleep(3)

    facts.subscribe("pot.boiled", hears_slowly)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    Fact.objects.update(next_attempt_at=clock.now() - dt.timedelta(seconds=1))
    is_over = threading.Event()
    beside = sweep_beside(heard, until=is_over)
    facts.deliver(told.id)
    is_over.set()
    beside.join()
    assert heard == [told.id]
    assert Fact.objects.get().heard_at is not None


def test_a_subscriber_that_hangs_holds_its_fact_no_longer_than_a_delivery_may_take(heard, monkeypatch):
    monkeypatch.setattr(facts, "LEASE", dt.timedelta(seconds=0.3))
    monkeypatch.setattr(leases, "LONGEST", 3)
    is_over = threading.Event()

    def hangs_once(fact):
        heard.append(fact.id)
        if len(heard) == 1:
            is_over.wait(20)
        else:
            is_over.set()

    facts.subscribe("pot.boiled", hangs_once)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    Fact.objects.update(next_attempt_at=clock.now() - dt.timedelta(seconds=1))
    beside, began = sweep_beside(heard, until=is_over), time.monotonic()
    facts.deliver(told.id)
    assert 0.9 <= time.monotonic() - began < 10
    beside.join()
    assert heard == [told.id, told.id]


def test_who_lost_the_lease_records_no_failure_and_hears_no_more(heard, monkeypatch):
    monkeypatch.setattr(facts, "LEASE", dt.timedelta(0))

    def is_overtaken(fact):
        Fact.objects.filter(pk=fact.id).update(lease="another")
        raise ValueError

    facts.subscribe("pot.boiled", is_overtaken)
    facts.subscribe("pot.boiled", heard.append)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    assert facts.deliver(told.id) is False
    row = Fact.objects.get()
    assert (row.attempts, row.lease, heard) == (0, "another", [])


def test_what_everybody_heard_is_done_whoever_holds_the_lease_by_then(heard):
    def is_overtaken(fact):
        Fact.objects.filter(pk=fact.id).update(lease="another")

    facts.subscribe("pot.boiled", is_overtaken)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    assert facts.deliver(told.id) is True
    assert Fact.objects.get().heard_at is not None


def test_two_sweepers_at_once_deliver_each_fact_once(heard):
    def hears_slowly(fact):
        heard.append(fact.id)
        time.sleep(0.01)

    facts.subscribe("pot.boiled", hears_slowly)
    with transaction.atomic():
        told = [facts.tell("pot.boiled").id for _ in range(30)]
    Fact.objects.update(next_attempt_at=clock.now() - dt.timedelta(seconds=1))
    counts = []

    def sweeps():
        counts.append(facts.sweep())
        connection.close()

    threads = [threading.Thread(target=sweeps) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == told and sum(counts) == 30


def test_the_wait_before_another_try_doubles(heard):
    def fails(fact):
        raise ValueError

    facts.subscribe("pot.boiled", fails)
    now = clock.now()
    with clock.set_to(now):
        with transaction.atomic():
            told = facts.tell("pot.boiled")
        waits = []
        for _ in range(4):
            facts.deliver(told.id)
            waits.append((Fact.objects.get().next_attempt_at - now).total_seconds())
    assert waits == [2, 4, 8, 16]


def test_one_of_two_given_up_facts_is_tried_again(heard):
    rows = [Fact.objects.create(name="pot.boiled", dead_at=clock.now(), attempts=12) for _ in range(2)]
    assert facts.retry_dead(facts.public_id_of(rows[0])) == 1
    assert list(facts.dead()) == [rows[1]]
    assert facts.retry_dead(str(rows[0].pk)) == 0


def test_no_log_holds_what_a_failure_said(heard, caplog):
    def fails(fact):
        raise ValueError("the salary of Max")

    facts.subscribe("pot.boiled", fails)
    with transaction.atomic():
        told = facts.tell("pot.boiled")
    with caplog.at_level(logging.DEBUG):
        facts.deliver(told.id)
    assert "ValueError at test_facts.py" in caplog.text and "salary" not in caplog.text
