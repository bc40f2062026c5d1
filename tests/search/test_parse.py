"""The query language: what is typed becomes a tree, or a sentence that names the place."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.language import QUERY_LIMIT, TERM_LIMIT, Operator, Phrase, QueryError, Word, parse


def shape(text: str) -> list[list[str]]:
    return [[str(term) for term in clause] for clause in parse(text).clauses]


def test_words_phrases_and_operators_stand_side_by_side():
    (word,), (phrase,), (operator,) = parse('vanne "ligne 2" from:"Claire Delmas"').clauses
    assert word == Word(runs=(("vanne",),))
    assert phrase == Phrase(run=("ligne", "2"))
    assert operator == Operator(name="from", value="Claire Delmas")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("de:claire", "from"),
        ("dans:atelier", "in"),
        ("nature:question", "kind"),
        ("thème:fonderie", "topic"),
        ("theme:fonderie", "topic"),
        ("étiquette:export", "tag"),
        ("etiquette:export", "tag"),
        ("état:clos", "status"),
        ("ETAT:clos", "status"),
        ("niveau:interne", "label"),
        ("avant:2026", "before"),
        ("après:2026", "after"),
        ("a:image", "has"),
        ("est:archivé", "is"),
    ],
)
def test_operators_have_french_spellings(typed, name):
    assert parse(typed).operators[0].name == name


def test_every_term_can_be_negated():
    assert [term.is_negated for term in parse('-vanne -"ligne 2" -from:claire joint').terms] == [
        True,
        True,
        True,
        False,
    ]


def test_or_joins_its_neighbours_only():
    assert shape("a1 OR b1 c1 OU d1") == [["a1", "b1"], ["c1", "d1"]]
    assert shape("OR a1 OR") == [["a1"]]
    assert shape("joint or gasket") == [["joint"], ["or"], ["gasket"]]


def test_curly_quotes_and_guillemets_make_phrases():
    assert parse("“ligne 2”") == parse("« ligne 2 »") == parse('"ligne 2"')


def test_an_open_quote_ends_with_the_text():
    assert parse('joint "ligne 2') == parse('joint "ligne 2"')


@pytest.mark.parametrize("typed", ["https://example.test/a?b=c", "2001:db8::/32", "10:30", "std::string", "C:/tmp"])
def test_a_colon_inside_text_is_no_operator(typed):
    assert parse(typed).operators == []


def test_an_unknown_operator_is_named_with_its_place_and_the_text_comes_back():
    with pytest.raises(QueryError) as refused:
        parse("joint form:claire vanne")
    assert "form:" in str(refused.value)
    assert (refused.value.text, refused.value.culprit) == ("joint form:claire vanne", "form:claire")


def test_an_operator_without_a_value_is_refused():
    with pytest.raises(QueryError) as refused:
        parse("joint from: claire")
    assert refused.value.culprit == "from:"


def test_limits_are_said_and_the_text_is_kept():
    with pytest.raises(QueryError, match="256") as refused:
        parse("x" * (QUERY_LIMIT + 5))
    assert len(refused.value.text) == QUERY_LIMIT + 5
    with pytest.raises(QueryError, match="12") as refused:
        parse(" ".join(f"w{number}" for number in range(TERM_LIMIT + 1)))
    assert refused.value.culprit == "w12"


def test_punctuation_alone_asks_for_nothing():
    assert not parse("!!! *** ... -- - ()[]{} ~^ \\")


def test_no_wildcard_reaches_the_tree_but_a_trailing_star():
    assert parse("prépa*").terms[0].is_prefix
    assert [term.runs for term in parse("p*pa ?uv [a TO z]").terms] == [
        (("p", "pa"),),
        (("uv",),),
        (("a",),),
        (("to",),),
        (("z",),),
    ]


typed_text = st.text(
    alphabet=st.one_of(st.sampled_from(list(" \"-:*()[]~^OR|\\/'’«»éœ\x00\u202e\ud800 from in is ")), st.characters()),
    max_size=QUERY_LIMIT,
)


@settings(max_examples=300, deadline=1000)
@given(typed_text)
@example("[" * 256)
@example('"' * 255)
@example("-" * 256)
@example("a:" * 128)
@example("\ufdfa" * 256)
def test_any_text_gives_a_tree_or_a_sentence_within_a_second(text):
    began = time.monotonic()
    try:
        query = parse(text)
    except QueryError as refused:
        assert refused.message
        assert 0 <= refused.position <= len(refused.text)
    else:
        assert len(query.terms) <= TERM_LIMIT
        for term in query.terms:
            assert query.text[term.position : term.position + term.length].strip()
    assert time.monotonic() - began < 1


@settings(max_examples=300, deadline=1000)
@given(typed_text)
def test_a_tree_written_out_reads_as_the_same_tree(text):
    try:
        query = parse(text)
        again = parse(str(query))
    except QueryError:
        return
    assert again.clauses == query.clauses
