"""Header blocks of mail: who, when, under which title; broken ones are made up for, hostile ones harm nobody."""

from __future__ import annotations

import datetime as dt

import pytest

from imports.sources.mail.boxes import Raw
from imports.sources.mail.headers import Header, header_of, subject_of
from tests.imports.mails import mail

ENVELOPE = "From ines@example.test Tue Mar  5 10:00:00 2019"


def header(content: bytes, envelope: str = ENVELOPE) -> Header:
    return header_of(Raw("box:1", envelope, content))


@pytest.mark.parametrize(
    ("subject", "title", "tags", "is_answer"),
    [
        ("Re: Kettle", "Kettle", [], True),
        ("RE : TR : Bouilloire", "Bouilloire", [], True),
        ("Réf : Re: Fwd: AW: Kettle", "Kettle", [], True),
        ("Re\u00a0: Bouilloire", "Bouilloire", [], True),
        ("Re[2]: Kettle (fwd)", "Kettle", [], True),
        ("[House] Re: [Tools] Kettle", "Kettle", ["house", "tools"], True),
        ("[PATCH v2 3/7] Mend the roof", "Mend the roof", ["patch"], False),
        ("[2/3] Kettle", "[2/3] Kettle", [], False),
        ("Retrieve: the kettle", "Retrieve: the kettle", [], False),
        ("[House]", "[House]", [], False),
        ("", "", [], False),
    ],
)
def test_answers_and_the_words_lists_put_before_a_subject_are_taken_off(subject, title, tags, is_answer):
    found = subject_of(subject)
    assert (found.title, found.tags, found.is_answer) == (title, tags, is_answer)


@pytest.mark.parametrize(
    ("sender", "address", "name"),
    [
        ("Ines Morel <Ines@Example.test>", "ines@example.test", "Ines Morel"),
        ("=?iso-8859-1?q?=C9lodie?= Roy <e@example.test>", "e@example.test", "Élodie Roy"),
        ('"Morel, Ines" <ines@example.test>', "ines@example.test", "Morel, Ines"),
        ("ines@example.test", "ines@example.test", "ines"),
        ("ines@example.test (Ines Morel)", "ines@example.test", "Ines Morel"),
        ('"ines@example.test" <ines@example.test>', "ines@example.test", "ines"),
        ("\u202egnimoc\u200b <x@example.test>", "x@example.test", "gnimoc"),
        ("\u200b\u200b <x@example.test>", "x@example.test", "x"),
        ("=?utf-8?b?!!!?= <x@example.test>", "x@example.test", None),
        ("<<<>>> <", "", None),
        ("A" * 5_000 + " <x@example.test>", "x@example.test", "A" * 80),
        ("Ines, Otto, " * 400, None, None),
        ('"' * 999, None, None),
        ("Ines <" + "x" * 3_000 + "@example.test>", None, "Ines"),
    ],
)  # fmt: skip
def test_a_sender_of_any_spelling_has_an_id_and_a_name(sender, address, name):
    found = header(mail(sender=sender))
    assert 0 < len(found.author) <= 200 and 0 < len(found.name) <= 80
    assert address in (None, "", found.author)
    assert name in (None, found.name)
    assert "@" not in found.name


def test_who_wrote_through_a_list_that_stands_in_for_its_writers_is_found():
    found = header(
        mail(sender="Ines Morel via House <house@lists.example.test>", more={"Reply-To": "ines@example.test"})
    )
    assert (found.author, found.name) == ("ines@example.test", "Ines Morel")


def test_bytes_beyond_ascii_in_a_header_are_read():
    content = mail(subject="X").replace(b"Subject: X", "Subject: Élodie à l'étage".encode("latin-1"))
    assert header(content).subject.title == "Élodie à l'étage"


@pytest.mark.parametrize("date", [None, "yesterday", "Mon, 99 Foo 2019", "Fri, 01 Jan 2199 00:00:00 +0000", "0" * 500])
def test_a_date_that_is_missing_or_cannot_be_is_that_of_arrival(date):
    found = header(mail(date=date))
    assert found.at == dt.datetime(2019, 3, 5, 10, tzinfo=dt.UTC)
    assert found.notes == ["date of arrival for one that is missing or cannot be"]


def test_a_mail_without_an_id_has_one_that_is_always_the_same():
    first, again = header(mail(message_id=None)), header(mail(message_id=None))
    other = header(mail(text="Another.", message_id=None))
    assert first.key == again.key != other.key
    assert first.key.startswith("none:")


def test_long_and_odd_ids_are_ids():
    assert len(header(mail(message_id="<" + "x" * 5_000 + ">")).key) <= 200
    assert header(mail(message_id="no-brackets@example.test")).key == "no-brackets@example.test"


def test_thousands_of_references_are_cut_to_the_first_and_the_last():
    many = "\n ".join(f"<r{number}@example.test>" for number in range(5_000))
    answers = header(mail(2, more={"References": many})).answers
    assert answers[0] == "r0@example.test" and answers[-1] == "r4999@example.test"
    assert len(answers) < 40


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Content-Type": "multipart/report; report-type=delivery-status"}, "delivery report"),
        ({"Content-Type": "multipart/report; report-type=disposition-notification"}, "receipt of reading"),
        ({"From": "MAILER-DAEMON@example.test", "Subject": "Returned mail: see transcript"}, "delivery report"),
    ],
)
def test_reports_of_mail_machines_are_refused(more, reason):
    assert header(mail(more=more)).refused == reason


@pytest.mark.parametrize(
    ("more", "list_id", "name"),
    [
        ({"List-Id": '"North House" <house.example.test>'}, "house.example.test", "North House"),
        ({"List-Id": "<house.example.test>"}, "house.example.test", "house"),
        ({"List-Post": "<mailto:house@example.test>"}, "house.example.test", "house"),
        ({"X-BeenThere": "house@example.test"}, "house.example.test", "house"),
        ({"List-Id": "x" * 9_000}, None, None),
        ({}, "", ""),
    ],
)
def test_the_list_of_a_mail_is_known_by_its_id(more, list_id, name):
    found = header(mail(more=more))
    assert list_id in (None, found.list_id) and name in (None, found.list_name)
    assert len(found.list_id) <= 180 and len(found.list_name) <= 80
