"""Who is back after days sees what happened: what needs them, what was said for all, then place by place."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups import services as groups
from kit import clock, markdown
from notifications import news, services
from notifications.models import Visit
from notifications.queries import unread_count
from tests.notifications.test_notify import _thread
from tests.reading import as_read
from walls import services as walls
from walls.models import ReadMark
from walls.services import marks, posts


def _mention(person) -> str:
    return markdown.mention(person.display_name, person.public_id)


def _page(client, address="/inbox/away/") -> str:
    return as_read(client.get(address).content.decode().split("<main", 1)[1].split("</main>")[0])


@pytest.fixture
def back(cast, client):
    """The member, five days after they were here last; what the test writes happens meanwhile."""
    client.force_login(cast.member)
    was_here = clock.now() - dt.timedelta(days=5)
    Visit.objects.create(person=cast.member, seen_at=was_here)
    type(cast.member).objects.filter(pk=cast.member.pk).update(joined_at=was_here - dt.timedelta(days=300))
    return client


def test_who_opens_a_page_after_days_was_away_and_who_comes_after_a_weekend_was_not(cast):
    monday = clock.now()
    with clock.set_to(monday - dt.timedelta(days=2, hours=14)):
        services.note_visit(cast.member)
    with clock.set_to(monday):
        services.note_visit(cast.member)
    assert not Visit.objects.get(person=cast.member).is_offered
    with clock.set_to(monday + dt.timedelta(days=3)):
        services.note_visit(cast.member)
        visit = Visit.objects.get(person=cast.member)
        assert visit.is_offered and visit.away_since == monday
    with clock.set_to(monday + dt.timedelta(days=4)):
        services.note_visit(cast.member)
        assert Visit.objects.get(person=cast.member).away_since == monday, "a second page changes nothing"
    with clock.set_to(monday + dt.timedelta(days=10, hours=1)):
        assert not Visit.objects.get(person=cast.member).is_offered, "it is offered for a week"


def test_a_tab_that_stood_open_and_asks_for_parts_is_nobody_who_is_here(back, cast):
    back.get("/inbox/count/", headers={"Sec-Fetch-Mode": "cors"})
    assert Visit.objects.get(person=cast.member).back_at is None
    back.get("/inbox/", headers={"Sec-Fetch-Mode": "navigate"})
    assert Visit.objects.get(person=cast.member).back_at is not None


def test_the_inbox_leads_there_while_something_of_it_is_unread(back, cast, hear_everything):
    thread = _thread(cast, author=cast.manager, source="Torque", title="Torque")
    hear_everything()
    assert 'href="/inbox/away/"' in _page(back, "/inbox/")
    marks.mark_read(person=cast.member, thread=thread, number=1)
    assert 'href="/inbox/away/"' not in _page(back, "/inbox/")


def test_what_needs_one_stands_first_then_what_was_said_for_all_then_places(back, cast, hear_everything):
    _thread(cast, author=cast.manager, source=f"{_mention(cast.member)} look", title="Named")
    _thread(cast, author=cast.manager, source="Closed on Friday", title="Announced", kind="announcement")
    question = _thread(cast, author=cast.manager, source="Why?", title="Asked", kind="question")
    walls.accept_answer(by=cast.manager, post=posts.reply(author=cast.leaver, thread=question, source="Because"))
    busy = _thread(cast, "closed", author=cast.manager, source="Prices", title="Busy")
    for number in range(3):
        posts.reply(author=cast.leaver, thread=busy, source=f"{number}")
    _thread(cast, "closed", author=cast.manager, source="Few", title="Calm")
    _thread(cast, author=cast.manager, source="One", title="Single")
    hear_everything()
    page = _page(back)
    said = re.findall(r'<h2 id="away-([a-z]+)"|dir="auto"[^>]*><a href=[^>]+>(\w+)</a>', page)
    assert [name for _heading, name in said if name] == ["Named", "Announced", "Asked", "Busy", "Calm", "Single"]
    assert "Announced by Mona Manager." in page and "Answered by Lea Leaver. 2 new posts" in page
    assert "4 new posts, the last by Lea Leaver." in page and "9 posts you have not read in 5 threads." in page


def test_a_thread_stands_once_and_ones_own_posts_are_no_news(back, cast, hear_everything):
    thread = _thread(cast, author=cast.member, source="Mine", title="Mine")
    posts.reply(author=cast.manager, thread=thread, source="An answer")
    own = _thread(cast, author=cast.member, source="Only me", title="Alone")
    hear_everything()
    page = _page(back)
    assert page.count("Mine</a>") == 1 and own.title not in page


def test_all_is_marked_as_read_and_comes_back_by_undo(back, cast, hear_everything):
    thread = _thread(cast, author=cast.manager, source="Torque", title="Torque")
    for number in range(3):
        posts.reply(author=cast.leaver, thread=thread, source=f"{number}")
    marks.mark_read(person=cast.member, thread=thread, number=2)
    _thread(cast, "closed", author=cast.manager, source=f"{_mention(cast.member)} look", title="Named")
    hear_everything()
    until = re.search(r'name="until" value="(\d+)"', _page(back))[1]
    answer = back.post("/inbox/away/read/", {"until": until}, follow=True).content.decode()
    assert "You have seen everything" in answer and unread_count(cast.member) == 0
    assert 'href="/inbox/away/"' not in _page(back, "/inbox/")
    back.post(re.search(r'action="(/inbox/away/unread/)"', answer)[1])
    assert unread_count(cast.member) == 1 and ReadMark.objects.get(person=cast.member, thread=thread).number == 2
    page = _page(back)
    assert "Torque" in page and "Named" in page


def test_what_came_after_the_page_was_drawn_stays_unread(back, cast, hear_everything):
    thread = _thread(cast, author=cast.manager, source="Torque", title="Torque")
    until = re.search(r'name="until" value="(\d+)"', _page(back))[1]
    posts.reply(author=cast.leaver, thread=thread, source="Later")
    _thread(cast, author=cast.manager, source=f"{_mention(cast.member)} look", title="Named later")
    hear_everything()
    back.post("/inbox/away/read/", {"until": until})
    assert ReadMark.objects.get(person=cast.member, thread=thread).number == 1 and unread_count(cast.member) == 1
    assert "1 new post, the last by Lea Leaver." in _page(back)


def test_undo_leaves_what_was_read_on_since(back, cast, hear_everything):
    thread = _thread(cast, author=cast.manager, source="Torque", title="Torque")
    services.catch_up(person=cast.member, until=clock.now())
    posts.reply(author=cast.leaver, thread=thread, source="Later")
    marks.mark_read(person=cast.member, thread=thread, number=2)
    services.take_back_catch_up(person=cast.member)
    assert ReadMark.objects.get(person=cast.member, thread=thread).number == 2


def test_what_one_may_read_no_longer_is_gone_from_it(back, cast, hear_everything):
    for kind in ("closed", "hidden"):
        _thread(cast, kind, author=cast.manager, source=f"{_mention(cast.member)} look", title=f"Secret {kind}")
        _thread(cast, kind, author=cast.manager, source="More", title=f"Other {kind}")
    hear_everything()
    page = _page(back)
    assert page.count(">Secret ") == 2 and page.count(">Other ") == 2
    for kind in ("closed", "hidden"):
        groups.leave(person=cast.member, space=cast.spaces[kind])
    page = _page(back)
    assert "Secret" not in page and "Other" not in page and "You have seen everything" in page
    assert services.catch_up(person=cast.member, until=clock.now()) == 0


def test_groups_of_which_one_hears_mentions_only_and_muted_threads_are_left_out(back, cast, hear_everything):
    services.set_level(person=cast.member, space=cast.spaces["closed"], level="mentions")
    _thread(cast, "closed", author=cast.manager, source="x", title="Quiet group")
    muted = _thread(cast, author=cast.manager, source="x", title="Muted")
    marks.mute(person=cast.member, thread=muted)
    _thread(cast, author=cast.manager, source="x", title="Heard")
    page = _page(back)
    assert "Quiet group" not in page and "Muted" not in page and "Heard" in page


def test_who_was_not_away_sees_the_last_week(cast, client):
    client.force_login(cast.member)
    assert "The last week" in _page(client)


def test_long_lists_are_cut_and_say_so(back, cast):
    for number in range(news.IN_A_PLACE + 2):
        _thread(cast, author=cast.manager, source="x", title=f"T{number}")
    page = _page(back)
    assert "2 more threads with something new" in page and page.count("<article") == news.IN_A_PLACE


def test_a_guest_sees_shared_threads_only(back, cast):
    Visit.objects.create(person=cast.guest, seen_at=clock.now() - dt.timedelta(days=5))
    type(cast.guest).objects.filter(pk=cast.guest.pk).update(joined_at=clock.now() - dt.timedelta(days=300))
    _thread(cast, author=cast.manager, source="x", title="Inside", label="internal")
    _thread(cast, author=cast.manager, source="x", title="Outside", label="shared")
    back.force_login(cast.guest)
    page = _page(back)
    assert "Outside" in page and "Inside" not in page


def test_the_page_asks_the_same_for_few_threads_and_many(back, cast, hear_everything):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert back.get("/inbox/away/").status_code == 200
        return len(queries)

    def happen(number: int) -> None:
        for kind in ("open", "closed", "hidden"):
            thread = _thread(cast, kind, author=cast.manager, source=f"{_mention(cast.member)}", title=f"N{number}")
            posts.reply(author=cast.leaver, thread=thread, source="x")
            _thread(cast, kind, author=cast.manager, source="x", title=f"T{number}")
        hear_everything()

    back.get("/")
    happen(0)
    few = asked()
    for number in range(1, 4):
        happen(number)
    assert asked() == few
