"""By keyboard alone: lists, threads, menus and help, with the focus where one expects it."""

from __future__ import annotations

from playwright.sync_api import expect

FOCUSED = "document.activeElement"


def test_the_skip_link_is_the_first_stop_and_leads_past_the_frame(sign_in):
    page = sign_in("member")
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(f"document.getElementById('main').contains({FOCUSED})")


def test_j_and_k_walk_the_rows_o_opens_and_u_comes_back_to_the_same_row(sign_in):
    page = sign_in("member")
    page.goto("/")
    rows = page.locator("#feed .row h3 a")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    address = rows.nth(1).get_attribute("href")
    page.keyboard.press("o")
    page.wait_for_url(f"**{address}**")
    page.keyboard.press("u")
    page.locator("#feed").wait_for()
    expect(page.locator(f"#feed h3 a[href='{address}']")).to_be_focused()


def test_j_walks_the_posts_of_a_thread_and_r_answers_the_one_in_focus(sign_in, company):
    page = sign_in("member")
    page.goto(f"/threads/{company.threads['question']}/")
    posts = page.locator("article.post[id]:visible")
    page.keyboard.press("j")
    expect(posts.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(posts.nth(1)).to_be_focused()
    page.keyboard.press("r")
    field = page.locator("#reply-body")
    expect(field).to_be_focused()
    # In a field the keys are letters; Escape leaves it.
    page.keyboard.type("jk?")
    expect(field).to_have_value("jk?")
    assert page.get_by_role("dialog").count() == 0
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def test_the_map_of_keys_opens_from_a_row_and_escape_gives_the_row_back(sign_in):
    page = sign_in("member")
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("?")
    box = page.get_by_role("dialog")
    expect(box.get_by_text("Next row or post")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Tab")
        # The browser's own bars are the only other stop: what lies behind is inert.
        assert page.evaluate(f"{FOCUSED} === document.body || document.querySelector('dialog').contains({FOCUSED})")
    page.keyboard.press("Escape")
    box.wait_for(state="detached")
    expect(page.locator("#feed .row h3 a").first).to_be_focused()


def test_a_menu_opens_by_enter_closes_by_escape_and_gives_the_focus_back(sign_in, company):
    page = sign_in("manager")
    page.goto(f"/threads/{company.threads['question']}/")
    opener = page.locator("article.post .menu > summary:visible").first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("article.post details[open] .sheetlet").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("article.post details[open]")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_whole_thread_is_written_and_found_in_the_list_without_a_mouse(sign_in):
    page = sign_in("manager")
    page.goto("/")
    page.keyboard.press("c")
    expect(page.locator(".composer textarea[name=body]")).to_be_focused()
    page.keyboard.type("Written without a mouse")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Written without a mouse").first.wait_for()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.locator("#feed .row", has_text="Written without a mouse").wait_for()


def test_where_the_focus_is_is_always_seen(sign_in, company):
    """Sixty stops of the tab key: each is on the screen, has a ring, and is under no sticky bar."""
    page = sign_in("member")
    page.goto(f"/threads/{company.threads['question']}/")
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        said = page.evaluate(
            """() => {
              const node = document.activeElement;
              if (node === document.body) return null;
              const isTick = node.matches("input[type=radio], input[type=checkbox]");
              const shown = (isTick && node.closest("label")) || node;
              const box = shown.getBoundingClientRect();
              const style = getComputedStyle(shown);
              const at = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
              const isCovered = at && !shown.contains(at) && !at.contains(shown) && at.closest(".top, .tabbar");
              const hasRing = style.outlineStyle !== "none" || node.closest(".composer, .query, .jump");
              const where = node.outerHTML.slice(0, 90);
              return box.width && !isCovered && hasRing ? "" : `${where} ${box.width} ${style.outlineStyle}`;
            }"""
        )
        if said is None:
            break
        if said:
            unseen.append(said)
    assert not unseen, "\n".join(unseen)
