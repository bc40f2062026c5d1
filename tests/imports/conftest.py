"""A tiny archive in the format of a Zulip one, written by hand; nothing real stands in it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from imports import services
from imports.sources import zulip
from imports.validate import validate

BEGIN = 1_700_000_000


def said(number: int, html: str, *, topic: str = "tea kitchen", sender: str = "Ines Morel", stream: int = 7, **more):
    """One row of the archive; messages rise in number and time together."""
    row = {"stream_id": stream, "stream": "North-house", "topic": topic, "id": number, "sender": sender}
    return row | {"timestamp": BEGIN + number * 60, "content_html": html} | more


def quoted(number: int, name: str, user_id: int = 11) -> str:
    """The line that Zulip puts above a quoted block."""
    mention = f'<span class="user-mention silent" data-user-id="{user_id}">{name}</span>'
    return f'<p>{mention} <a href="#narrow/stream/7-North-house/topic/tea.20kitchen/near/{number}">said</a>:</p>'


ROWS = [
    said(1, "<p>The kettle is <strong>broken</strong>.</p>"),
    said(2, '<p><span class="user-mention" data-user-id="11">@Ines Morel</span> again?</p>', sender="Otto Beck"),
    said(3, quoted(1, "Ines Morel") + "<blockquote><p>broken</p></blockquote><p>Yes.</p>", sender="Otto Beck"),
    said(4, "<p>Ordered.</p>", topic="✔ tea kitchen"),
    said(5, "<p>Who has the key?</p>", topic="keys", sender="Priya Nair"),
    said(6, "<p>Read this first</p>", topic="rules", stream=8),
]


def write_archive(folder: Path, rows: list[dict | str] | None = None) -> Path:
    """An archive folder holding ``rows`` (a str is written as it is: a broken line)."""
    rows = ROWS if rows is None else rows
    (folder / "messages").mkdir(parents=True, exist_ok=True)
    streams = []
    for stream, name in ((7, "North-house"), (8, "South")):
        file = f"messages/{stream}-{name.lower()}.jsonl.gz"
        mine = [row for row in rows if isinstance(row, str) or row["stream_id"] == stream]
        with gzip.open(folder / file, "wt", encoding="utf-8") as out:
            for row in mine if stream == 7 else [row for row in mine if not isinstance(row, str)]:
                if isinstance(row, dict):
                    row = json.dumps({k: v for k, v in row.items() if k in zulip.FIELDS}, ensure_ascii=False)
                out.write(row + "\n")
        streams.append({"stream_id": stream, "stream": name, "file": file})
    (folder / "streams.json").write_text(json.dumps(streams), encoding="utf-8")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "archive")


@pytest.fixture
def bring_in(cast, tmp_path):
    """Read, check and write an archive in the name of the cast's administrator."""

    def run(folder: Path, by=None, **options) -> services.Outcome:
        form = tmp_path / "form"
        zulip.read_archive(folder, form, options=zulip.Options(**options))
        with validate(form) as checked:
            return services.import_form(ordered_by=by or cast.admin, source="zulip/tiny", checked=checked)

    return run
