"""The door, the directory, one's own pages and the administration, in a real browser."""

from __future__ import annotations

import pytest

OUTSIDE = (
    "/account/login/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/invitation/" + "0" * 64 + "/",
)
MINE = (
    "/people/",
    "/people/?q=zzz",
    "/preferences/",
    "/preferences/profile/",
    "/account/sessions/",
    "/account/password/change/",
)
ADMINISTRATION = (
    "/admin/people/",
    "/admin/people/?state=invited",
    "/admin/people/invite/",
    "/admin/people/invite/many/",
    "/admin/company/",
    "/admin/health/",
    "/admin/access/",
    "/admin/log/",
)


def test_what_is_outside_is_accessible_in_every_variant_and_language(new_page, variant, axe, look, is_narrow_safe):
    page = new_page(variant, language="fr" if variant.is_phone else "en")
    for path in OUTSIDE:
        page.goto(path)
        axe(page)
        is_narrow_safe(page)
        look(page, f"outside{path.replace('/', '-')[:40]}{variant.name}", is_full=True)


def test_pages_of_people_are_accessible_in_every_variant(sign_in, company, variant, axe, look, is_narrow_safe):
    page = sign_in("french" if variant.is_phone else "member", variant)
    for path in (*MINE, f"/people/{company.people['manager']['public_id']}/"):
        page.goto(path)
        axe(page)
        is_narrow_safe(page)
        look(page, f"people{path.replace('/', '-')[:40]}{variant.name}", is_full=True)


def test_the_administration_is_accessible_in_every_variant(sign_in, company, variant, axe, look, is_narrow_safe):
    page = sign_in("admin", variant)
    for path in (*ADMINISTRATION, f"/admin/people/{company.people['guest']['public_id']}/"):
        page.goto(path)
        axe(page)
        is_narrow_safe(page)
        look(page, f"admin{path.replace('/', '-')[:40]}{variant.name}", is_full=True)


def test_somebody_signs_in_by_keyboard_alone_after_a_wrong_password(new_page, company, axe):
    page = new_page()
    page.goto("/account/login/")
    page.get_by_label("Work email").focus()
    page.keyboard.type("MAX@corvanne.test")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("Email and password don’t match.").wait_for()
    axe(page)
    page.get_by_label("Password").focus()
    page.keyboard.type(company.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{company.address}/")


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_the_door_speaks_french_and_the_directory_is_filtered(new_page, company, has_script):
    page = new_page(language="en", has_script=has_script)
    page.goto("/account/login/")
    page.get_by_role("button", name="Français").click()
    page.get_by_label("Adresse professionnelle").fill("max@corvanne.test")
    page.get_by_label("Mot de passe").fill(company.password)
    page.get_by_role("button", name="Se connecter").click()
    page.goto("/people/")
    page.get_by_role("searchbox").fill("mona")
    if not has_script:
        page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="Otto Outsider").wait_for(state="detached")
    assert page.get_by_role("link", name="Mona Manager").is_visible()
    assert "q=mona" in page.url


def test_the_list_follows_the_letters_and_the_field_keeps_the_focus(sign_in):
    page = sign_in("member")
    page.goto("/people/")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("rit")
    page.get_by_text("Otto Outsider").wait_for(state="detached")
    page.keyboard.type("a")
    assert page.evaluate("document.activeElement.name") == "q"
    page.get_by_role("link", name="Rita Reader").click()
    page.get_by_role("heading", name="Rita Reader", level=1).wait_for()


def test_guest_fields_come_with_the_guest(sign_in, axe):
    page = sign_in("admin")
    page.goto("/admin/people/invite/")
    assert not page.get_by_label("Employer").is_visible()
    page.get_by_label("a guest").check()
    page.get_by_label("Employer").fill("Brenner")
    axe(page)


def test_theme_is_changed_in_the_menu_and_stays(sign_in):
    page = sign_in("reader")
    page.goto("/people/")
    page.locator(".top details.menu > summary").click()
    with page.expect_response("**/preferences/one/"):
        page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_closed_account_is_out_while_its_page_is_open(sign_in, company):
    leaver, admin = sign_in("leaver"), sign_in("admin")
    leaver.goto("/people/")
    admin.goto(f"/admin/people/{company.people['leaver']['public_id']}/")
    admin.get_by_role("button", name="Deactivate the account").click()
    admin.get_by_text("is signed out everywhere").wait_for()
    # Nobody touches the other screen: its socket closes, and it shows the door.
    leaver.wait_for_url("**/account/login/**", timeout=2_000)
    leaver.get_by_role("button", name="Sign in", exact=True).wait_for()
    leaver.goto("/people/")
    assert "/account/login/" in leaver.url
    admin.get_by_role("button", name="Undo").click()
    admin.get_by_text("can sign in again").wait_for()
