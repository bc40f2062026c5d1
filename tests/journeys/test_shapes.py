"""The same page on paper, in forced colours, in a narrow window, with words as long as they come."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import VARIANTS


def test_a_thread_on_paper_is_its_texts_with_full_dates_and_no_buttons(sign_in, company):
    page = sign_in("member")
    page.goto(f"/threads/{company.threads['question']}/")
    page.emulate_media(media="print")
    for text in ("Two of our sites lose mains", "Yes, for 72 hours", "Merci, je vérifie"):
        expect(page.get_by_text(text).first).to_be_visible()
    for chrome in (".side", ".top", ".tabbar", ".composer", "article.post .foot", "article.post .face", ".newline"):
        assert not [one for one in page.locator(chrome).all() if one.is_visible()], chrome
    assert page.locator("button:visible").count() == 0
    head = page.locator(".print-head")
    expect(head).to_contain_text("M4 metering pump. Shared with guests. Printed by Max Member")
    said = page.locator("article.post time").first.evaluate("(node) => getComputedStyle(node, '::after').content")
    assert re.search(r"\d{1,2}\s\w+\s\d{4}, \d\d:\d\d", said), said


def test_in_forced_colours_what_is_chosen_looks_chosen(sign_in):
    page = sign_in("member")
    page.emulate_media(forced_colors="active")
    page.goto("/")
    pairs = (
        ("#main .seg [aria-pressed='true']", "#main .seg [aria-pressed='false']"),
        (".nav a[aria-current]", ".nav a[data-place]:not([aria-current])"),
        (".composer .kinds label:has(:checked)", ".composer .kinds label:not(:has(:checked))"),
    )
    for chosen, other in pairs:
        colours = [
            page.locator(one).first.evaluate("(node) => getComputedStyle(node).backgroundColor")
            for one in (chosen, other)
        ]
        assert colours[0] != colours[1], chosen


@pytest.mark.parametrize("width", [320, 390])
def test_words_as_long_as_they_come_widen_nothing(sign_in, company, is_narrow_safe, width):
    page = sign_in("manager")
    page.goto("/threads/new/")
    page.locator("#compose-title").fill("Donaudampfschifffahrtsgesellschaftskapitän" * 4)
    page.locator("#compose-body").fill(f"{'W' * 300}\n\n`{'c' * 300}`\n\n| a | b |\n|---|---|\n| {'q' * 200} | z |")
    page.locator("#compose button.primary").click()
    page.locator("article.post").first.wait_for()
    page.set_viewport_size({"width": width, "height": 800})
    is_narrow_safe(page)
    for path in ("/", "/search/?q=Donaudampf", f"/people/{company.people['manager']['public_id']}/"):
        page.goto(path)
        is_narrow_safe(page)


@pytest.mark.parametrize("path", ["/people/", "/admin/people/"])
def test_the_field_that_filters_keeps_its_width(sign_in, path):
    page = sign_in("admin")
    for width in (320, 390, 720, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path)
        box = page.locator(".filterbar input[type=search]").bounding_box()
        assert box["width"] >= min(220, width - 40), width


def test_who_only_looked_at_the_composer_left_no_draft(sign_in):
    page = sign_in("reader")
    page.goto("/threads/new/")
    page.locator("#compose-title").wait_for()
    page.goto("/")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))") == []
    expect(page.locator("[data-draft-note]").first).to_have_text("")


def test_text_from_right_to_left_stands_on_its_side_and_its_page_does_not_turn(sign_in, company):
    page = sign_in("manager")
    page.goto("/threads/new/")
    page.locator("#compose-title").fill("تقرير الزيارة (M4)")
    page.locator("#compose-body").fill("مرحبا، هذا تقرير الزيارة.")
    page.locator("#compose button.primary").click()
    prose = page.locator("article.post .prose").first
    prose.wait_for()
    direction = "(node) => getComputedStyle(node).direction"
    assert prose.evaluate(direction) == page.locator("h1").evaluate(direction) == "rtl"
    assert page.evaluate("document.documentElement.dir") == "ltr"
    # A frame turned round (a language written so) widens nothing and overlaps nothing.
    page.evaluate("document.documentElement.dir = 'rtl'")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


WHOLE = """(node) => {
    const box = node.getBoundingClientRect();
    return [[box.left + 6, box.top + 6], [box.right - 6, box.bottom - 6]].every(([x, y]) =>
        node.contains(document.elementFromPoint(x, y)));
}"""


def test_what_opens_in_a_line_is_seen_whole(sign_in, company, variant):
    page = sign_in("member", variant)
    page.goto(f"/threads/{company.threads['question']}/")
    page.locator("article.post .menu > summary").first.click()
    menu = page.locator("article.post .sheetlet").first
    assert menu.evaluate(WHOLE)
    page.keyboard.press("Escape")
    field = page.locator("#reply textarea[name=body]")
    field.click()
    field.press_sequentially("A word of some length before a name @M")
    page.locator(".suggest [role=option]").nth(1).wait_for()
    for option in page.locator(".suggest [role=option]").all():
        option.scroll_into_view_if_needed()
        assert option.evaluate(WHOLE), option.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_button_of_the_composer_breaks_within_a_word(sign_in, language):
    page = sign_in("french" if language == "fr" else "member", VARIANTS["mobile-light"], language=language)
    page.goto("/threads/new/")
    page.locator("#compose-body").fill("Words, of which a draft is kept.")
    page.locator("#compose [data-draft-note]:not(:empty)").wait_for()
    assert page.locator("#compose button.primary").evaluate("(node) => node.getClientRects().length") == 1
    assert page.locator("#compose button.primary").bounding_box()["height"] <= 46
