"""Each screen of the design in four variants: no accessibility fault, no sideways scroll, a picture to compare."""

from __future__ import annotations

import re

import pytest
from django.urls import NoReverseMatch, reverse

#: name: (who looks, URL name, the key of its object in `company`)
SCREENS = {
    "home": ("member", "walls:home", None),
    "company-wall": ("french", "walls:company-wall", None),
    "compose": ("manager", "walls:thread-create", None),
    "saved": ("member", "walls:saved", None),
    "thread-question": ("member", "walls:thread-detail", ("threads", "question")),
    "thread-idea": ("french", "walls:thread-detail", ("threads", "idea")),
    "thread-hidden": ("manager", "walls:thread-detail", ("threads", "hidden")),
    "group-hidden": ("manager", "groups:group-detail", ("spaces", "hidden")),
    "group-guests": ("guest", "groups:group-detail", ("spaces", "open")),
    "group-closed": ("outsider", "groups:group-detail", ("spaces", "closed")),
    "group-new": ("french", "groups:group-create", None),
    "group-members": ("manager", "groups:member-list", ("spaces", "open")),
    "groups": ("member", "groups:directory", None),
    "conversations": ("member", "groups:direct-list", None),
    "person": ("member", "profiles:person", ("people", "manager")),
    "people": ("french", "profiles:directory", None),
    "search": ("member", "search:results", None),
    "inbox": ("member", "notifications:inbox", None),
    "away": ("member", "notifications:away", None),
    "away-french": ("french", "notifications:away", None),
    "preferences": ("french", "people:preferences", None),
    "mail": ("french", "notifications:mail", None),
    "told": ("french", "notifications:told", None),
    "profile": ("member", "people:profile", None),
    "admin-people": ("admin", "people:admin-people", None),
    "admin-company": ("admin", "people:admin-company", None),
    "admin-health": ("admin", "people:admin-health", None),
}


def address(company, name: str) -> str:
    _, url_name, key = SCREENS[name]
    thing = getattr(company, key[0])[key[1]] if key else None
    public_id = thing["public_id"] if isinstance(thing, dict) else thing
    return reverse(url_name, args=[public_id] if public_id else [])


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_is_accessible_in_every_variant(sign_in, company, axe, look, is_narrow_safe, variant, name):
    who, url_name, _ = SCREENS[name]
    try:
        path = address(company, name)
    except NoReverseMatch:
        pytest.fail(f"{url_name} is served by nobody.")
    page = sign_in(who, variant)
    answer = page.goto(path)
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    axe(page)
    is_narrow_safe(page)
    look(page, f"{name}-{variant.name}")


@pytest.mark.parametrize("width", [320, 720, 1024])
@pytest.mark.parametrize("name", ["home", "thread-question", "group-hidden", "compose", "search", "admin-people"])
def test_no_screen_scrolls_sideways_at_any_width(sign_in, company, is_narrow_safe, name, width):
    page = sign_in(SCREENS[name][0])
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address(company, name))
    is_narrow_safe(page)


@pytest.mark.parametrize("name", ["home", "thread-question", "search"])
def test_screens_bear_text_twice_as_large(sign_in, company, is_narrow_safe, name):
    page = sign_in(SCREENS[name][0])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address(company, name))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    is_narrow_safe(page)


@pytest.mark.parametrize("name", ["home", "thread-question", "group-hidden", "search"])
def test_screens_read_without_script(sign_in, company, name):
    page = sign_in(SCREENS[name][0], has_script=False)
    assert page.goto(address(company, name)).status == 200
    assert page.locator("h1").is_visible()


def test_the_door_is_accessible_in_every_variant(new_page, axe, look, is_narrow_safe, variant):
    page = new_page(variant)
    page.goto("/account/login/")
    axe(page)
    is_narrow_safe(page)
    look(page, f"sign-in-{variant.name}")
    page.get_by_label("Work email").fill("max@corvanne.test")
    page.get_by_label("Password").fill("wrong, and long enough")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".error").first.wait_for()
    axe(page)
    look(page, f"sign-in-wrong-{variant.name}")


def test_facts_given_up_fit_a_phone_and_are_tried_again(sign_in, do, axe, look, is_narrow_safe, variant):
    for error in ("smtplib.SMTPServerDisconnected", "ConnectionRefusedError"):
        do("give_up", error=error)
    page = sign_in("admin", variant)
    page.goto("/admin/health/")
    assert page.get_by_role("region", name="Given up").count() == 1
    axe(page)
    is_narrow_safe(page)
    look(page, f"admin-health-given-up-{variant.name}", is_full=True)
    page.get_by_role("button", name=re.compile("Try again.*thread.posted")).first.click()
    page.get_by_text("1 fact is tried again.").wait_for()
    page.get_by_role("button", name="Try all again").click()
    page.get_by_text("1 fact is tried again.").wait_for()
    assert page.get_by_role("heading", name="Given up", level=2).count() == 0
