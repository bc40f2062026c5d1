"""What is the same whatever engine answers: the interface, and on PostgreSQL the very weights of the embedded one."""

from __future__ import annotations

import pytest

from search import queries
from search.engines.contract import Engine
from search.engines.deadline import Deadline
from search.engines.postgres.vectors import BEYOND, vector
from search.engines.store import Generation, Store
from search.engines.weighing import ANY
from search.engines.whoosh_engine import WhooshBackend
from search.findables import findables
from search.language import Operator, parse
from tests.search.gold import make_company
from tests.search.gold import queries as gold_queries
from tests.search.profiles import server

SECONDS = 20


def test_the_engine_of_this_run_gives_what_search_asks_for(index):
    assert isinstance(queries.backend(), Engine)


@server
@pytest.mark.django_db
def test_both_engines_find_the_same_rows_with_the_same_weights_and_words_instead(index, tmp_path):
    """Every clause of the gold set that asks for words, of posts, people, groups and topics."""
    company = make_company()
    index()
    files = WhooshBackend("default", PATH=str(tmp_path / "files"))
    files.store = Store(tmp_path / "files")
    generation = Generation.make(files.store.root, 0, findables())
    for label, one in findables().items():
        with generation.part(label).writing() as changes:
            for row in one.documents():
                changes.add(one.document(row))
    files.store.serve(generation)
    compared = 0
    for gold in gold_queries():
        clauses = [
            clause for clause in parse(gold.text).clauses if not any(isinstance(term, Operator) for term in clause)
        ]
        for one in findables().values() if clauses else ():
            gate = one.gate(company.viewer)
            answers = []
            for backend in (files, queries.backend()):
                found = backend.matching(one, gate, Deadline(SECONDS)).match(clauses, least=ANY)
                answers.append((dict(found.weights.items()), found.instead))
            if any(getattr(term, "is_prefix", False) for clause in clauses for term in clause):
                # What begins so weighs as if it stood there once: the rows are the same.
                answers = [(set(weights), instead) for weights, instead in answers]
            assert answers[0] == answers[1], (gold.text, one.label)
            compared += bool(answers[0][0])
    assert compared > 250


@server
@pytest.mark.django_db
def test_both_engines_know_the_same_near_words_by_as_many_uses(index, tmp_path):
    company = make_company()
    index()
    one = findables()["walls.post"]
    matching = queries.backend().matching(one, one.gate(company.viewer), Deadline(SECONDS))
    near = matching.near("porositt")
    assert near and near[0].slips == 1
    assert near[0].uses == len(matching.holding(near[0].word)) > 0
    assert matching.near("abc") == matching.near("a12345") == []


def test_title_and_context_have_places_behind_every_body():
    written, words = vector({"title": "Alpha", "body": "beta alpha", "context": "gamma"})
    assert "'alpha':2B,15001A" in written and "'gamma':15701C" in written
    assert words == ["alpha", "beta"]


def test_what_comes_after_the_last_place_of_a_body_is_findable_and_next_to_nobody():
    written, _ = vector({"body": "filler " * 15_000 + "zebra okapi"})
    assert f"'zebra':{BEYOND}B" in written and f"'okapi':{BEYOND}B" in written
    assert written.count("B,") < 1000


def test_a_text_of_very_many_words_is_cut_below_a_megabyte():
    _, words = vector({"body": " ".join(f"wort{number:07}" for number in range(60_000))})
    assert 20_000 < len(words) < 55_000
