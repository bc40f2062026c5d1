"""Texts and attachments of mail, however they are packed."""

from __future__ import annotations

import binascii
import struct

import pytest

from imports.sources.mail.bodies import body_of
from imports.sources.mail.html import html_to_markdown
from tests.imports.mails import mail, many, part

ALTERNATIVE = [part("text/plain", b"In words."), part("text/html", b"<p>In <b>colour</b>.</p>")]


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Où étiez-vous ?".encode("latin-1"), "iso-8859-1"),
        ("Où étiez-vous ?".encode("latin-1"), "us-ascii"),
        ("Où étiez-vous ?".encode("latin-1"), None),
        ("Où étiez-vous ?".encode("latin-1"), "utf-8"),
        ("Où étiez-vous ?".encode("latin-1"), "x-unknown-8bit"),
        ("Où étiez-vous ?".encode(), "us-ascii"),
        ("Où étiez-vous ?".encode(), "punycode"),
        ("Où étiez-vous ?".encode(), '"'),
    ],
)
def test_a_text_is_read_whatever_its_mailer_said_of_it(text, charset):
    assert body_of(mail(text=text, charset=charset)).text == "Où étiez-vous ?"


def test_windows_signs_in_what_calls_itself_latin_are_read():
    assert body_of(mail(text="5 € – “good”".encode("cp1252"), charset="iso-8859-1")).text == "5 € – “good”"


def test_of_two_forms_the_plain_one_is_taken():
    assert body_of(many(1, *ALTERNATIVE, kind="alternative")).text == "In words."


def test_a_mail_in_html_only_becomes_markdown():
    body = body_of(many(1, ALTERNATIVE[1], kind="alternative"))
    assert body.text == "In **colour**."
    assert body.notes["mail in HTML only"] == 1


def test_html_that_hides_counts_readers_or_runs_leaves_only_its_words():
    html = (
        "<head><title>t</title><style>p{}</style></head><script>x()</script><p>Seen"
        '<img src="https://count.example.test/1.gif" alt=""><span style="display:none">unseen</span></p>'
    )
    assert html_to_markdown(html, lambda note: None) == "Seen"


def test_the_tail_of_an_html_mail_is_folded():
    html = "<div>Yes.</div><div class='gmail_quote'>Otto wrote:<br><blockquote type='cite'>Well?</blockquote></div>"
    made = html_to_markdown(html, lambda note: None)
    assert made.startswith("Yes.\n\n::: quoted Otto wrote:")
    assert "> Well?" in made


def test_answers_inside_an_html_quote_stay_open():
    html = "<blockquote type='cite'>Well?</blockquote><p>Yes.</p>"
    assert ":::" not in html_to_markdown(html, lambda note: None)


@pytest.mark.parametrize("html", ["<div>" * 20_000 + "deep", "<table><tr><td>" * 3_000 + "x", "<p>word" * 80_000])
def test_html_of_any_depth_or_size_is_read(html):
    assert html_to_markdown(html, lambda note: None)


def test_files_are_attachments_with_their_true_size_and_a_harmless_name():
    content = many(1, part("text/plain", b"See there."), part("application/pdf", b"%PDF-1", "../../etc/pass\twd.pdf"))
    [one] = body_of(content).attachments
    assert (one.name, one.type, one.size) == ("pass wd.pdf", "application/pdf", 6)


def test_a_mail_inside_a_mail_is_one_attachment():
    inner = b"Content-Type: message/rfc822\n\n" + mail(7, "The inner words.")
    body = body_of(many(1, part("text/plain", b"As promised:"), inner))
    assert body.text == "As promised:"
    assert [one.name for one in body.attachments] == ["forwarded mail.eml"]


def test_a_file_that_stands_in_the_text_is_an_attachment():
    line = binascii.b2a_uu(b"tiles").decode()
    body = body_of(mail(text=f"Here:\n\nbegin 644 roof.txt\n{line}`\nend\n\nInes"))
    assert [(one.name, one.content) for one in body.attachments] == [("roof.txt", b"tiles")]
    assert body.text == "Here:\n\nInes"


def test_words_that_only_begin_like_such_a_file_stay():
    assert body_of(mail(text="begin 644 things\nand never end")).text == "begin 644 things\nand never end"


def tnef(*attributes: tuple[int, int, bytes]) -> bytes:
    """An Outlook envelope of these (level, attribute, content)."""
    made = struct.pack("<IH", 0x223E9F78, 1)
    for level, attribute, content in attributes:
        made += struct.pack("<BII", level, attribute, len(content)) + content
        made += struct.pack("<H", sum(content) & 0xFFFF)
    return made


def test_an_outlook_envelope_gives_its_text_and_its_files():
    envelope = tnef(
        (1, 0x0002800C, b"Good morning from Outlook.\0"),
        (2, 0x00069002, b"\0" * 14),
        (2, 0x00018010, b"plan.txt\0"),
        (2, 0x0006800F, b"ground floor"),
    )
    body = body_of(many(1, part("application/ms-tnef", envelope, "winmail.dat")))
    assert body.text == "Good morning from Outlook."
    assert [(one.name.rstrip("\0"), one.content) for one in body.attachments] == [("plan.txt", b"ground floor")]


@pytest.mark.parametrize("envelope", [b"", b"no", b"\x78\x9f\x3e\x22" + b"\xff" * 400])
def test_an_envelope_that_cannot_be_opened_stays_a_file(envelope):
    body = body_of(many(1, part("text/plain", b"See."), part("application/ms-tnef", envelope, "winmail.dat")))
    assert body.text == "See."
    assert len(body.attachments) <= 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"no header at all",
        b"Content-Type: multipart/mixed\n\n--x\n\ntext",
        b'Content-Type: multipart/mixed; boundary="' + b"x" * 5_000 + b'"\n\ntext',
        b'Content-Type: text/plain; charset="\x00\xff"\nContent-Transfer-Encoding: nonsense\n\ntext',
        b"Content-Transfer-Encoding: base64\n\n!!!=not=base64",
        b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\nno\nend",
        b"Content-Disposition: attachment; filename*=utf-9''%ff%fe\n\ntext",
        b"Content-Type: text/plain; name*0*=x; name*2*=y\n\ntext",
        b"Content-Type: message/rfc822\n\nFrom: x\n\ntext",
        b"Content-Type: message/partial; id=1\n\ntext",
        b"Content-Type: multipart/digest; boundary=c\n\n--c\n\nFrom: a\n\none\n--c\n\nFrom: b\n\ntwo\n--c--",
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(content):
    body = body_of(content)
    assert isinstance(body.text, str)


def test_ten_thousand_parts_are_looked_at_up_to_a_limit():
    body = body_of(many(1, *[b"Content-Type: application/x-tile\n\nx"] * 10_000))
    assert len(body.attachments) == 500
