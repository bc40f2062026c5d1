"""The demo company on paper: its files hold together, and its calendar never runs ahead. No database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from imports.demo import reading
from imports.demo.moments import Calendar
from imports.demo.typesetting import typeset

PARIS = ZoneInfo("Europe/Paris")
CONTENT = reading.read_content()


def calendar(hour: str) -> Calendar:
    return Calendar(dt.datetime.combine(dt.date(2026, 11, 19), dt.time.fromisoformat(hour), PARIS), PARIS)


def moments_of(thread: reading.DemoThread, days: Calendar) -> list[dt.datetime]:
    return [days.moment(post.at) for post in thread.posts]


def test_loaded_after_the_screens_were_drawn_today_has_the_hours_that_were_drawn():
    assert calendar("17:00").moment("0 14:02") == dt.datetime(2026, 11, 19, 14, 2, tzinfo=PARIS)
    assert calendar("17:00").moment("2 17:40") == dt.datetime(2026, 11, 17, 17, 40, tzinfo=PARIS)


@pytest.mark.parametrize("hour", ["00:10", "07:29", "07:30", "09:15", "12:00", "15:11", "15:12", "23:59"])
def test_at_whatever_hour_it_is_loaded_nothing_lies_ahead_and_no_talk_changes_its_order(hour):
    days = calendar(hour)
    now = dt.datetime.combine(dt.date(2026, 11, 19), dt.time.fromisoformat(hour), PARIS)
    for thread in CONTENT.threads.values():
        moments = moments_of(thread, days)
        assert moments == sorted(moments), thread.key
        assert moments[-1] <= now, thread.key


def test_an_hour_after_the_drawn_one_is_refused_in_the_content():
    with pytest.raises(ValueError, match="after the screens"):
        calendar("17:00").moment("0 15:13")


def test_a_guest_always_has_months_left():
    assert calendar("12:00").next_anniversary("06-30") == dt.date(2027, 6, 30)
    assert calendar("12:00").next_anniversary("12-01") == dt.date(2027, 12, 1)


def test_numbers_keep_their_units_and_french_marks_their_spaces_but_code_keeps_its_own():
    days = calendar("12:00")
    assert typeset("0.4 % de 25 µm : « oui » ?", "fr", days) == (
        "0.4\N{NO-BREAK SPACE}% de 25\N{NO-BREAK SPACE}µm\N{NO-BREAK SPACE}: «\N{NO-BREAK SPACE}oui\N{NO-BREAK SPACE}»"
        "\N{NO-BREAK SPACE}?"
    )
    assert typeset("`a ? b : c`", "fr", days) == "`a ? b : c`"
    assert typeset("{{weekday 2}}’s audit", "en", days) == "Tuesday’s audit"


def test_whoever_acts_in_a_thread_may_write_there():
    thread = CONTENT.threads["data-room"]
    stranger = dataclasses.replace(thread.posts[0], by="hannah")
    with pytest.raises(reading.ContentError, match="hannah may not write"):
        reading._check(dataclasses.replace(thread, posts=(stranger,)), CONTENT)


def test_a_guest_acts_only_where_guests_may_read():
    thread = CONTENT.threads["call-off-2611"]
    with pytest.raises(reading.ContentError, match="anke may not write"):
        reading._check(dataclasses.replace(thread, label="internal"), CONTENT)


def test_talk_is_real_talk():
    replies = [len(thread.posts) - 1 for thread in CONTENT.threads.values()]
    assert len(replies) >= 50
    assert sum(count >= 3 for count in replies) >= 50
    assert {thread.kind for thread in CONTENT.threads.values()} == {
        "discussion", "question", "idea", "announcement", "praise",
    }  # fmt: skip
    assert {thread.language for thread in CONTENT.threads.values()} == {"en", "fr"}
