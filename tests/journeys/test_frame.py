"""The frame in a real browser: four variants, keyboard, palette, help, menus, weight."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from kit.direction import isolated

PAGES = ("/keys/", "/styleguide/", "/no/such/page/")


@pytest.mark.parametrize("path", PAGES)
def test_the_frame_is_accessible_in_every_variant(sign_in, variant, axe, look, is_narrow_safe, path):
    page = sign_in("member", variant)
    page.goto(path)
    axe(page)
    is_narrow_safe(page)
    look(page, f"frame{path.replace('/', '-')}{variant.name}", is_full=True)


def test_the_question_mark_opens_the_list_of_keys_and_escape_gives_the_focus_back(sign_in, axe):
    page = sign_in("member")
    page.goto("/styleguide/")
    page.locator("#main a.btn").first.focus()
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.matches('#main a.btn')")


def test_control_k_opens_the_palette_with_places(sign_in, axe):
    page = sign_in("member")
    page.goto("/keys/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").wait_for()
    axe(page)
    page.keyboard.type("bud")
    page.get_by_role("option", name=f"Search everything for “{isolated('bud')}”").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def test_the_account_menu_opens_without_script(sign_in):
    page = sign_in("member", has_script=False)
    page.goto("/keys/")
    page.locator(".top details.menu > summary").click()
    assert page.get_by_role("button", name="Sign out").is_visible()


def test_a_draft_survives_a_reload_with_its_key(sign_in):
    page = sign_in("member")
    page.goto("/styleguide/")
    page.get_by_label("Your message").fill("Half a thought")
    key = page.locator("form[data-draft] [name=submission_key]").first.input_value()
    page.wait_for_timeout(600)
    page.reload()
    assert page.get_by_label("Your message").input_value() == "Half a thought"
    assert page.locator("form[data-draft] [name=submission_key]").first.input_value() == key


def test_the_search_field_takes_the_room_there_is(sign_in, variant):
    page = sign_in("member", variant)
    page.goto("/keys/")
    field, room = page.locator(".top .jump").bounding_box(), page.locator(".top").bounding_box()
    assert field["width"] >= min(room["width"] * 0.6, 420)


#: KiB of a page with little on it, the list of keys; nginx, before a cluster, has gzip where the server has brotli
BARE = 64 if os.environ.get("PARVIS_JOURNEYS") == "cluster" else 54


@pytest.mark.parametrize(("path", "limit"), [("/keys/", BARE), ("/", 74), ("/search/", 74)])
def test_the_first_page_is_light(sign_in, path, limit):
    """What crosses the wire of the real server, compressed, with nothing kept from before; fonts are counted apart."""
    page = sign_in("member", has_worker=True)
    sizes: dict[str, int] = {}
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    names = {}
    client.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))
    client.on(
        "Network.loadingFinished", lambda e: sizes.update({names.get(e["requestId"], ""): e["encodedDataLength"]})
    )
    page.goto(path, wait_until="networkidle")
    counted = {url: size for url, size in sizes.items() if url.startswith("http") and not url.endswith(".woff2")}
    assert sum(counted.values()) < limit * 1024, counted
    assert len(counted) <= 7, list(counted)
    assert len(sizes) - len(counted) <= 2, list(sizes)


def test_the_editor_comes_when_one_writes_and_its_emoji_obey_the_policy(sign_in, axe):
    page = sign_in("member")
    page.goto("/styleguide/")
    box = page.get_by_label("Your message")
    box.fill("Good work ")
    page.get_by_role("button", name="Bold").wait_for()
    axe(page)
    page.get_by_role("button", name="Emoji").click()
    page.locator("emoji-picker").get_by_role("combobox").fill("rocket")
    page.locator("emoji-picker").get_by_role("option", name="rocket").first.click()
    expect(box).to_have_value("Good work 🚀")


def test_the_theme_changes_at_once_and_stays(sign_in):
    page = sign_in("reader")
    page.goto("/styleguide/")
    page.locator(".top details.menu > summary").click()
    with page.expect_response("**/preferences/one/"):
        page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_single_keys_can_be_switched_off(sign_in):
    page = sign_in("outsider")
    page.goto("/styleguide/")
    page.evaluate("document.documentElement.dataset.singleKeys = 'off'")
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").wait_for()
    assert page.get_by_role("dialog").count() == 1
