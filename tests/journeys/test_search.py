"""Search in every state it can be in: four variants, both languages, no accessibility fault, nothing too wide."""

from __future__ import annotations

import time

import pytest


@pytest.fixture(scope="module")
def misspelt(company, do):
    """A thread whose only word of note is misspelt."""
    do("open_thread", by="member", space=company.spaces["open"], title="", text="Firmwere, he writes.")


@pytest.fixture
def search(sign_in, misspelt, variant, axe, look, is_narrow_safe):
    """``search(language, name, q)``: the page of that search, looked at; ``search.check``: the same of a page."""
    pages = {}

    def ask(language: str, name: str, text: str):
        if language not in pages:
            pages[language] = sign_in("french" if language == "fr" else "member", variant, language=language)
        page = pages[language]
        page.goto(f"/search/?q={text}")
        check(page, language, name)
        return page

    def check(page, language: str, name: str) -> None:
        assert page.locator("html").get_attribute("lang") == language
        axe(page)
        is_narrow_safe(page)
        look(page, f"search-{name}-{language}-{variant.name}")

    ask.check = check
    return ask


LANGUAGES = ("en", "fr")


def found_at_last(page, text: str, seconds: int = 30) -> None:
    """What was posted beside the server is found within seconds."""
    until = time.monotonic() + seconds
    while page.goto(f"/search/?q={text}") and not page.locator("article.hit").count():
        assert time.monotonic() < until, "The index does not hear of it."
        time.sleep(2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_search_is_accessible_in_every_variant(search, variant, language):
    page = search(language, "empty", "")
    found_at_last(page, "firmwere")
    page = search(language, "results", "pump")
    assert page.locator("article.hit mark").count()
    page = search(language, "filtered", "pump kind:question")
    assert page.locator(".op").count() == 1
    if not variant.is_phone:
        assert page.locator(".facets input:checked").count() >= 1
    page = search(language, "nothing", "firmwere clock")
    assert "firmware" in page.locator(".empty a.link").inner_text()
    page = search(language, "wrong", "pump colour:red")
    assert page.locator("#query-error").is_visible()
    page = search(language, "instead", "firmwaer")
    assert page.locator("article.hit").count()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_filters_of_a_phone_open_in_place(sign_in, search, variant, language):
    if not variant.is_phone:
        pytest.skip("a desktop shows them beside the results")
    # Not those who searched above: thirty searches a minute are the limit.
    page = sign_in("luc" if language == "fr" else "manager", variant, language=language)
    # No picture before the script has drawn anew: Playwright leaves style="" on every field it takes a picture of.
    page.goto("/search/?q=pump")
    page.locator("a.only-narrow").click()
    page.locator(".facets.is-open").wait_for()
    page.locator(".facets input[type=checkbox]").first.check()
    page.locator(".op").first.wait_for()
    assert page.locator(".facets.is-open").is_visible(), "several filters are ticked one after the other"
    page.locator("a.only-narrow").click()
    page.locator(".facets").wait_for(state="hidden")
    page.locator("a.only-narrow").click()
    page.locator(".facets.is-open").wait_for()
    search.check(page, language, "filters")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rebuild_under_way_is_told_in_every_variant(search, do, language):
    do("tell_rebuild", done="37", total="100")
    try:
        page = search(language, "rebuilding", "pump")
        for _second in range(10):  # a node that found no rebuild a moment ago believes that for some seconds
            if page.locator(".notice[role=status]").count():
                break
            page.wait_for_timeout(1000)
            page.reload()
        assert "37" in page.locator(".notice[role=status]").inner_text()
    finally:
        do("end_rebuild")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_that_is_cut_off_says_so_in_every_variant(search, do, language):
    """No search of so small a company takes a second: the page is made beside the server, with no time at all."""
    body = do("cut_off_page", by="french" if language == "fr" else "member", q="pump clock")["page"]
    page = search(language, "empty", "")
    page.route(
        "**/search/?q=pump+clock", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8")
    )
    page.goto("/search/?q=pump+clock")
    assert page.locator(".notice[role=alert]").is_visible()
    assert page.locator(".empty").count() == 0
    search.check(page, language, "cut-off")


def test_one_search_too_many_keeps_its_words_in_every_variant(sign_in, search, company, variant):
    page = sign_in("outsider", variant)
    for _ in range(31):
        if page.request.get(f"{company.address}/search/?q=pump").status == 429:
            break
    page.goto("/search/?q=pump+clock")
    assert page.locator("#q").input_value() == "pump clock"
    search.check(page, "en", "too-many")
