"""Texts made to be dear: whatever stands in as many signs as a post holds, it is rendered in a moment."""

from __future__ import annotations

import time

import pytest

from kit import markdown
from people.models import fold_name
from walls.models.posts import POST_LIMIT

#: what is repeated; the first ones took 40, 3 and 3 seconds
BOMBS = (
    *("http://a.b/(", "![", "[", "[a](", "[a][", "http://a.b/[{('\"", "**a ", "*a_", "~~", "`", "``` \n"),
    *("http://a.b/" + "(" * 900 + " ", ">" * 30 + "\n"),
    *("  - a\n", "|-|\n", "| a | b |\n|---|---|\n", "<!--", "&#", "\\*", "a@b.", "[@x](person:", "\u0301", "\x00"),
)
#: seconds of work: a calm machine takes a third of it
SECONDS = 2.0


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_text_as_long_as_a_post_is_dear_to_render(bomb):
    text = (bomb * POST_LIMIT)[:POST_LIMIT]
    began = time.thread_time()
    made = markdown.render(text)
    assert time.thread_time() - began < SECONDS
    assert len(made.html) < 20 * POST_LIMIT and "<script" not in made.html


def test_a_text_of_brackets_is_shown_as_it_was_typed():
    made = markdown.render("<script>[" * (markdown.BRACKETS_LIMIT + 1))
    assert made.html.startswith("<p>&lt;script&gt;[") and "<script" not in made.html


def test_ordinary_addresses_are_links_and_words_nobody_types_are_not():
    address = "https://example.org/" + "a" * 900
    assert f'href="{address}"' in markdown.render(f"See {address} (soon)").html
    assert "href" not in markdown.render("https://example.org/" + "a" * markdown.ADDRESS_LIMIT).html


@pytest.mark.parametrize("name", ["\u202egnp.exe", "a\u2066b\u2069", "\u200eMax", "M\u200bax", "M\x00ax", "M\u0007ax"])
def test_a_name_holds_no_sign_that_turns_or_hides(name):
    folded = fold_name(name)
    assert folded.isprintable() and not set(folded) & set("\u200b\u200e\u200f\u202a\u202e\u2066\u2069")


@pytest.mark.parametrize("sign", ["\u034f", "\u115f", "\u3164", "\uffa0", "\u17b4", "\u2800", "\u00ad", "\ufeff"])
def test_a_name_of_signs_that_nobody_sees_is_none(sign):
    assert (fold_name(sign * 3), fold_name(f"Ma{sign}x")) == ("", "Max")
    assert fold_name(f"\ufe0f\u0301 {sign}\u0301") == ""


def test_names_are_folded_to_one_form():
    assert (fold_name("Ｍａｘ"), fold_name("ﬁlip"), fold_name("  a \t b ")) == ("Max", "filip", "a b")
