"""Somebody comes back after days: from the inbox to what happened, all of it read, and back again."""

from __future__ import annotations

from tests.journeys.conftest import VARIANTS


def test_who_comes_back_reads_what_happened_and_takes_it_back(sign_in, axe, look, is_narrow_safe):
    page = sign_in("french", VARIANTS["mobile-light"], language="fr")
    page.goto("/inbox/")
    axe(page)
    look(page, "inbox-after-days-mobile", is_full=True)
    page.get_by_role("link", name="Voir ce qui s’est passé").click()
    page.get_by_role("heading", level=1, name="Pendant votre absence").wait_for()
    count = page.locator("main article").count()
    assert count >= 2 and page.get_by_text("Répondu par Mona Manager.").count() == 1
    axe(page)
    is_narrow_safe(page)
    look(page, "away-mobile", is_full=True)
    page.get_by_role("button", name="Tout marquer comme lu").click()
    page.get_by_role("heading", name="Vous avez tout vu").wait_for()
    axe(page)
    is_narrow_safe(page)
    page.keyboard.press("z")
    page.locator("main article").first.wait_for()
    assert page.locator("h1").count() == 1
    assert page.locator("main article").count() == count
    page.set_viewport_size({"width": 1440, "height": 900})
    axe(page)
    look(page, "away-desktop", is_full=True)
