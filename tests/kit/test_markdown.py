"""The plain words of a text: what excerpts, notifications and the index show of it."""

from __future__ import annotations

import pytest

from kit import markdown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a · b · 1 · 2"),
        ("Flat:\n\n| Pump | mm |\n|---|---|\n| 3 | **0.07** |\n\nYes.", "Flat: Pump · mm · 3 · 0.07 · Yes."),
        ("|a||b|\n|-|-|-|\n|1|2||", "a · b · 1 · 2"),
        ("- seal\n- spring\n  - steel\n- cap", "seal · spring · steel · cap"),
        ("Two things:\n\n1. Now.\n2. For good", "Two things: Now. For good"),
        ("- [x] done\n- [ ] open", "done · open"),
        ("One line\nand the next\n\nA paragraph", "One line and the next A paragraph"),
        ("odd \x1f\x00 signs", "odd signs"),
    ],
)  # fmt: skip
def test_cells_and_items_stay_apart_and_sentences_run_on(source, text):
    assert markdown.render(source).text == text


def test_a_separator_stands_in_the_words_and_not_on_the_page():
    made = markdown.render("|Coating|Bolts|\n|-|-|\n|30 µm|20 Nm|")
    assert "·" in made.text and "·" not in made.html


def test_a_fold_is_closed_shows_its_words_and_can_be_found():
    made = markdown.render("Yes.\n\n::: quoted Otto <b> wrote:\n> Well?\n:::\n\nInes")
    assert '<details class="fold quoted"><summary>Otto &lt;b&gt; wrote:</summary>' in made.html
    assert made.html.endswith("</details>\n<p>Ines</p>\n")
    assert made.text == "Yes. Otto <b> wrote: Well? Ines"


@pytest.mark.parametrize(
    "source",
    [
        *("::: quoted\n   ", "::: quoted", ":::", "- ::: quoted\n   - ", "::: quoted\n> ::: signed\n>  "),
        *("::: quoted a\n" * 3_000, "::: quoted\n:::\n" * 3_000, ":" * 50_000, "::: quoted\n" + ":" * 50_000),
    ],
)
def test_folds_of_any_shape_are_closed(source):
    made = markdown.render(source)
    assert made.html.count("<details") == made.html.count("</details>")


def test_other_fences_of_colons_stay_as_they_were_typed():
    assert "<details" not in markdown.render("::: warning\nx\n:::").html
