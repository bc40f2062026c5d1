"""Writing in a real browser: one click is one post, a cut wire loses nothing, and without script it works too."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def open_thread(page, company, name="plain"):
    page.goto(f"/threads/{company.threads[name]}/")
    return page.locator("#reply-body")


def test_a_reply_stands_at_once_and_once_also_after_a_double_click(sign_in, company):
    page = sign_in("member")
    field = open_thread(page, company)
    field.fill("Sent with two clicks")
    page.locator("#reply button.primary").dblclick()
    page.locator("#posts article.post:not(.pending)", has_text="Sent with two clicks").wait_for()
    assert field.input_value() == ""
    page.reload()
    assert page.locator("article.post", has_text="Sent with two clicks").count() == 1


def test_what_was_written_without_a_connection_is_sent_in_order_when_it_is_back(sign_in, company):
    page = sign_in("french")
    field = open_thread(page, company)
    page.context.set_offline(True)
    for text in ("Written first, off line", "Written second, off line"):
        field.fill(text)
        page.keyboard.press("Control+Enter")
    page.locator("article.pending .notice[role=status]").first.wait_for()
    assert page.locator("article.pending").count() == 2
    assert page.locator("article.pending [role=alert]").count() == 0
    page.context.set_offline(False)
    page.locator("#posts article.post:not(.pending)", has_text="Written second, off line").wait_for(timeout=40_000)
    page.reload()
    texts = page.locator("#posts article.post .prose").all_inner_texts()
    written = [text for text in texts if "off line" in text]
    assert [re.search("first|second", text)[0] for text in written] == ["first", "second"]


def test_an_unsent_reply_is_found_after_a_reload(sign_in, company):
    page = sign_in("manager")
    field = open_thread(page, company, "idea")
    page.route("**/reply/", lambda route: route.abort())
    field.fill("Not gone with the tab")
    page.keyboard.press("Control+Enter")
    page.locator("article.pending [role=status]", has_text="Kept on this device").wait_for()
    page.unroute("**/reply/")
    page.reload()
    page.locator("#posts article.post:not(.pending)", has_text="Not gone with the tab").wait_for()
    page.reload()
    assert page.locator("article.post", has_text="Not gone with the tab").count() == 1


def test_a_confidential_text_is_not_kept_on_the_device(sign_in, company):
    page = sign_in("manager")
    field = open_thread(page, company, "hidden")
    field.fill("This must not stay on the laptop")
    page.wait_for_timeout(700)
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert "must not stay" not in kept


def test_a_reply_is_posted_without_script(sign_in, company):
    page = sign_in("member", has_script=False)
    open_thread(page, company).fill("No script here")
    page.locator("#reply button.primary").click()
    expect(page.locator("article.post", has_text="No script here")).to_have_count(1)


def test_a_thread_is_posted_without_script(sign_in):
    page = sign_in("french", has_script=False)
    page.goto("/threads/new/")
    page.locator("#compose-title").fill("Sans script")
    page.locator("#compose-body").fill("Et pourtant il part.")
    page.locator("#compose button.primary").click()
    page.get_by_role("heading", name="Sans script").wait_for()


def test_a_person_is_mentioned_by_keyboard(sign_in, company):
    page = sign_in("member")
    field = open_thread(page, company, "question")
    field.click()
    page.get_by_role("button", name="Bold").wait_for()
    page.keyboard.type("Ask @Mon")
    # On a slow server the list for "Mo" may still stand, with Luc Moreau on top.
    expect(page.get_by_role("option").first).to_contain_text("Mona Manager")
    page.keyboard.press("Enter")
    expect(field).to_have_value(re.compile(rf"\(person:{company.people['manager']['public_id']}\)"))


def test_on_a_slow_server_enter_takes_who_is_shown_and_no_late_answer_brings_others_back(sign_in, company):
    page = sign_in("member")
    field = open_thread(page, company, "question")
    field.click()
    page.get_by_role("button", name="Bold").wait_for()
    held = {}
    page.route("**/compose/people/*", lambda route: held.update({route.request.url.rpartition("q=")[2]: route}))

    def typed(text: str, *, so_far: str) -> None:
        page.keyboard.type(text)
        for _ in range(50):
            if so_far in held:
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"Nobody asked for {so_far!r}, only for {[*held]}.")

    typed("@M", so_far="M")
    typed("o", so_far="Mo")
    held["Mo"].continue_()
    expect(page.get_by_role("option")).to_have_text([re.compile("Luc Moreau"), re.compile("Mona Manager")])
    with page.expect_response("**/compose/people/*q=M"):
        held["M"].continue_()
    page.wait_for_timeout(300)
    expect(page.get_by_role("option")).to_have_count(2)
    typed("n", so_far="Mon")
    expect(page.get_by_role("option")).to_have_text([re.compile("Mona Manager")])
    page.keyboard.press("Enter")
    expect(field).to_have_value(re.compile(rf"^\[@Mona Manager\]\(person:{company.people['manager']['public_id']}\) $"))


def test_who_is_proposed_follows_the_places_and_the_level_chosen(sign_in, company):
    page = sign_in("manager")
    page.goto(f"/threads/new/?space={company.spaces['open']}")
    field = page.locator("#compose-body")
    options = page.get_by_role("option")

    def proposed(text: str) -> list[str]:
        field.fill("")
        field.focus()
        asked = f"q={text.removeprefix('@')}"
        with page.expect_response(lambda answer: answer.url.endswith(asked)):
            page.keyboard.type(text)
        page.wait_for_timeout(300)
        return options.all_inner_texts()

    assert any("Otto Outsider" in name for name in proposed("@Otto"))
    page.locator(f"#choices [name=spaces][value='{company.spaces['hidden']}']").check()
    page.locator(f"#choices [name=spaces][value='{company.spaces['open']}']").uncheck()
    assert proposed("@Otto") == []
    assert any("Max Member" in name for name in proposed("@Max"))
    page.locator("#levels [name=label][value=restricted]").check()
    assert proposed("@Max") == []


def test_a_quote_is_put_into_the_text_and_said_nowhere_else(sign_in, company):
    page = sign_in("member")
    field = open_thread(page, company, "question")
    post = page.locator("#posts article.post", has_text="je vérifie à Saint-Flour")
    post.locator("[data-menu] summary").click()
    post.locator("[data-quote]").click()
    expect(field).to_have_value(re.compile(r"> \[Françoise Lefèvre\]\(post:"))
    expect(page.locator("#reply [data-answers]")).to_be_hidden()
    post.locator("[data-reply]").click()
    expect(page.locator("#reply [data-answers]")).to_contain_text("Françoise Lefèvre")
