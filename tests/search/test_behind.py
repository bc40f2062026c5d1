"""What the administrator's page and Prometheus are told of an index that is behind."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from intranet import health, lag
from kit import clock, facts
from kit.health import GOOD, LATE
from kit.models import Fact
from search import hearing
from search.engines.postgres import state
from tests.search.profiles import embedded, server
from tests.search.writing import deliver, post_thread
from walls.services import classification, posts


@pytest.fixture
def later():
    """Two minutes pass."""

    def pass_by():
        return clock.set_to(clock.now() + dt.timedelta(seconds=120))

    return pass_by


@embedded
def test_the_embedded_index_is_behind_by_the_age_of_what_its_writer_has_not_committed(cast, index, later):
    """Red when a fact counts as taken in once it stands in the queue of the writer, where a crash would lose it."""
    index()
    post_thread(author=cast.member, spaces=cast.spaces["open"], source="Zebra.")
    for fact in Fact.objects.filter(heard_at=None):
        facts.deliver(fact.pk)
    with later():
        assert 119 <= lag.seconds() < 130
        assert health.index_line().state == LATE
    index()
    with later():
        assert lag.seconds() == 0 and health.index_line().found == "It knows everything."


@server
def test_an_index_in_the_database_is_not_behind_for_what_is_written_with_its_commit(cast, index, later):
    index()
    post_thread(author=cast.member, spaces=cast.spaces["open"], source="Zebra.")
    assert Fact.objects.filter(heard_at=None).exists()
    with later():
        assert lag.seconds() == 0
        assert health.index_line().state == GOOD


@server
def test_an_index_in_the_database_is_behind_by_the_age_of_what_is_left_to_a_worker(cast, index, later, monkeypatch):
    monkeypatch.setattr(hearing, "AT_ONCE", 3)
    index()
    thread = post_thread(author=cast.manager, spaces=cast.spaces["open"], title="Vidange", source="Zebra.")
    for number in range(5):
        posts.reply(author=cast.manager, thread=thread, source=f"Zebra {number}.")
    with later():
        assert lag.seconds() == 0
        classification.move_thread(mover=cast.manager, thread=thread, space=cast.spaces["closed"])
        with later():
            assert 119 <= lag.seconds() < 130
            line = health.index_line()
            assert line.state == LATE and "seconds behind" in line.found
        deliver()
        with later():
            assert lag.seconds() == 0


@server
def test_a_new_name_of_an_author_is_behind_until_a_worker_writes_it(cast, index, later):
    index()
    post_thread(author=cast.member, spaces=cast.spaces["open"], source="Zebra.")
    for fields, behind in ((["headline"], False), (["display_name"], True)):
        with transaction.atomic():
            facts.tell("person.changed", person=cast.member.pk, fields=fields)
        with later():
            assert (lag.seconds() > 100) is behind


@server
def test_of_very_many_waiting_facts_the_first_that_is_not_looked_at_counts_as_behind(cast, index, later, monkeypatch):
    monkeypatch.setattr(hearing, "LOOKED_AT", 2)
    index()
    deliver()
    with transaction.atomic():
        for _ in range(2):
            facts.tell("post.posted", post=1)
    with later():
        assert lag.seconds() == 0
        with transaction.atomic():
            facts.tell("post.posted", post=1)
        with later():
            assert 119 <= lag.seconds() < 130


def test_an_index_that_is_not_whole_says_so(cast, index):
    index()
    index.lose()
    line = health.index_line()
    assert (line.state, line.found) == (LATE, "It isn't whole.")


@server
def test_an_index_that_is_made_anew_says_how_far_that_is(cast, index):
    index()
    state.lease()
    state.tell(40, 80)
    line = health.index_line()
    assert (line.state, line.found) == (LATE, "It is being made anew: 50 % are done.")
