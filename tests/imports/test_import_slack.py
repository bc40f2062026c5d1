"""`manage.py import_slack`: an export as Slack writes it, small and invented; the real one where there is one."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from groups.models import Space
from imports.sources.slack_text import emoji_named, to_markdown
from kit import markdown
from people.models import Person
from walls.models import Post, Reaction, Thread

USERS = [
    {"id": "U1", "name": "ines", "real_name": "Ines Morel"},
    {"id": "U2", "name": "otto", "real_name": "", "profile": {"real_name": "Otto Beck"}},
    {"id": "U3", "name": "\u200b", "profile": None},
]
MORNING = 1_500_000_000
CHANNELS = [{"id": "C1", "name": "north-house", "purpose": {"value": "All about the house"}}]


def said(seconds: int, text: str, user: str = "U1", **more: object) -> dict[str, object]:
    return {"type": "message", "user": user, "text": text, "ts": f"{MORNING + seconds}.000100"} | more


def write_export(path: Path, days: dict[str, object], **tables: object) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        for name, rows in {"users": USERS, "channels": CHANNELS, **tables}.items():
            out.writestr(f"{name}.json", json.dumps(rows))
        for name, rows in days.items():
            out.writestr(name, rows if isinstance(rows, (str, bytes)) else json.dumps(rows))
    return path


@pytest.fixture
def run(cast, settings, tmp_path, capsys):
    settings.DATA_FOLDER = tmp_path / "data"

    def command(*arguments: object) -> str:
        call_command("import_slack", *map(str, arguments))
        return capsys.readouterr().out

    return command


def test_a_talk_is_a_thread_until_the_channel_is_silent_for_hours(run, tmp_path):
    day = [said(0, "Tea?"), said(60, "Yes", "U2"), said(40_000, "Good evening")]
    run(write_export(tmp_path / "house.zip", {"north-house/2017-07-14.json": day}))
    talks = sorted([post.text for post in thread.posts.order_by("number")] for thread in Thread.objects.all())
    assert talks == [["Good evening"], ["Tea?", "Yes"]]
    assert set(Person.objects.filter(is_stand_in=True).values_list("display_name", flat=True)) == {
        "Ines Morel",
        "Otto Beck",
    }
    assert Space.objects.get(name="north-house").type == "hidden"


def test_threads_of_slack_stay_threads(run, tmp_path):
    opening = said(0, "Who has the key?")
    day = [opening, said(10, "Lunch"), said(20, "I", "U2", thread_ts=opening["ts"])]
    day[0]["thread_ts"] = opening["ts"]
    run(write_export(tmp_path / "house.zip", {"north-house/2017-07-14.json": day}))
    talks = sorted([post.text for post in thread.posts.order_by("number")] for thread in Thread.objects.all())
    assert talks == [["Lunch"], ["Who has the key?", "I"]]


def test_opened_channels_do_not_open_private_ones_and_direct_talk_is_refused(run, tmp_path):
    days = {
        "north-house/2017-07-14.json": [said(0, "All")],
        "board/2017-07-14.json": [said(0, "Secret")],
        "D1/2017-07-14.json": [said(0, "Between us")],
        "who-knows/2017-07-14.json": [said(0, "Nobody named this folder")],
    }
    groups = [{"id": "G1", "name": "board"}]
    path = write_export(tmp_path / "house.zip", days, groups=groups, dms=[{"id": "D1", "members": ["U1", "U2"]}])
    out = run(path, "--visibility", "open")
    assert dict(Space.objects.filter(name__in=["north-house", "board", "who-knows"]).values_list("name", "type")) == {
        "north-house": "open",
        "board": "hidden",
        "who-knows": "hidden",
    }
    assert "post: direct conversation is not taken: 1" in out
    assert not Post.objects.filter(text="Between us").exists()


def test_notices_files_reactions_and_edits(run, tmp_path):
    day = [
        said(0, "<@U1> has joined the channel", subtype="channel_join"),
        said(1, "Plan", edited={"user": "U1"}, reactions=[{"name": "+1", "users": ["U2", "U1"], "count": 2}]),
        said(2, "<@U1|ines> uploaded a file: <https://x.test|plan>", subtype="file_share",
             file={"id": "F1", "title": "plan.pdf", "mimetype": "application/pdf", "size": 1234}),
        said(3, "beep", user="", subtype="bot_message", username="Builder", bot_id="B1"),
    ]  # fmt: skip
    out = run(write_export(tmp_path / "house.zip", {"north-house/2017-07-14.json": day}))
    assert "notice of Slack: channel_join: 1" in out and "file named, not taken: 1" in out
    assert Reaction.objects.filter(post__text="Plan", emoji="👍").count() == 2
    assert Post.objects.get(number=2).text == "📎 plan.pdf · application/pdf · 1,234 B (file not taken over)"
    assert Post.objects.get(text="beep").author.display_name == "Builder"


def test_a_second_run_doubles_nothing(run, tmp_path):
    path = write_export(tmp_path / "house.zip", {"north-house/2017-07-14.json": [said(0, "Tea?"), said(0, "Tea?")]})
    assert "message is there twice: 1" in run(path)
    assert "| posts | 0 | 1 | 1 | 1 |" in run(path)
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    "rows",
    [
        "{", "[]", '[null, 7, "x"]', b"\xff\xfe", "[" * 100_000, '[{"ts": "1e400", "text": "x"}]', '[{"ts": "nan"}]',
        '[{"ts": "1500000000.1", "text": 7, "user": ["x"], "files": "x", "attachments": [1]}]',
        '[{"ts": "1500000000.1", "text": "x", "user": "U1", "reactions": [7]}]',
    ],
)  # fmt: skip
def test_broken_days_are_refused_with_their_reason(run, tmp_path, rows):
    days = {"north-house/2017-07-13.json": rows, "north-house/2017-07-14.json": [said(0, "Tea?")]}
    assert "rows in = stored + refused: yes" in run(write_export(tmp_path / "house.zip", days))
    assert Post.objects.filter(text="Tea?").exists()


def test_what_is_no_export_is_refused_with_a_sentence(run, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(CommandError, match="is no zip"):
        run(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as out:
        out.writestr("a.txt", "a")
    with pytest.raises(CommandError, match=r"holds no channels\.json"):
        run(tmp_path / "y.zip")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _slanted_ ~gone~", "<strong>bold</strong> <em>slanted</em> <s>gone</s>"),
        ("`code *x*`", "<code>code *x*</code>"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("<https://x.test/a|here>", ">here</a>"),
        ("<javascript:alert(1)|here>", "<p>here</p>"),
        ("<!channel> :tada: :no_such_thing:", "@channel 🎉 :no_such_thing:"),
        ("```\n<b> *x*\n```", "<code>&lt;b&gt; *x*"),
        ("&gt; quoted\nanswer", "<blockquote>"),
        ("# no heading", "# no heading"),
    ],
)  # fmt: skip
def test_the_marks_of_slack_become_ours(text, shown):
    assert shown in markdown.render(to_markdown(text, lambda noun, source_id: None, [])).html


def test_emoji_with_a_tone_of_skin():
    assert emoji_named("clap::skin-tone-3") == "👏🏼"


REAL = Path(os.environ.get("PARVIS_REAL_DATA", "/nowhere")) / "slack-export"


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="PARVIS_REAL_DATA names no folder with a real Slack export")
def test_a_real_export_comes_in_whole(run):
    [path] = REAL.glob("*.zip")
    with zipfile.ZipFile(path) as export:
        rows = [row for name in export.namelist() if name.count("/") == 1 and name.endswith(".json")
                for row in json.loads(export.read(name))]  # fmt: skip
    out = run(path)
    spoken = [row for row in rows if row.get("subtype", "") in ("", "file_share", "file_comment")]
    assert f"messages in the source: {len(rows):,}" in out
    assert f"posts stored: {len(spoken):,}" in out
    given = {
        (row["ts"], one["name"], user) for row in spoken for one in row.get("reactions", []) for user in one["users"]
    }
    assert Reaction.objects.count() == len(given)
