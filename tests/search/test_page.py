"""The search page: hits, facets, operators and what else is drawn; and how much it asks of the database."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.reading import as_read
from tests.search.writing import write_post, write_thread

RESULTS = reverse("search:results")


@pytest.fixture
def asks(client):
    def ask(person, **query):
        client.force_login(person)
        return client.get(RESULTS, query)

    return ask


def test_the_page_shows_hits_marked_and_escaped(cast, threads, index, asks):
    write_post(thread=threads["open"], author=cast.manager, source="`<script>alert(1)</script>` shrinkage")
    index()
    page = asks(cast.outsider, q="shrinkage").content.decode()
    assert "<mark>shrinkage</mark>" in page
    assert "<script>alert" not in page
    assert '<strong class="on">1 result</strong>' in page


def test_operators_stand_in_the_field_as_tokens_that_can_be_taken_out(cast, threads, index, asks, client):
    index()
    page = asks(cast.member, q='porosity from:"Max Member"').content.decode()
    assert 'value="porosity"' in page
    assert "Max Member</bdi>" in page
    answer = client.get(RESULTS, {"q": "porosity", "op": 'from:"Max Member"', "drop": 'from:"Max Member"'})
    assert answer.headers["Location"] == f"{RESULTS}?q=porosity"


def test_ticked_facets_of_one_kind_mean_any_of_them(cast, threads, index, asks):
    write_thread(space=cast.spaces["open"], author=cast.member, title="Porosity?", source="Why?", kind="question")
    index()
    page = asks(cast.member, q="porosity", op=["kind:question", "kind:discussion"]).content.decode()
    assert "6 results" in page
    assert len(re.findall(r'value="kind:\w+" checked', page)) == 2


def test_a_bad_operator_is_named_and_the_text_is_kept(cast, index, asks):
    index()
    page = asks(cast.member, q="porosity colour:red").content.decode()
    assert "colour:" in page and 'role="alert"' in page
    assert "porosity colour:red" in page
    page = asks(cast.member, q="porosity kind:poem before:soon").content.decode()
    assert "kind:poem" in page and 'role="alert"' in page


@pytest.mark.parametrize("operator", ["from:zzz", "tag:zzz", "in:zzz", "topic:zzz", "from:#zzz", "from:zzz OR tag:zzz"])
@pytest.mark.parametrize("words", ["", "porosity"])
def test_a_name_that_nobody_has_finds_nothing_and_says_so(cast, threads, index, asks, operator, words):
    index()
    for person in (cast.member, cast.guest):
        answer = asks(person, q=f"{words} {operator}".strip())
        assert answer.status_code == 200
        assert "Nothing you may read matches" in answer.content.decode()


def test_the_operators_are_explained_in_the_viewers_language_also_beside_a_wrong_one(cast, index, asks):
    index()
    for query in ({}, {"q": "couleur:rouge"}):
        assert "<code>from:</code>" in asks(cast.member, **query).content.decode()
        cast.member.language = "fr"
        cast.member.save()
        page = asks(cast.member, **query).content.decode()
        assert "<code>de:</code>" in page and "<code>from:</code>" not in page
        cast.member.language = "en"
        cast.member.save()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("nature:rien", "discussion, question, idée, annonce, bravo."),
        ("état:rien", '"en cours", résolue, clos, archivé.'),
        ("est:rien", "archivé, sans-réponse, résolue, en-cours, clos, à-moi, suivi, gardé"),
    ],
)
def test_a_wrong_value_is_answered_with_those_one_writes_in_ones_language(cast, index, asks, query, said):
    index()
    cast.member.language = "fr"
    cast.member.save()
    page = re.sub(r"\s", " ", html.unescape(asks(cast.member, q=query).content.decode()))
    operator = query.partition(":")[0]
    assert f"« {operator}: » ne connaît pas « rien »" in page and said in page
    for value in re.findall(r'"[^"]+"|[^\s,.]+', said):
        right = asks(cast.member, q=f"{operator}:{value}").content.decode()
        assert 'id="query-error"' not in right, value


def test_a_ticked_value_stands_in_the_field_in_the_viewers_language(cast, index, asks):
    index()
    cast.member.language = "fr"
    cast.member.save()
    assert "<bdi>idée</bdi>" in asks(cast.member, q="joint", op="kind:idea").content.decode()


def test_times_that_hold_nothing_are_no_choice(cast, threads, index, asks):
    index()
    assert "This year" in asks(cast.member, q="porosity").content.decode()
    page = asks(cast.member, q="zzzz").content.decode()
    assert "This year" not in page and "Any time" not in page


def test_nothing_found_offers_the_nearest_readable_words(cast, threads, index, asks):
    write_thread(space=cast.spaces["open"], author=cast.member, title="Soap", source="Who buys the soap?")
    write_thread(space=cast.spaces["hidden"], author=cast.manager, title="Soop", source="Soapy soak soar")
    index()
    page = as_read(asks(cast.outsider, q='canteen from:"Max Member"').content.decode())
    assert "Nothing you may read matches" in page
    assert "Did you mean" not in page
    page = as_read(asks(cast.outsider, q='souq from:"Mona Manager"').content.decode())
    assert "1 result<" in page and "Shown instead: soup" in page
    page = as_read(asks(cast.outsider, q='soap from:"Mona Manager"').content.decode())
    assert "Nothing you may read matches" in page
    assert '?q=soup+from%3A%22Mona+Manager%22">soup from:&quot;Mona Manager&quot;</a>? It has 1 result.' in page


def test_the_thirty_first_search_of_a_minute_waits_and_keeps_its_text(cast, threads, index, asks):
    from django.core.cache import cache

    cache.clear()
    index()
    for _ in range(30):
        assert asks(cast.member, q="porosity").status_code == 200
    answer = asks(cast.member, q="porosity line 2")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert 'value="porosity line 2"' in answer.content.decode()
    assert asks(cast.reader, q="porosity").status_code == 200
    cache.clear()


def test_a_page_of_many_hits_asks_no_more_of_the_database_than_a_page_of_one(cast, threads, index, asks):
    """Red when a row draws something that was not fetched with it."""
    index()
    asks(cast.member, q="porosity")
    numbers = []
    for text in ("zebraopen", "porosity OR soup"):
        with CaptureQueriesContext(connection) as seen:
            asks(cast.member, q=text)
        # How often PostgreSQL's engine asks depends on the words, not on what they find.
        numbers.append(sum(not re.search("search_|SAVEPOINT|SET LOCAL", query["sql"]) for query in seen))
        assert len(seen) < 80
    assert numbers[0] == numbers[1]


def test_a_kept_row_is_drawn_anew_for_other_words_and_when_what_it_shows_changes(cast, threads, index, asks):
    index()
    assert "<mark>zebraopen</mark>" in asks(cast.member, q="zebraopen").content.decode()
    page = asks(cast.member, q='pores in:"The open group"').content.decode()
    assert "<mark>pores</mark>" in page and "<mark>zebraopen</mark>" not in page
    threads["open"].status = "closed"
    threads["open"].save()
    assert "closed" in asks(cast.member, q="zebraopen").content.decode().split('<article class="hit"')[1].casefold()
