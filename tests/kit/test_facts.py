"""Facts are told with the change and heard at least once."""

import datetime as dt

import pytest
from django.db import transaction

from kit import clock, facts
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


def test_subscribers_hear_in_the_transaction_then_before_the_answer(heard):
    facts.subscribe("pot.boiled", lambda fact: heard.append("in"), phase=facts.IN_TRANSACTION)
    facts.subscribe("pot.boiled", lambda fact: heard.append("before"), phase=facts.BEFORE_ANSWER)
    with transaction.atomic():
        facts.tell("pot.boiled")
        assert heard == ["in"]
    assert heard == ["in", "before"]
