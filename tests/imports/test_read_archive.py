"""Every row of an archive becomes one post of the form, or one refusal with its reason and its id."""

from __future__ import annotations

import json

import pytest

from imports import neutral
from imports.sources import zulip
from imports.validate import validate
from tests.imports.conftest import ROWS, said, write_archive


@pytest.fixture
def read(tmp_path):
    def run(rows=None, **options):
        folder = write_archive(tmp_path / "archive", rows)
        zulip.read_archive(folder, tmp_path / "form", options=zulip.Options(**options))
        return tmp_path / "form"

    return run


def records(form, noun):
    return [neutral.NOUNS[noun].model_validate_json(line) for _, line in neutral.lines(form, noun)]


def test_streams_are_groups_topics_threads_and_messages_posts(read):
    form = read()
    assert [(g.id, g.name, g.visibility) for g in records(form, "group")] == [
        ("7", "North house", "open"),
        ("8", "South", "open"),
    ]
    assert [p.id for p in records(form, "post")] == ["1", "2", "3", "4", "5", "6"]
    assert {p.name for p in records(form, "person")} == {"Ines Morel", "Otto Beck", "Priya Nair"}
    assert neutral.read_form(form).rows == {"message": 6, "topic": 4}


def test_a_topic_and_its_resolved_twin_are_one_thread_closed_when_resolved_last(read):
    threads = {t.id: t for t in records(read(), "thread")}
    assert set(threads) == {"7/tea kitchen", "7/keys", "8/rules"}
    assert (threads["7/tea kitchen"].title, threads["7/tea kitchen"].status) == ("tea kitchen", "closed")
    assert threads["7/keys"].status == "open"


def test_a_thread_that_goes_on_after_it_was_resolved_is_open(read):
    form = read([said(1, "<p>a</p>", topic="✔ keys"), said(2, "<p>b</p>", topic="keys")])
    assert [t.status for t in records(form, "thread")] == ["open"]


def test_visibility_and_topics_are_chosen(read):
    form = read(visibility="hidden", topics="none")
    assert {g.visibility for g in records(form, "group")} == {"hidden"}
    assert {t.topic for t in records(form, "thread")} == {""}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{broken", "row cannot be read"),
        ('{"id": 9}', "row cannot be read"),
        (json.dumps(said(9, "<p>x</p>", timestamp="soon")), "row cannot be read"),
        (said(9, "<p></p>"), "message has no text"),
        (said(1, "<p>again</p>", topic="keys"), "message is there twice"),
        (said(9, "<p>x</p>", timestamp=10**18), "date cannot be read"),
        (said(9, f"<p>{'long ' * 10_001}</p>"), "text: string too long"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_its_reason(read, row, reason):
    form = read([*ROWS[:3], row])
    refused = list(neutral.refused_by_reader(form))
    assert [(r.noun, r.reason) for r in refused] == [("post", reason)]
    assert len(records(form, "post")) + len(refused) == neutral.read_form(form).rows["message"] == 4


def test_a_folder_that_is_no_archive_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(zulip.SourceError, match=r"no readable streams\.json"):
        zulip.read_archive(tmp_path, tmp_path / "form", options=zulip.Options())


def test_a_stream_file_outside_the_archive_is_never_read(tmp_path):
    folder = write_archive(tmp_path / "archive")
    (tmp_path / "secret.gz").write_bytes(b"x")
    streams = [{"stream_id": 7, "stream": "x", "file": "../secret.gz"}]
    (folder / "streams.json").write_text(json.dumps(streams))
    with pytest.raises(zulip.SourceError, match="lacks"):
        zulip.read_archive(folder, tmp_path / "form", options=zulip.Options())


def test_a_form_that_was_not_finished_is_no_form(tmp_path):
    writer = neutral.FormWriter(tmp_path, neutral.Form(source="zulip", fingerprint="x"))
    with pytest.raises(ValueError, match="never finished"):
        validate(tmp_path)
    writer.finish()
    assert neutral.read_form(tmp_path).finished
