"""Real mailboxes, when the machine has them (PARVIS_REAL_DATA): counted by other means, and read word by word."""

from __future__ import annotations

import csv
import gzip
import json
import mailbox
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from imports.neutral import Post
from imports.sources import mail
from imports.sources.mail import bodies, boxes, charsets
from imports.validate import validate
from kit import markdown

REAL = Path(os.environ.get("PARVIS_REAL_DATA", "/nowhere"))
NAMES = ["mail-lists-2002", "mail-bilingual", "mail-patches"]
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not all((REAL / name).is_dir() for name in NAMES), reason="PARVIS_REAL_DATA names no folder with real mail"
    ),
    pytest.mark.skipif(not settings.IS_EMBEDDED, reason="asks no database: it runs on the embedded profile"),
]
WORD = re.compile(r"[^\W_]+")
EVERY = 16  # one mail in sixteen


def files(name: str) -> list[Path]:
    return sorted((REAL / name).glob("*.mbox.gz"))


@pytest.mark.parametrize("name", NAMES)
def test_every_mail_is_one_post_or_one_refusal_and_answers_stand_where_what_they_answer_stands(name, tmp_path):
    counted = sum(len(re.findall(rb"^From ", gzip.open(path).read(), re.M)) for path in files(name))
    mail.read_boxes(files(name), tmp_path, options=mail.Options(group="All"))
    with validate(tmp_path) as checked:
        refused = Counter(one.reason for one in checked.refused() if one.noun == "post")
        assert checked.count("post") + refused.total() == counted == checked.form.rows["message"]
        assert not refused["mail cannot be read"]
        home = {post.id: thread.id for thread in checked.threads() for post in checked.posts_of(thread.id)}
    told = 0
    for path in files(name):
        for content in gzip.open(path).read().split(b"\nFrom "):
            head = content.partition(b"\n\n")[0].decode("latin-1")
            own = re.search(r"^Message-ID: *<([^<>\s]+)>", head, re.M | re.I)
            answered = re.search(r"^In-Reply-To:[^<\n]*<([^<>\s]+)>", head, re.M | re.I)
            if own and answered and own[1] in home and answered[1] in home:
                assert home[own[1]] == home[answered[1]], own[1]
                told += 1
    assert told > 500


@pytest.mark.parametrize("name", NAMES)
def test_no_word_of_a_plain_mail_is_lost(name):
    """What the standard library finds in single-part mails stands in what is shown, folds included."""
    lost = []
    for path in files(name):
        for number, raw in enumerate(boxes.mails(path)):
            if number % EVERY:
                continue
            message = mailbox.mboxMessage(raw.content)
            if message.is_multipart() or message.get_content_type() != "text/plain":
                continue
            payload = message.get_payload(decode=True)
            said = charsets.decoded(payload, message.get_content_charset())
            body = bodies.body_of(raw.content)
            made = markdown.render(body.text)
            shown = Counter(WORD.findall(f"{made.text} {made.html}"))
            missing = Counter(WORD.findall(said)) - shown
            if missing and not body.attachments:
                lost.append((raw.place, missing))
    assert lost == []


def test_every_attachment_of_known_families_is_named_with_its_true_size(tmp_path):
    mail.read_boxes(files("mail-patches"), tmp_path, options=mail.Options(group="All"))
    posts = {post.id: post.text for post in map(Post.model_validate_json, (tmp_path / "posts.jsonl").open())}
    with (REAL / "mail-patches" / "attachment-families.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    wrong = [
        row["message_id"]
        for row in rows
        if (text := posts.get(row["message_id"].strip("<>"))) and f"{int(row['bytes']):,} B" not in text
    ]
    assert len(rows) > 150
    assert json.loads((tmp_path / "form.json").read_text())["notes"]["attachment named, not taken"] > 1_000
    assert wrong == []
