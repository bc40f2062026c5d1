"""Plain mail becomes Markdown that shows the same words; what it answers and its signature are folded, not lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.sources.mail import quoting
from imports.sources.mail.charsets import clean
from kit import markdown

LETTERS = re.compile(r"[^\W_]+")


def kinds(text: str) -> list[str]:
    return quoting.parted(text).kinds()


@pytest.mark.parametrize(
    "above",
    [
        "On Mon, 4 Mar 2019, Otto Beck wrote:",
        "On Mon, 4 Mar 2019 at 09:00, Otto Beck\n<otto@example.test> wrote:",
        "Le lundi 4 mars 2019 à 09:00, Otto Beck <otto@example.test> a écrit :",
        "Le 4 mars, Otto Beck\na écrit\u00a0:",
        "Otto Beck <otto@example.test> writes:",
        "2019/03/04 Otto Beck <otto@example.test>",
    ],
)
def test_what_is_quoted_under_an_answer_is_folded_under_the_line_that_says_whose_it_is(above):
    text = f"Yes, on Thursday.\n\n{above}\n> Does the mason come?\n>\n> Otto"
    made = quoting.to_markdown(text)
    assert made.startswith("Yes, on Thursday.\n\n::: quoted ")
    summary = re.search(r"<summary>(.*)</summary>", markdown.render(made).html)
    assert summary and "Otto Beck" in summary[1]


@pytest.mark.parametrize(
    "below",
    [
        "-----Original Message-----\nFrom: Otto\nSent: Monday\nTo: Ines\nSubject: Mason\n\nDoes he come?",
        "-----Message d'origine-----\nDe : Otto\nEnvoyé : lundi\nÀ : Ines\nObjet : maçon\n\nVient-il ?",
        "De : Otto Beck\nEnvoyé : lundi 4 mars\nÀ : Ines Morel\nObjet : RE : maçon\n\nVient-il ?",
        "________________________________\nFrom: Otto Beck\nSent: Monday\nTo: Ines\nSubject: Mason\n\nDoes he come?",
    ],
)
def test_what_outlook_puts_under_an_answer_is_folded(below):
    assert kinds(f"Yes.\n\n{below}") == ["written", "quoted"]


@pytest.mark.parametrize(
    "text",
    [
        "> Does he come?\n\nYes.\n\n> When?\n\nOn Thursday.",
        "> Only\n> quoted",
        "From: a\nTo: b\nSubject: c\n\nForwarded.",
    ],
)
def test_answers_between_the_lines_and_mere_quotes_stay_open(text):
    assert kinds(text) == ["written"]


def test_signature_list_footer_and_tail_are_folds_of_their_own():
    footer = "_______________________\nMailing list: https://lists.example.test/house"
    text = f"Yes.\n-- \nInes Morel\nNorth House\n\nOtto Beck wrote:\n> Well?\n{footer}"
    assert kinds(text) == ["written", "signed", "quoted", "signed"]
    assert "<summary>Ines Morel</summary>" in markdown.render(quoting.to_markdown(text)).html


def test_a_patch_is_code_from_its_first_line_to_its_last():
    patch = (
        "diff --git a/roof.c b/roof.c\n--- a/roof.c\n+++ b/roof.c\n@@ -1,2 +1,2 @@\n-old *tile*\n+new _tile_\n slate"
    )
    made = quoting.to_markdown(f"This mends the roof:\n\n{patch}\n-- \n2.39.0")
    assert f"```diff\n{patch}\n```" in made
    assert "::: signed 2.39.0" in made


def test_columns_and_indented_lines_keep_their_blanks():
    table = "Room     Area   Rent\nhall     12     400\nattic    30     900"
    assert f"```\n{table}\n```" in quoting.to_markdown(f"As asked:\n\n{table}\n\nBest\nOtto")


def test_lines_that_were_broken_for_old_screens_are_joined_again():
    text = "> a long \n> line\nand my \nanswer\n-- \nOtto"
    assert quoting.flowed(text) == "> a long line\nand my answer\n-- \nOtto"


def test_a_line_that_looks_like_our_fence_closes_nothing():
    text = "Yes.\n\nOtto wrote:\n> ::: quoted\n> :::\n> inside\n>     :::::\n> still inside"
    made = markdown.render(quoting.to_markdown(text)).html
    assert made.count("<details") == made.count("</details>") == 1
    assert made.index("still inside") < made.index("</details>")


LINES = st.sampled_from(
    """word;> quoted;>> twice;-- ;Otto wrote:;;;   ;    indented;\ttab;* star;1. one;:::;# hash;```;--- a;+++ b;<b>x
    ;-----Original Message-----;From: a;To: b;Subject: c;diff --git a b;@@ -1 +1 @@;_________________________
    ;https://example.test/a_b_c;> :::: quoted;| a | b |;|---|---|""".split(";")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=40))
def test_no_word_is_lost_by_folding_and_escaping(lines):
    text = "\n".join(lines)
    made = markdown.render(quoting.to_markdown(text))
    shown = LETTERS.findall(f"{made.text} {made.html}")
    assert not [word for word in LETTERS.findall(text) if word not in shown]


@pytest.mark.parametrize("line", ["> " * 300 + "x", ">" * 5_000, "-- \n", "On a, wrote:\n", "From: a\nTo: b\nCc: c\n"])
def test_fifty_thousand_characters_of_anything_are_read_in_a_second_of_work(line):
    import time

    text = clean((line + "\n") * (50_000 // (len(line) + 1)))
    began = time.process_time()
    quoting.to_markdown(text)
    assert time.process_time() - began < 1
