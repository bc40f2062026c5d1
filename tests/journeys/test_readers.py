"""Who reads changes while people look: a thread is restricted, moved, shared."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.test_live import SOON, do  # noqa: F401


def test_a_thread_is_restricted_by_keyboard_and_goes_from_the_screen_of_who_is_not_named(
    sign_in, company, do, axe, is_narrow_safe, look  # noqa: F811
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
