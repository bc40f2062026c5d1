"""Two browsers see each other live; a lost connection heals; a lost right ends what is open."""

from __future__ import annotations

import os
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.wire import Wire

CUT_SECONDS = int(os.environ.get("PARVIS_TEST_CUT_SECONDS", "60"))
# A command beside the server hands nothing to its worker: its facts wait 5 s, then for the next round of the sweeper.
BY_THE_SWEEPER = 20_000
SOON = 8_000  # ms: five seconds of the promise, and what a busy machine adds


@pytest.fixture
def wire(company):
    """The wire of one browser."""
    wire = Wire(int(company.address.rsplit(":", 1)[1]))
    yield wire
    wire.close()


@pytest.fixture
def on_wire(sign_in, company, wire):
    """``on_wire("member")``: a signed-in page whose every byte goes over the wire."""

    def make(who: str):
        page = sign_in(who)
        cookie = {"name": company.cookie, "value": company.people[who]["session"], "url": wire.address}
        page.context.add_cookies([cookie])
        return page

    return make


def test_a_reply_appears_in_the_other_browser_without_a_reload(sign_in, company, do):
    made = do("open_thread", by="member", space=company.spaces["open"], title="Seal colour", text="Grey or black?")
    reader = sign_in("manager")
    reader.goto(f"/threads/{made['thread']}/")
    writer = sign_in("member")
    writer.goto(f"/threads/{made['thread']}/")
    writer.locator("#reply textarea").fill("Grey, as on the drawing.")
    writer.locator("#reply [type=submit]").last.click()
    expect(reader.get_by_text("Grey, as on the drawing.")).to_be_visible(timeout=SOON)
    expect(writer.get_by_text("Grey, as on the drawing.")).to_have_count(1)


def test_who_writes_is_seen_writing_and_who_is_here_is_named(sign_in, company, do):
    made = do("open_thread", by="member", space=company.spaces["open"], title="Typing", text="Is anybody here?")
    reader = sign_in("member")
    reader.goto(f"/threads/{made['thread']}/")
    writer = sign_in("manager")
    writer.goto(f"/threads/{made['thread']}/")
    expect(reader.locator("[data-here]")).to_contain_text("Mona Manager", timeout=SOON)
    writer.locator("#reply textarea").press_sequentially("I am", delay=40)
    expect(reader.locator("[data-typing]")).to_contain_text("Mona Manager", timeout=SOON)


def test_ones_own_face_has_the_dot_on_every_page_while_one_is_connected(on_wire, wire):
    page = on_wire("member")
    for path in ("/people/", "/"):
        page.goto(f"{wire.address}{path}")
        expect(page.locator(".top .av.here")).to_have_count(1, timeout=SOON)
    wire.cut()
    expect(page.locator(".top .av.here")).to_have_count(0, timeout=SOON)
    wire.mend()
    expect(page.locator(".top .av.here")).to_have_count(1, timeout=SOON)


def test_a_new_thread_waits_behind_the_pill_and_moves_nothing(sign_in, company, do):
    do("open_thread", by="manager", space=company.spaces["open"], title="First of the feed", text="Here.")
    reader = sign_in("member")
    reader.goto("/")
    expect(reader.locator("[data-pill]")).to_be_hidden()
    do("open_thread", by="manager", space=company.spaces["open"], title="Second of the feed", text="Also here.")
    expect(reader.locator("[data-pill]")).to_be_visible(timeout=SOON)
    expect(reader.get_by_text("Second of the feed")).to_have_count(0)
    reader.locator("[data-pill]").click()
    expect(reader.get_by_text("Second of the feed").first).to_be_visible(timeout=SOON)


def test_a_mention_counts_up_the_badge(sign_in, company, do):
    reader = sign_in("member")
    reader.goto("/people/")
    badge = reader.locator(".nav [data-place=inbox] .count")
    before = int(badge.inner_text().split()[0]) if badge.count() else 0
    name, public_id = (company.people["member"][key] for key in ("name", "public_id"))
    do(
        "open_thread", by="manager", space=company.spaces["open"], title="For Max",
        text=f"[@{name}](person:{public_id}) look",
    )  # fmt: skip
    expect(badge).to_contain_text(str(before + 1), timeout=BY_THE_SWEEPER)


@pytest.mark.slow
def test_a_minute_without_connection_heals_to_the_state_of_the_database(on_wire, wire, company, do):
    made = do("open_thread", by="manager", space=company.spaces["closed"], title="The cut", text="Before the cut.")
    thread = made["thread"]
    first = do("reply", by="manager", thread=thread, text="This will be edited.")
    second = do("reply", by="manager", thread=thread, text="This will be deleted.")
    page = on_wire("member")
    page.goto(f"{wire.address}/threads/{thread}/")
    expect(page.get_by_text("This will be deleted.")).to_be_visible()
    time.sleep(1.5)
    wire.cut()
    do("edit", by="manager", post=first["post"], text="This was edited.")
    do("delete", by="manager", post=second["post"])
    do("reply", by="manager", thread=thread, text="Said meanwhile.")
    expect(page.locator("#wire")).to_be_visible(timeout=SOON)
    page.locator("#reply textarea").fill("Written while away")
    time.sleep(CUT_SECONDS)
    wire.mend()
    expect(page.get_by_text("Said meanwhile.")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("This was edited.")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("This will be deleted.")).to_have_count(0)
    expect(page.locator("#wire")).to_be_hidden()
    expect(page.locator("#reply textarea")).to_have_value("Written while away")


@pytest.mark.slow
def test_a_removal_during_the_cut_shows_nothing_any_more(on_wire, wire, company, do):
    made = do("open_thread", by="manager", space=company.spaces["hidden"], title="Hidden talk", text="Members only.")
    page = on_wire("french")
    page.goto(f"{wire.address}/threads/{made['thread']}/")
    expect(page.get_by_text("Members only.").first).to_be_visible()
    wire.cut()
    do("remove", by="manager", space=company.spaces["hidden"], person="french")
    do("reply", by="manager", thread=made["thread"], text="After the removal.")
    time.sleep(8)
    wire.mend()
    expect(page.get_by_text("Members only.")).to_have_count(0, timeout=SOON)
    expect(page.get_by_text("After the removal.")).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("Rien à cette adresse")


def test_a_removed_member_sees_the_open_thread_close_at_once(sign_in, company, do):
    made = do("open_thread", by="manager", space=company.spaces["closed"], title="Closed talk", text="Members only.")
    page = sign_in("french")
    page.goto(f"/threads/{made['thread']}/")
    expect(page.get_by_text("Members only.").first).to_be_visible()
    do("remove", by="manager", space=company.spaces["closed"], person="french")
    expect(page.get_by_text("Members only.")).to_have_count(0, timeout=SOON)


def test_what_was_missed_is_asked_for_again_when_the_answer_was_a_calm_503(sign_in, company, do):
    """Nothing else may happen in the thread for hours: nobody but the page itself would ask again."""
    made = do("open_thread", by="member", space=company.spaces["open"], title="Resting", text="Who is awake?")
    reader = sign_in("manager")
    answers = []

    def rest_twice(route):
        answers.append(503 if len(answers) < 2 else 200)
        if answers[-1] == 503:
            route.fulfill(status=503, headers={"Retry-After": "5"}, body="resting")
        else:
            route.continue_()

    def without_posts(line):
        server = line.connect_to_server()
        server.on_message(lambda text: line.send(text) if '"type":"post"' not in text else None)

    reader.route_web_socket("**/live/", without_posts)
    reader.route("**/changes/?since=*", rest_twice)
    reader.goto(f"/threads/{made['thread']}/")
    expect(reader.locator("[data-here]")).to_be_attached()
    do("reply", by="member", thread=made["thread"], text="I am, since five.")
    expect(reader.get_by_text("I am, since five.")).to_be_visible(timeout=BY_THE_SWEEPER)
    # Whatever else happened in the company may have made it ask once more.
    assert answers[:3] == [503, 503, 200] and set(answers[3:]) <= {200}
