"""The pages of break-glass and of the log, and what the members of a group see of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from archive import reading
from archive import services as archive
from archive.models import AccessRequest, LogEntry, State
from groups import services as groups
from groups.models import SpaceType
from groups.queries import audience_line
from kit import clock
from tests.archive.cast import REASON, asked, opened, second_administrator
from tests.archive.conftest import unguarded
from tests.reading import as_read
from walls.services.threads import post_thread


@pytest.fixture
def boss(cast):
    return second_administrator()


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, address: str) -> str:
    answer = signed_in(person).get(address)
    assert answer.status_code == 200
    return as_read(answer.content.decode())


def test_from_the_question_to_the_end_by_hand(cast, boss):
    hidden = cast.spaces["hidden"].get_absolute_url()
    admin, second = signed_in(cast.admin), signed_in(boss)
    given = {"address": f"https://parvis.example{hidden}", "reason": REASON, "hours": "8"}
    assert admin.post("/admin/access/", given).status_code == 302
    request = AccessRequest.objects.get()
    assert (request.path, request.hours, request.reason) == (hidden, 8, REASON)
    assert REASON in page(boss, "/admin/access/")
    assert admin.get(hidden).status_code == 404
    second.post(f"/admin/access/{request.public_id}/approve/")
    assert admin.get(hidden).status_code == 200 and second.get(hidden).status_code == 404
    assert "The hidden group" in page(cast.admin, "/admin/access/")
    assert "The hidden group" not in page(boss, "/admin/access/")
    admin.post(f"/admin/access/{request.public_id}/end/")
    assert admin.get(hidden).status_code == 404
    assert "The hidden group" not in page(cast.admin, "/admin/access/")


def test_a_request_is_counted_on_the_tab_of_who_may_decide_it(cast, boss):
    asked(cast.admin, cast.spaces["hidden"])
    tab = re.compile(r'<a href="/admin/access/"[^>]*>Break-glass <span class="count">1<span class="vh"> waiting<')
    assert tab.search(page(boss, "/admin/people/"))
    assert not tab.search(page(cast.admin, "/admin/people/"))


def test_a_refused_form_gives_the_text_back_with_the_reason_why(cast, boss):
    answer = signed_in(cast.admin).post("/admin/access/", {"address": "hello", "reason": REASON, "hours": "4"})
    text = answer.content.decode()
    assert answer.status_code == 422 and REASON in text and "Ask for the link" in text
    assert not AccessRequest.objects.exists()


def test_ones_own_request_has_no_button_to_decide_and_a_forged_click_is_refused(cast, boss):
    request = asked(cast.admin, cast.spaces["hidden"])
    text = page(cast.admin, "/admin/access/")
    assert f"{request.public_id}/withdraw/" in text and f"{request.public_id}/approve/" not in text
    answer = signed_in(cast.admin).post(f"/admin/access/{request.public_id}/approve/", follow=True)
    assert "another administrator does" in answer.content.decode()
    assert signed_in(cast.admin).get(f"/admin/access/{request.public_id}/approve/").status_code == 405
    assert signed_in(boss).post(f"/admin/access/{request.public_id}/widen/").status_code == 404


def test_the_only_administrator_reads_why_nobody_could_approve(cast):
    text = page(cast.admin, "/admin/access/")
    assert "You are the only administrator" in text and 'name="address"' not in text


def test_the_answer_to_a_question_for_the_hidden_and_for_nothing_is_the_same(cast, boss):
    def answer(address):
        said = signed_in(cast.admin).post(
            "/admin/access/", {"address": address, "reason": REASON, "hours": "4"}, follow=True
        )
        text = said.content.decode()
        AccessRequest.objects.all().delete()
        main = text[text.index("<main") : text.index("</main")].replace(address, "…")
        # The token of the form and the id of the request are random in every answer.
        return said.redirect_chain, re.sub(r'(value="[^"]{64}")|(/access/[0-9a-z]{26}/)', "", main)

    real = cast.spaces["hidden"].get_absolute_url()
    with clock.set_to(clock.now()):
        assert answer(real) == answer("/groups/" + "0" * 26 + "/")


def test_what_waits_is_counted_for_who_may_decide_it(cast, boss):
    asked(cast.admin, cast.spaces["hidden"])
    for person, is_counted in ((boss, True), (cast.admin, False)):
        entry = re.search(r'<a[^>]*href="/admin/people/"[^>]*>(.*?)</a>', page(person, "/people/"), re.S)
        assert entry and ("1" in re.sub("<[^>]*>", "", entry[1])) == is_counted


def test_members_see_who_reads_along_and_managers_why(cast, boss):
    opened(cast.admin, boss, cast.spaces["hidden"])
    address = cast.spaces["hidden"].get_absolute_url()
    for person in (cast.member, cast.manager):
        text = page(person, address)
        assert "Ada Admin can read this by break-glass" in text and "Approved by Bo Boss" in text
        assert (REASON in text) == (person is cast.manager)
    assert "You read this by break-glass" in page(cast.admin, address)
    with clock.set_to(clock.now() + dt.timedelta(hours=4)):
        assert "break-glass" not in page(cast.member, address)


def test_where_one_writes_the_line_of_readers_says_that_somebody_reads_along(cast, boss):
    hidden = cast.spaces["hidden"]
    before = str(audience_line(hidden))
    opened(cast.admin, boss, hidden)
    assert str(audience_line(hidden)) == f"{before} For a while an administrator can read it too, by break-glass."
    assert "break-glass" not in str(audience_line(cast.spaces["closed"]))
    with clock.set_to(clock.now() + dt.timedelta(hours=4)):
        assert str(audience_line(hidden)) == before


def test_who_looks_in_finds_nothing_to_write_with(cast, boss):
    opened(cast.admin, boss, cast.spaces["hidden"])
    text = page(cast.admin, cast.spaces["hidden"].get_absolute_url())
    for form in ('action="/compose/', "/leave/", "/join/", "/invite/", "/manage/"):
        assert form not in text


def test_the_health_page_says_how_many_hidden_groups_there_are_and_no_more(cast, boss):
    text = page(cast.admin, "/admin/health/")
    assert "1 hidden group, together less than 1 MB" in text and "The hidden group" not in text
    groups.make_named_readers(author=cast.member, readers=[cast.manager])
    groups.create_group(creator=cast.manager, name="Second", type=SpaceType.HIDDEN)
    assert "2 hidden groups" in page(cast.admin, "/admin/health/")


def test_the_log_page_tells_each_step_in_words_and_shows_the_head(cast, boss):
    assert "Nothing is written here yet" in page(cast.admin, "/admin/log/")
    request = opened(cast.admin, boss, cast.spaces["hidden"])
    archive.end_access(administrator=boss, request=request)
    text = page(boss, "/admin/log/")
    for words in ("asked for access", "approved an access", "of Ada Admin", "ended an access", REASON, "3 entries"):
        assert words in text
    head = LogEntry.objects.latest("number").hash
    assert "The hidden group" not in text and f'value="3:{head}"' in text


def test_a_tampering_shows_on_the_log_and_on_the_health_page(cast, boss):
    opened(cast.admin, boss, cast.spaces["hidden"])
    with unguarded() as cursor:
        cursor.execute("UPDATE archive_logentry SET content = '[]' WHERE number = 2")
    for address in ("/admin/log/", "/admin/health/"):
        assert "2 is not as it was written" in page(cast.admin, address)


def test_the_newest_of_a_long_log_are_checked_from_the_entry_before(cast, boss, monkeypatch):
    monkeypatch.setattr(reading, "LOOKED_AT", 2)
    for _ in range(2):
        archive.withdraw_access_request(administrator=cast.admin, request=asked(cast.admin, cast.spaces["hidden"]))
    state = reading.state_of_log()
    assert (state.count, state.looked_at, state.is_good) == (4, 2, True)
    with unguarded() as cursor:
        cursor.execute("UPDATE archive_logentry SET hash = 'x' WHERE number = 2")
    assert reading.state_of_log().broken.number == 3


def test_past_requests_say_how_they_ended(cast, boss):
    archive.refuse_access(administrator=boss, request=asked(cast.admin, cast.spaces["hidden"]))
    opened(cast.admin, boss, "/threads/" + "0" * 26 + "/")
    text = page(cast.admin, "/admin/access/")
    assert "Refused" in text and "there is nothing to open at this address" in text


def test_what_is_over_by_the_clock_is_shown_as_over_before_it_is_put_away(cast, boss):
    request = opened(cast.admin, boss, cast.spaces["hidden"], hours=1)
    with clock.set_to(clock.now() + dt.timedelta(hours=1, seconds=1)):
        text = page(cast.admin, "/admin/access/")
        request.refresh_from_db()
        assert request.state == State.RUNNING and "Running now" not in text and f"{request.public_id}/end/" not in text


def test_who_looks_in_marks_what_they_read_and_finds_nothing_to_be_told_by(cast, boss):
    thread = post_thread(author=cast.member, spaces=cast.spaces["hidden"], title="Lantern", source="Words.")[0]
    opened(cast.admin, boss, cast.spaces["hidden"])
    wall, admin = cast.spaces["hidden"].get_absolute_url(), signed_in(cast.admin)
    assert "Mark this one as read" in page(cast.admin, wall)
    admin.post("/read/", {"thread": thread.public_id, "next": wall})
    assert "Mark this one as read" not in page(cast.admin, wall)
    read = page(cast.admin, thread.get_absolute_url())
    assert "/save/" in read and "Follow" not in read and "/mute/" not in read
    assert "/mute/" in page(cast.member, thread.get_absolute_url())
