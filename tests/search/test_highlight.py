"""Marks in titles and excerpts: what the index matched, escaped, and nothing else."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import EXCERPT, Marker, excerpt, mark
from search.language import QueryError, parse
from search.words import stems


def marked(query: str, text: str, **options) -> str:
    return str(mark(text, Marker.of(parse(query), **options)))


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("litige", "La préparation aux litiges au GC", "La préparation aux <mark>litiges</mark> au GC"),
        ("PREPARER", "La préparation aux litiges", "La <mark>préparation</mark> aux litiges"),
        ("audit", "Reste jusqu’à l’audit.", "Reste jusqu’à <mark>l’audit</mark>."),
        ("ligne 2", "Sur la ligne 2 de Brenner", "Sur la <mark>ligne 2</mark> de Brenner"),
        ('"ligne 2"', "La ligne 1, la ligne 2", "La ligne 1, la <mark>ligne 2</mark>"),
        ("oeuvre", "Main-d'œuvre", "<mark>Main-d&#x27;œuvre</mark>"),
        ("followup", "A follow-up call", "A <mark>follow-up</mark> call"),
        ("-brenner audit", "Brenner audit", "Brenner <mark>audit</mark>"),
        ("calib*", "Calibration of gauges", "<mark>Calibration</mark> of gauges"),
        ("la préparation", "La préparation, la paie", "La <mark>préparation</mark>, la paie"),
    ],
)
def test_marks_what_the_index_would_match(query, text, found):
    assert marked(query, text) == found


def test_marks_the_words_that_stood_in_for_a_typo():
    assert marked("porosty", "Gas porosity", instead={"porosty": ("porosity",)}) == "Gas <mark>porosity</mark>"


def test_an_excerpt_shows_where_the_words_stand_together():
    text = "audit " + "x " * 300 + "audit of the ligne 2 fournisseur " + "y " * 300
    shown = str(excerpt(text, Marker.of(parse("audit fournisseur"))))
    assert shown.startswith("…") and shown.endswith("…")
    assert "<mark>audit</mark>" in shown and "<mark>fournisseur</mark>" in shown
    assert len(re.sub("<[^>]+>", "", shown)) <= EXCERPT + 2


@given(st.text(max_size=600), st.text(max_size=40))
def test_text_is_always_escaped_and_otherwise_unchanged(text, query):
    try:
        marker = Marker.of(parse(query))
    except QueryError:
        return
    bare = str(mark(text, marker)).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert unescape(bare) == text
    assert "<script" not in str(excerpt(text, marker))


@given(st.text(alphabet="abcdeilnorstuyz", min_size=3, max_size=12))
def test_no_stem_begins_otherwise_than_its_word(word):
    """What lets marking pass over most words by their first letter."""
    assert all(stem[0] == word[0] for stem in stems(word))


@pytest.mark.parametrize("asked", ["dying", "lies", "skies", "generate", "étalonner", "œuvres", "C++", "2.7"])
def test_every_form_that_shares_a_stem_is_marked_whatever_its_capitals(asked):
    for form in (asked, asked.upper(), asked.capitalize()):
        assert "<mark>" in marked(asked, f"x {form} y")


def test_a_marker_is_told_by_its_key():
    """Kept rows are keyed by it: two that mark differently never share one."""
    asked = ["pump", "pump head", "pum*", '"pump head"', "-pump head", "tête", "2.7", "porosty"]
    markers = [Marker.of(parse(text)) for text in asked]
    markers.append(Marker.of(parse("porosty"), {"porosty": ("porosity",)}))
    assert len({marker.key for marker in markers}) == len(markers)
    assert Marker.of(parse("Pump OR head kind:idea")).key == markers[1].key
