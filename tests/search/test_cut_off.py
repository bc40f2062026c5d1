"""A search may work for a second: what works longer is cut off and says so, what only waited is whole."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from django.urls import reverse

from search import queries, sql
from search.engines.deadline import PATIENCE, Deadline, TimeUp
from search.language import parse
from search.sql import time_limit
from tests.search.profiles import embedded, server
from tests.search.writing import write_thread

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT COUNT(*) FROM n"


@pytest.fixture
def thread(cast, index):
    made = write_thread(space=cast.spaces["open"], author=cast.member, title="Porosity", source="Gas pores.")
    index()
    return made


@embedded
def test_a_search_that_waited_longer_than_its_second_is_whole_and_says_so(cast, thread):
    """Red with the clock on the wall: another thread reads the same segment for more than a second."""
    segment = queries.backend().store.current().part("walls.post").segments()[0]
    is_held = threading.Event()

    def hold():
        with segment._lock:
            is_held.set()
            time.sleep(queries.SECONDS + 0.3)

    other = threading.Thread(target=hold)
    other.start()
    is_held.wait()
    results = queries.search(viewer=cast.outsider, query=parse("porosity"))
    other.join()
    assert results.milliseconds > queries.SECONDS * 1000
    assert (results.total, results.is_cut_off) == (1, False)


def test_work_is_cut_off_when_its_time_is_over():
    deadline = Deadline(0.05)
    until = time.thread_time() + 0.06
    while time.thread_time() < until:
        pass
    with pytest.raises(TimeUp):
        deadline.check()


def test_waiting_has_an_end_too():
    deadline = Deadline(0.02)
    time.sleep(0.02 * PATIENCE + 0.01)
    with pytest.raises(TimeUp):
        deadline.check()


@pytest.mark.django_db
def test_the_database_stops_at_the_deadline():
    began = time.monotonic()
    with pytest.raises(TimeUp), time_limit(Deadline(0.1)), connection.cursor() as cursor:
        cursor.execute(ENDLESS)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("text", ["porosity", "porosity OR kind:idea", "kind:idea"])
def test_a_search_that_is_cut_off_says_so_and_claims_nothing_else(cast, thread, client, monkeypatch, text):
    monkeypatch.setattr(queries, "SECONDS", 0)
    monkeypatch.setattr(queries, "NEWEST_SECONDS", 0)
    client.force_login(cast.outsider)
    page = client.get(reverse("search:results"), {"q": text}).content.decode()
    assert "This search took too long and was cut off" in page
    assert "Nothing you may read matches" not in page and "0 results" not in page


@pytest.mark.parametrize("text", ["kind:idea", pytest.param("porosity", marks=server)])
def test_what_is_too_much_for_a_second_is_answered_with_the_newest_and_says_so(cast, client, index, monkeypatch, text):
    for number in range(3):
        write_thread(
            space=cast.spaces["open"], author=cast.member, title=f"Porosity {number}", source="Gas.", kind="idea"
        )
    # Newer than all of them: it must take nobody's place.
    write_thread(space=cast.spaces["hidden"], author=cast.member, title="Porosity hidden", source="Gas.", kind="idea")
    index()
    monkeypatch.setattr(queries, "SECONDS", 0)
    monkeypatch.setattr(sql, "NEWEST", 2)
    found = queries.search(viewer=cast.outsider, query=parse(text))
    assert (found.is_partial, found.is_cut_off, found.total) == (True, False, 2)
    assert {hit.row.thread.title for hit in found.hits} == {"Porosity 1", "Porosity 2"}
    client.force_login(cast.outsider)
    page = client.get(reverse("search:results"), {"q": text}).content.decode()
    assert "There is more than can be counted in a second" in page and "among the newest" in page
    assert "Porosity hidden" not in page


def test_a_word_beside_an_operator_is_answered_without_any_index_too(cast, thread, index):
    index.lose()
    assert queries.search(viewer=cast.outsider, query=parse("porosity OR kind:idea")).is_stale
