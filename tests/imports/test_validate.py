"""A form is checked whole before anything is written: what breaks a rule is refused, and what hangs on it too."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest

from imports import neutral
from imports.validate import validate

AT = dt.datetime(2024, 3, 1, 9, tzinfo=dt.UTC)
PERSON = {"id": "ines", "name": "Ines Morel"}
GROUP = {"id": "g", "name": "North house"}
THREAD = {"id": "t", "group": "g", "title": "tea"}
POST = {"id": "1", "thread": "t", "author": "ines", "at": AT.isoformat(), "text": "hello"}


@pytest.fixture
def form(tmp_path):
    """Write records as they are, wrong ones too, and check them."""

    def write(**records):
        given = {"person": [PERSON], "group": [GROUP], "thread": [THREAD], "post": [POST]} | records
        with neutral.FormWriter(tmp_path, neutral.Form(source="zulip", fingerprint="x")):
            pass
        for noun, rows in given.items():
            lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            (tmp_path / neutral.FILES[noun]).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return validate(tmp_path)

    return write


def reasons(checked) -> Counter:
    return Counter((one.noun, one.reason) for one in checked.refused())


def test_a_good_form_holds_whole(form):
    with form(reaction=[{"id": "r", "post": "1", "person": "ines", "emoji": "👍"}]) as checked:
        assert reasons(checked) == {}
        assert [checked.count(noun) for noun in neutral.NOUNS] == [1, 1, 1, 1, 1]
        assert next(checked.posts_of("t")).at == AT


@pytest.mark.parametrize(
    ("noun", "change", "reason"),
    [
        ("person", {"name": ""}, "name: string too short"),
        ("person", {"name": "x" * 81}, "name: string too long"),
        ("person", {"name": "\u202e\u202d"}, "name has no visible character"),
        ("person", {"name": "\ufdfa" * 80}, "name is too long"),
        ("person", {"nickname": "I"}, "nickname: extra forbidden"),
        ("group", {"visibility": "secret"}, "visibility: literal error"),
        ("group", {"description": "a\x00b"}, "description holds a NUL character"),
        ("thread", {"title": "x" * 201}, "title: string too long"),
        ("thread", {"status": "lost"}, "status: literal error"),
        ("thread", {"tags": ["x"] * 11}, "tags: too long"),
        ("thread", {"group": "elsewhere"}, "its group is missing or was refused"),
        ("post", {"text": "x" * 50_001}, "text: string too long"),
        ("post", {"text": " \n"}, "text has no visible character"),
        ("post", {"text": "a\x00b"}, "text holds a NUL character"),
        ("post", {"at": "2024-03-01T09:00:00"}, "date has no time zone"),
        ("post", {"at": "2999-03-01T09:00:00Z"}, "date is impossible"),
        ("post", {"at": "0001-01-01T00:00:00Z"}, "date is impossible"),
        ("post", {"at": "soon"}, "at: datetime from date parsing"),
        ("post", {"thread": "elsewhere"}, "its thread is missing or was refused"),
        ("post", {"author": "nobody"}, "its person is missing or was refused"),
    ],
)
def test_each_rule_refuses_with_its_reason(form, noun, change, reason):
    good = {"person": PERSON, "group": GROUP, "thread": THREAD, "post": POST}[noun]
    with form(**{noun: [good | change]}) as checked:
        assert reasons(checked)[noun, reason] == 1
        assert checked.count(noun) == 0


def test_what_hangs_on_a_refused_record_is_refused_too(form):
    with form(group=[GROUP | {"name": ""}]) as checked:
        assert reasons(checked) == {
            ("group", "name: string too short"): 1,
            ("thread", "its group is missing or was refused"): 1,
            ("post", "its thread is missing or was refused"): 1,
        }


def test_the_second_record_of_an_id_is_refused(form):
    with form(post=[POST, POST | {"text": "other"}]) as checked:
        assert reasons(checked) == {("post", "id is there twice"): 1}
        assert [post.text for post in checked.posts_of("t")] == ["hello"]


def test_a_thread_without_a_post_is_refused(form):
    with form(thread=[THREAD, THREAD | {"id": "empty"}]) as checked:
        assert reasons(checked) == {("thread", "thread has no post"): 1}


def test_a_line_that_is_no_json_is_refused_with_its_place(form):
    with form(post=[POST, "{"]) as checked:
        [refused] = list(checked.refused())
        assert refused.id.startswith("posts.jsonl@")


def test_posts_are_read_oldest_first_whatever_their_order_in_the_file(form):
    later = POST | {"id": "2", "at": (AT + dt.timedelta(hours=1)).isoformat()}
    east = POST | {"id": "0", "at": "2024-03-01T10:30:00+02:00"}
    with form(post=[later, POST, east]) as checked:
        assert [post.id for post in checked.posts_of("t")] == ["0", "1", "2"]


def test_a_text_that_names_what_is_not_there_is_noted_not_refused(form):
    text = "[a](import:post/404) [b](import:person/ines) [c](import:person/nobody)"
    with form(post=[POST | {"text": text}]) as checked:
        assert checked.count("post") == 1
        assert checked.unknown_references() == {"post": 1, "person": 1}
