"""A real archive, when the machine has one (PARVIS_REAL_DATA): counted by other means, and read word by word."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from selectolax.lexbor import LexborHTMLParser

from imports import services
from imports.references import NAMED
from imports.sources import zulip
from imports.sources.zulip_html import read_html
from imports.validate import validate
from kit import markdown
from walls.models import Post, Thread

REAL = Path(os.environ.get("PARVIS_REAL_DATA", "/nowhere")) / "chat-zulip"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason="PARVIS_REAL_DATA names no folder with real discussions"),
]

# Reading asks no database: once is enough, and it takes a minute.
once = pytest.mark.skipif(not settings.IS_EMBEDDED, reason="asks no database: it runs on the embedded profile")
EVERY = 16  # one message in sixteen: some ten seconds
MADE_BY_ZULIP = (
    "span.katex-html, math semantics > :not(annotation), span.emoji, time,"
    " div.message_inline_image, div.message_inline_video, div.message_embed"
)
WORD = re.compile(r"[^\W_]+")


def rows(folder: Path) -> Iterator[dict]:
    """Every row by plain means: no line of this is shared with the reader."""
    for file in sorted((folder / "messages").iterdir()):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


@once
def test_every_row_is_one_post_or_one_refusal(tmp_path):
    ids, threads = Counter(), set()
    for row in rows(REAL):
        ids[str(row["id"])] += 1
        threads.add((row["stream_id"], row["topic"].removeprefix("✔ ")))
    zulip.read_archive(REAL, tmp_path, options=zulip.Options())
    with validate(tmp_path) as checked:
        refused = Counter(one.id for one in checked.refused() if one.noun == "post")
        assert checked.count("post") + refused.total() == ids.total() == checked.form.rows["message"]
        assert all(checked.has("post", one) for one in ids)
        assert refused == {one: count - 1 for one, count in ids.items() if count > 1}
        assert checked.count("thread") == len(threads)
        assert not checked.unknown_references()


@once
def test_no_word_of_a_message_is_lost(tmp_path):
    known = zulip.survey(REAL, "https://chat.test", lambda n: None)
    lost = []
    for row in list(rows(REAL))[::EVERY]:
        read = read_html(row["content_html"], known, missing_file="missing")
        made = markdown.render(NAMED.sub(r"\1 \3", read.text))
        missing = words_of(row["content_html"]) - Counter(WORD.findall(f"{made.text} {made.html}"))
        if missing:
            lost.append((row["id"], missing))
    assert lost == []


def words_of(html: str) -> Counter[str]:
    """What its author wrote, without what Zulip added for the eye."""
    body = LexborHTMLParser(html).body
    assert body is not None
    for added in body.css(MADE_BY_ZULIP):
        added.decompose()
    for block in body.css("p, li, td, th, br, div, pre, h1, h2, h3, h4"):
        block.insert_after(" ")
    return Counter(WORD.findall(body.text()))


@pytest.mark.django_db
def test_small_streams_come_in_whole(cast, tmp_path):
    streams = json.loads((REAL / "streams.json").read_text())
    small = sorted(streams, key=lambda stream: stream["messages"])[:3]
    folder = tmp_path / "small"
    (folder / "messages").mkdir(parents=True)
    (folder / "streams.json").write_text(json.dumps(small))
    for stream in small:
        shutil.copy(REAL / stream["file"], folder / stream["file"])
    ids = {str(row["id"]) for row in rows(folder)}
    zulip.read_archive(folder, tmp_path / "form", options=zulip.Options())
    with validate(tmp_path / "form") as checked:
        outcome = services.import_form(ordered_by=cast.admin, source="zulip/small", checked=checked)
    assert outcome.balances
    assert Post.objects.count() == len(ids) == sum(stream["messages"] for stream in small)
    assert Thread.objects.count() == len({(row["stream_id"], row["topic"].removeprefix("✔ ")) for row in rows(folder)})
    for thread in Thread.objects.all():
        posts = list(thread.posts.order_by("number"))
        assert [post.number for post in posts] == list(range(1, thread.last_number + 1))
        assert [post.posted_at for post in posts] == sorted(post.posted_at for post in posts)
        assert thread.active_at == posts[-1].posted_at
