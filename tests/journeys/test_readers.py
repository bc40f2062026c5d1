"""Who reads changes while people look: a thread is restricted, moved, shared."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.test_live import SOON


def test_a_thread_is_restricted_by_keyboard_and_goes_from_the_screen_of_who_is_not_named(
    sign_in, company, do, axe, is_narrow_safe, look
):  # fmt: skip
    made = do("open_thread", by="manager", space=company.spaces["open"], title="Wages", text="Figures inside.")
    losing = sign_in("outsider")
    losing.goto(f"/threads/{made['thread']}/")
    expect(losing.get_by_text("Figures inside.").first).to_be_visible()
    page = sign_in("manager")
    page.goto(f"/threads/{made['thread']}/")
    page.get_by_role("link", name="Restrict").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/restrict/")
    axe(page)
    is_narrow_safe(page)
    page.get_by_role("searchbox", name="Who may read it?").focus()
    page.keyboard.type("Max")
    box = page.get_by_role("checkbox", name="Max Member")
    expect(box).to_be_visible(timeout=SOON)
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("#restriction")).to_contain_text("Only 2 named readers", timeout=SOON)
    look(page, "thread-restrict")
    page.locator("#restrict button.primary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Only the named readers can read this thread now.")).to_be_visible(timeout=SOON)
    expect(losing.locator("h1")).to_contain_text("Nothing at this address", timeout=SOON)
    expect(losing.get_by_text("Figures inside.")).to_have_count(0)


def test_a_guest_who_comes_while_one_writes_is_announced_and_post_waits_until_it_was_seen(
    sign_in,
    company,
    do,
    axe,
    look,
):
    space = do("make_group", by="manager", name="Coating trials", type="closed")["space"]
    do("add", space=space, person="member")
    thread = do("open_thread", by="manager", space=space, title="Thickness", text="How thin?")["thread"]
    do("reclassify", by="manager", thread=thread, label="shared")
    page = sign_in("member")
    page.goto(f"/threads/{thread}/")
    line, post = page.locator("#reply-audience"), page.locator("#reply button.primary")
    expect(line).to_contain_text("Only the 2 employees")
    expect(line).not_to_have_attribute("data-version", "0", timeout=SOON)
    page.locator("#reply textarea").fill("Four microns, but not for Brenner")
    do("add", space=space, person="guest")
    expect(line).to_contain_text("Guests can read this.", timeout=SOON)
    expect(page.locator("#strip")).to_contain_text("Guests can read this thread", timeout=SOON)
    expect(post).to_be_disabled()
    axe(page)
    look(page, "reply-guests-came")
    page.locator("#reply textarea").press("End")
    page.keyboard.type(".")
    expect(post).to_be_disabled()
    line.get_by_role("button", name="I have seen it").focus()
    page.keyboard.press("Enter")
    expect(post).to_be_enabled()
    post.click()
    expect(page.get_by_text("Four microns, but not for Brenner.")).to_be_visible(timeout=SOON)
    do("reclassify", by="manager", thread=thread, label="internal")
    expect(line).to_contain_text("Only the 2 employees", timeout=SOON)
    expect(page.locator("#classification")).to_contain_text("Internal", timeout=SOON)
