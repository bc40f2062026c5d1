"""The palette and the keys: by hand, by thumb, on any keyboard, with one's own keys, and never a word too much."""

from __future__ import annotations

import re
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from kit.direction import isolated
from tests.journeys.conftest import VARIANTS

LISTED = "dialog.palette [role=option]"
#: a key as a keyboard of another country sends it
SEND = """init => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", {bubbles: true, cancelable: true, composed: true, ...init}))"""


@pytest.fixture(scope="module", autouse=True)
def index_is_ready(company):
    """The words of the cast are written into the index a moment after the server is there."""
    cookie = f"{company.cookie}={company.people['member']['session']}"
    asked = urllib.request.Request(f"{company.address}/search/suggest/?q=firmware", headers={"Cookie": cookie})
    until = time.monotonic() + 60
    while b"keep its clock" not in urllib.request.urlopen(asked).read() and time.monotonic() < until:
        time.sleep(1)


def open_palette(page, text: str = ""):
    page.keyboard.press("Control+k")
    field = page.locator("dialog.palette").get_by_role("combobox")
    expect(field).to_be_focused()
    if text:
        page.keyboard.type(text)
    return field


def chosen(page):
    return page.locator("dialog.palette [aria-selected=true]")


def test_the_palette_is_accessible_and_looks_as_drawn(sign_in, variant, axe, look, is_narrow_safe):
    page = sign_in("member", variant)
    page.goto("/")
    page.locator("a.jump").click()
    page.get_by_role("combobox").wait_for()
    axe(page)
    page.keyboard.type("firmware")
    page.locator(LISTED, has_text="Does firmware 2.8").wait_for()
    axe(page)
    is_narrow_safe(page)
    look(page, f"palette-{variant.name}")


def test_words_are_found_marked_and_opened_without_a_mouse(sign_in, company):
    page = sign_in("member")
    page.goto("/")
    page.locator("#feed .row h3 a").first.focus()
    field = open_palette(page, "firmw")
    thread = page.locator(LISTED, has_text="Does firmware 2.8")
    expect(thread.locator("mark")).to_have_text("firmware")
    expect(page.get_by_role("group", name="Jump to").get_by_role("option")).to_have_count(2)
    expect(chosen(page)).to_contain_text("Engineering")
    assert field.get_attribute("aria-activedescendant") == chosen(page).get_attribute("id")
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_contain_text("Search everything for")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("Does firmware 2.8")
    expect(page.locator("dialog.palette [role=status]")).to_have_text("2 results")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    expect(page.locator("#feed .row h3 a").first).to_be_focused()
    open_palette(page, "firmware keep")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/threads/{company.threads['question']}/")


def test_people_stand_with_their_face_and_guests_in_amber(sign_in, company):
    page = sign_in("manager")
    page.goto("/")
    open_palette(page, "brenner")
    line = page.get_by_role("group", name="People").get_by_role("option")
    expect(line).to_contain_text("Gus Guest")
    expect(line.locator(".chip.guest")).to_contain_text("Guest, Brenner")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{company.people['guest']['public_id']}/")


def test_enter_means_what_was_typed_also_when_the_answer_is_on_its_way(sign_in, company):
    page = sign_in("member")
    page.goto("/keys/")
    open_palette(page, "Max Mem")
    page.locator(LISTED, has_text="Max Member").wait_for()

    def late(route):
        page.wait_for_timeout(150)
        route.continue_()

    page.route("**/search/suggest/**", late)
    page.get_by_role("combobox").fill("Mona Manager")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{company.people['manager']['public_id']}/")


def test_control_enter_opens_another_tab(sign_in, company):
    page = sign_in("member")
    page.goto("/keys/")
    open_palette(page, "supplier quality")
    expect(chosen(page)).to_contain_text("Supplier quality")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    opened.value.wait_for_url(f"**/groups/{company.spaces['closed']}/")
    assert page.url.endswith("/keys/")


def test_a_thumb_opens_it_chooses_and_closes_it(sign_in):
    page = sign_in("member", VARIANTS["mobile-light"])
    page.goto("/keys/")
    page.locator("a.jump").tap()
    page.get_by_role("combobox").wait_for()
    close = page.get_by_role("button", name="Close")
    for box in (close.bounding_box(), page.locator(LISTED).first.bounding_box()):
        assert box["height"] >= 44
    close.tap()
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator("a.jump").tap()
    page.get_by_role("combobox").fill("inbox")
    page.locator(LISTED, has_text="Inbox").first.tap()
    page.wait_for_url("**/inbox/")


def test_what_this_page_does_can_be_done_from_the_palette(sign_in, company):
    page = sign_in("reader")
    page.goto(f"/threads/{company.threads['idea']}/")
    expect(page.locator("[data-key=s]")).to_have_attribute("aria-pressed", "false")
    open_palette(page, "save")
    expect(chosen(page)).to_contain_text("Save")
    page.get_by_role("group", name="Do").get_by_role("option", name="Save", exact=False).first.click()
    expect(page.locator("[data-key=s]")).to_have_attribute("aria-pressed", "true")


def test_a_question_begins_with_what_was_typed(sign_in):
    page = sign_in("member")
    page.goto("/")
    open_palette(page, "torque wrench")
    page.get_by_role("option", name=f"Ask a question about “{isolated('torque wrench')}”").click()
    page.wait_for_url("**/threads/new/**")
    expect(page.locator("#compose-title")).to_have_value("torque wrench")
    expect(page.locator("input[name=kind][value=question]")).to_be_checked()


def test_what_was_opened_last_is_named_by_the_server_until_one_may_know_it_no_more(sign_in, do, company):
    space = do("make_group", by="manager", name="Zirconium", type="hidden")["space"]
    do("add", space=space, person="luc")
    page = sign_in("luc")
    page.goto(f"/groups/{space}/")
    page.goto(f"/threads/{company.threads['question']}/")
    page.goto("/keys/")
    open_palette(page)
    last = page.get_by_role("group", name="Ouverts récemment").get_by_role("option")
    expect(last).to_have_text([re.compile("firmware 2.8"), re.compile("Zirconium")])
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert space in kept and "Zirconium" not in kept and "firmware" not in kept
    page.keyboard.press("Escape")
    do("remove", by="manager", space=space, person="luc")
    page.goto("/keys/")
    open_palette(page)
    expect(last).to_have_text([re.compile("firmware 2.8")])
    page.keyboard.type("zircon")
    expect(page.get_by_role("option", name=re.compile("Chercher partout"))).to_be_visible()
    expect(page.locator("dialog.palette .note")).to_be_visible()
    assert "Zirconium" not in page.content()


@pytest.mark.parametrize("who", ["outsider", "guest"])
def test_nobody_outside_is_told_of_the_hidden_group(sign_in, company, who):
    page = sign_in(who)
    page.goto("/keys/")
    for text in ("aub", "aubépine", "five-axis"):
        open_palette(page, text)
        expect(page.locator("dialog.palette .note")).to_have_text("Nothing matches. Search everything")
        assert "Aubépine" not in page.locator("dialog.palette").inner_text()
        page.keyboard.press("Escape")


def test_places_still_work_when_the_server_does_not_answer(sign_in):
    page = sign_in("member")
    page.goto("/keys/")
    page.route("**/search/suggest/**", lambda route: route.abort())
    open_palette(page, "inb")
    expect(page.locator("dialog.palette .note")).to_have_text("Search is off line; places still work")
    expect(chosen(page)).to_have_text(re.compile("Inbox"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/")


# The keys -----------------------------------------------------------------------------------------------------------


def test_a_character_that_is_being_put_together_is_no_key(sign_in):
    page = sign_in("member")
    page.goto("/")
    for init in ({"key": "?", "isComposing": True}, {"key": "?", "keyCode": 229}, {"key": "Process"}):
        page.evaluate(SEND, init)
    page.keyboard.press("j")
    assert page.get_by_role("dialog").count() == 0
    expect(page.locator("#feed .row h3 a").first).to_be_focused()
    open_palette(page, "inbox")
    page.evaluate(SEND, {"key": "Enter", "isComposing": True})
    page.evaluate(SEND, {"key": "Enter", "keyCode": 229})
    page.wait_for_timeout(600)
    assert page.get_by_role("dialog").count() == 1 and page.url.endswith("/")


def test_keys_are_what_they_write_on_any_keyboard(sign_in):
    page = sign_in("member")
    page.goto("/search/")
    field = page.locator("[data-search-here]")
    page.evaluate("document.activeElement.blur()")
    # A French keyboard writes "/" with Shift, and "]" with AltGr, which Windows says as Control and Alt.
    page.evaluate(SEND, {"key": "/", "code": "Period", "shiftKey": True})
    expect(field).to_be_focused()
    page.goto("/")
    page.evaluate(SEND, {"key": "j", "code": "KeyC"})
    expect(page.locator("#feed .row h3 a").nth(0)).to_be_focused()
    page.evaluate(SEND, {"key": "J", "modifierCapsLock": True})
    expect(page.locator("#feed .row h3 a").nth(1)).to_be_focused()
    here = page.evaluate("document.activeElement.href")
    page.evaluate(SEND, {"key": "k", "altKey": True})
    assert page.evaluate("document.activeElement.href") == here
    page.evaluate("document.activeElement.blur()")
    page.evaluate(SEND, {"key": "]", "ctrlKey": True, "altKey": True, "modifierAltGraph": True})
    assert page.evaluate("document.activeElement.matches('.unread h3 a')")
    # A keyboard without Latin letters opens the palette with the key that lies where K does.
    page.evaluate(SEND, {"key": "л", "code": "KeyK", "ctrlKey": True})
    page.get_by_role("combobox").wait_for()


def test_nothing_happens_while_one_types(sign_in):
    page = sign_in("member")
    page.goto("/preferences/keys/")
    field = page.get_by_label("New thread")
    field.fill("")
    page.keyboard.type("?")
    expect(field).to_have_value("?")
    assert page.get_by_role("dialog").count() == 0


def test_keys_are_changed_refused_in_a_clear_sentence_and_given_back(sign_in, axe, variant, is_narrow_safe, look):
    page = sign_in("outsider", variant)
    page.goto("/preferences/keys/")
    axe(page)
    is_narrow_safe(page)
    look(page, f"keys-own-{variant.name}", is_full=True)
    page.get_by_label("New thread").fill("r")
    page.get_by_role("button", name="Save the keys").click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(f"{isolated('r')} is also the key for “{isolated('Reply')}”")
    axe(page)
    page.get_by_label("New thread").fill("w")
    page.get_by_label("Go to people").fill("p")
    page.get_by_label("This list").fill("!")
    page.get_by_role("button", name="Save the keys").click()
    page.get_by_text("Your keys are saved.").wait_for()
    if not variant.is_phone:
        expect(page.locator(".side-foot kbd")).to_have_text("!")
    page.goto("/inbox/")
    page.keyboard.press("c")
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    assert page.url.endswith("/inbox/") and page.get_by_role("dialog").count() == 0
    page.keyboard.press("!")
    page.get_by_role("dialog").get_by_text("changed by you").first.wait_for()
    axe(page)
    look(page, f"keys-dialog-{variant.name}")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.wait_for_url("**/people/")
    page.keyboard.press("w")
    page.wait_for_url("**/threads/new/")
    page.goto("/preferences/keys/")
    page.get_by_role("button", name="Give every shortcut its first keys").click()
    page.get_by_text("Every shortcut has its first keys again.").wait_for()
    page.goto("/inbox/")
    page.keyboard.press("c")
    page.wait_for_url("**/threads/new/")


def test_without_single_keys_no_hint_promises_one(sign_in):
    page = sign_in("french")
    page.goto("/preferences/keys/")
    page.get_by_label("Raccourcis d’une seule touche").uncheck()
    page.get_by_role("button", name="Enregistrer les touches").click()
    page.get_by_text("Vos touches sont enregistrées.").wait_for()
    page.goto("/inbox/")
    page.keyboard.press("?")
    page.keyboard.press("j")
    assert page.get_by_role("dialog").count() == 0
    expect(page.locator(".side-foot kbd")).to_be_hidden()
    expect(page.locator("p.keys")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Rechercher ou aller à").wait_for()
    page.keyboard.press("Escape")
    page.goto("/preferences/keys/")
    page.get_by_label("Raccourcis d’une seule touche").check()
    page.get_by_role("button", name="Enregistrer les touches").click()
    page.get_by_text("Vos touches sont enregistrées.").wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Raccourcis clavier").get_by_text("Ligne ou message suivant").wait_for()


def test_the_keys_are_listed_and_changed_without_script(sign_in):
    page = sign_in("reader", has_script=False)
    page.goto("/keys/")
    expect(page.locator("#main").get_by_text("Next row or post")).to_be_visible()
    page.get_by_role("link", name="Change the keys").click()
    page.get_by_label("Undo").fill("y")
    page.get_by_role("button", name="Save the keys").click()
    page.goto("/keys/")
    expect(page.locator("#main").get_by_text("changed by you")).to_be_visible()
