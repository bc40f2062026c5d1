"""Groups, conversations, topics and classification, in a real browser."""

from __future__ import annotations


def test_pages_of_groups_are_accessible_in_every_variant(sign_in, company, variant, axe, look, is_narrow_safe):
    page = sign_in("manager", variant)
    hidden, guests = company.spaces["hidden"], company.spaces["open"]
    for path in (
        f"/groups/{hidden}/manage/",
        f"/groups/{hidden}/manage/visibility/?type=open",
        f"/groups/{guests}/manage/visibility/?type=hidden",
        f"/groups/{guests}/invite/",
        f"/groups/{guests}/classification/",
        f"/groups/{hidden}/leave/",
        "/groups/?q=zzz",
        "/conversations/new/",
        "/classification/",
        "/invitations/",
        "/topics/",
    ):
        page.goto(path)
        axe(page)
        is_narrow_safe(page)
        look(page, f"groups{path.replace('/', '-')[:40]}{variant.name}", is_full=True)


def test_the_administration_of_topics_is_accessible_in_every_variant(sign_in, variant, axe, is_narrow_safe):
    page = sign_in("admin", variant)
    for path in ("/admin/topics/", "/admin/tags/"):
        page.goto(path)
        axe(page)
        is_narrow_safe(page)


def test_a_hidden_group_is_made_by_keyboard_and_says_beforehand_what_others_will_see(sign_in, axe):
    page = sign_in("member")
    page.goto("/groups/new/")
    page.get_by_role("textbox", name="Name", exact=True).focus()
    page.keyboard.type("Coating trials")
    page.locator("#others-see", has_text="Coating trials").wait_for()
    page.locator("input[name=type][value=open]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Create hidden group").wait_for()
    assert "as for a link to nothing" in page.locator("#others-see").inner_text()
    assert page.get_by_label("Invite guests from other companies").is_disabled()
    axe(page)
    page.get_by_role("button", name="Create hidden group").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Coating trials", level=1).wait_for()
    stranger = sign_in("outsider")
    assert stranger.goto(page.url).status == 404


def test_without_script_people_are_chosen_in_two_looks_and_talk(sign_in):
    page = sign_in("member", has_script=False)
    page.goto("/conversations/new/")
    for name in ("Mona", "Rita"):
        page.get_by_role("searchbox").fill(name)
        page.get_by_role("button", name="Find").click()
        page.locator("li", has_text=name).get_by_role("checkbox").check()
    page.get_by_role("button", name="Start the conversation").click()
    page.get_by_role("heading", name="Mona Manager, Rita Reader", level=1).wait_for()


def test_the_directory_follows_the_letters(sign_in):
    page = sign_in("member")
    page.goto("/groups/")
    before = page.locator("#group-list li").count()
    page.get_by_role("searchbox").focus()
    page.keyboard.type("zzzz")
    page.get_by_text("No group matches “zzzz”").wait_for()
    assert before and page.evaluate("document.activeElement.name") == "q"
