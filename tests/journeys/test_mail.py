"""What one wants to be mailed, and the link in a mail that stops it, pressed on a phone by somebody signed out."""

from __future__ import annotations

from tests.journeys.conftest import VARIANTS


def test_one_chooses_the_hour_of_the_digest_and_the_inbox_says_so(sign_in, axe, is_narrow_safe):
    page = sign_in("reader", VARIANTS["mobile-light"])
    page.goto("/preferences/mail/")
    page.get_by_role("radio", name="Every day").check()
    page.get_by_label("Hour of the digest").select_option("17:00")
    page.get_by_role("button", name="Save the preferences").click()
    page.get_by_text("Your preferences are saved.").wait_for()
    axe(page)
    is_narrow_safe(page)
    page.goto("/inbox/")
    assert page.get_by_text("The digest comes every day at 17:00.").count() == 1


def test_the_link_in_a_mail_asks_stops_and_takes_back(new_page, do, axe, look, is_narrow_safe):
    path = do("stop_address", by="leaver", kind="digest")["path"]
    page = new_page(VARIANTS["mobile-light"])
    page.goto(path)
    axe(page)
    look(page, "mail-stop-mobile")
    page.get_by_role("button", name="Stop them").click()
    page.get_by_role("heading", name="No digest comes any more").wait_for()
    axe(page)
    is_narrow_safe(page)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("heading", name="Everything is as before").wait_for()
    axe(page)
