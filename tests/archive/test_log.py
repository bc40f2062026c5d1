"""The log: written one entry at a time, never changed, and every tampering has a name."""

from __future__ import annotations

import hashlib
import io
import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from archive import verifying
from archive.chain import BEGINNING, digest_of
from archive.models import LogEntry
from archive.services import write_down
from tests.archive.conftest import unguarded

LAST = "FROM archive_logentry WHERE number = 5"


@pytest.fixture
def five(cast):
    """Five entries."""
    with transaction.atomic():
        return [write_down(actor=cast.admin, kind="access.asked", hours=number) for number in range(1, 6)]


def said(**options) -> str:
    out = io.StringIO()
    call_command("verify_log", stdout=out, **options)
    return out.getvalue()


def complaint(**options) -> str:
    with pytest.raises(CommandError) as refusal:
        said(**options)
    return str(refusal.value)


def forge(entry: LogEntry) -> None:
    """Give ``entry`` the hash that fits what stands in it."""
    entry.hash = digest_of(entry)


def test_an_entry_holds_who_what_and_when_and_the_hash_of_the_one_before(cast, five):
    first, second = LogEntry.objects.order_by("number")[:2]
    assert (first.number, first.actor, first.kind) == (1, cast.admin.public_id, "access.asked")
    assert json.loads(first.content) == {"hours": 1}
    assert first.previous == BEGINNING and second.previous == first.hash


def test_a_hash_can_be_made_again_without_parvis(five):
    entry = LogEntry.objects.get(number=2)
    text = (
        f'{{"actor":"{entry.actor}","at":"{entry.at:%Y-%m-%dT%H:%M:%S.%f}+00:00","content":"{{\\"hours\\":2}}",'
        f'"kind":"access.asked","number":2,"previous":"{entry.previous}"}}'
    )
    assert hashlib.sha256(text.encode()).hexdigest() == entry.hash


def test_what_is_written_in_any_language_is_hashed_the_same_when_it_is_read_back(cast, db):
    with transaction.atomic():
        write_down(actor=None, kind="access.asked", reason="Überprüfung « été » 📎 \u2028")
    assert verifying.verify().is_whole


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_down_outside_the_transaction_of_the_act():
    with pytest.raises(RuntimeError):
        write_down(actor=None, kind="access.asked")


def test_an_act_that_is_rolled_back_leaves_no_entry(cast, db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write_down(actor=cast.admin, kind="access.asked")
        raise ZeroDivisionError
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE archive_logentry SET content = '{}' WHERE number = 2",
        "DELETE FROM archive_logentry WHERE number = 5",
        "DELETE FROM archive_logentry",
        f"INSERT INTO archive_logentry SELECT 9, at, actor, kind, content, 'x', 'y' {LAST}",
        f"INSERT INTO archive_logentry SELECT 6, at, actor, kind, content, 'x', 'y' {LAST}",
        f"REPLACE INTO archive_logentry SELECT 5, at, actor, kind, '{{}}', previous, hash {LAST}",
        "TRUNCATE archive_logentry",
    ],
)
def test_the_database_refuses_to_change_the_log(five, statement):
    before = list(LogEntry.objects.values_list("number", "content", "hash"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(LogEntry.objects.values_list("number", "content", "hash")) == before


def test_a_log_as_it_was_written_is_whole_and_its_head_is_printed(five):
    assert said() == f"The log is whole: 5 entries.\nHead: 5:{five[-1].hash}\n"
    assert "whole" in said(head=f"3:{five[2].hash}")


def test_an_empty_log_is_whole_and_has_no_head(db):
    assert said() == "The log is whole: 0 entries.\n"


def test_a_head_that_is_none_is_refused_in_one_sentence(db):
    assert "64 hex digits" in complaint(head="5:abc")


# Tamperings, each with the number of the first entry it breaks and what the verifier says of it.
def change(cursor, five):
    cursor.execute("UPDATE archive_logentry SET content = '{\"hours\":9}' WHERE number = 2")
    return "entry 2 is not as it was written"


def change_the_moment(cursor, five):
    LogEntry.objects.filter(number=4).update(at=five[0].at.replace(year=2020))
    return "entry 4 is not as it was written"


def change_who(cursor, five):
    cursor.execute("UPDATE archive_logentry SET actor = '' WHERE number = 1")
    return "entry 1 is not as it was written"


def change_and_hash(cursor, five):
    five[1].content = "{}"
    forge(five[1])
    five[1].save()
    return "entry 3 does not follow the entry before it"


def remove(cursor, five):
    cursor.execute("DELETE FROM archive_logentry WHERE number = 3")
    return "entry 3 is missing: entry 4 stands in its place"


def remove_the_first(cursor, five):
    cursor.execute("DELETE FROM archive_logentry WHERE number = 1")
    return "entry 1 is missing: entry 2 stands in its place"


def remove_and_close_the_gap(cursor, five):
    cursor.execute("DELETE FROM archive_logentry WHERE number = 3")
    cursor.execute("UPDATE archive_logentry SET number = 3 WHERE number = 4")
    cursor.execute("UPDATE archive_logentry SET number = 4 WHERE number = 5")
    return "entry 3 does not follow the entry before it"


def exchange_two(cursor, five):
    for old, new in ((2, 99), (3, 2), (99, 3)):
        cursor.execute(f"UPDATE archive_logentry SET number = {new} WHERE number = {old}")
    return "entry 2 does not follow the entry before it"


def slip_one_in_before_the_beginning(cursor, five):
    LogEntry.objects.create(number=0, at=five[0].at, kind="x", content="{}", previous="z", hash="q")
    return "entry 1 is missing: entry 0 stands in its place"


def add_one_that_does_not_follow(cursor, five):
    entry = LogEntry(number=6, at=five[0].at, actor="", kind="x", content="{}", previous=BEGINNING[::-1])
    forge(entry)
    entry.save(force_insert=True)
    return "entry 6 does not follow the entry before it"


@pytest.mark.parametrize(
    "tamper",
    [
        change,
        change_the_moment,
        change_who,
        change_and_hash,
        remove,
        remove_the_first,
        remove_and_close_the_gap,
        exchange_two,
        slip_one_in_before_the_beginning,
        add_one_that_does_not_follow,
    ],
    ids=lambda tamper: tamper.__name__,
)
def test_a_tampering_is_named(five, tamper):
    with unguarded() as cursor:
        expected = tamper(cursor, five)
    assert complaint() == f"The log is broken: {expected}."


def test_an_end_that_was_cut_off_is_missed_by_who_kept_the_head(five):
    with unguarded() as cursor:
        cursor.execute("DELETE FROM archive_logentry WHERE number > 3")
    assert "whole: 3 entries" in said()
    assert (
        complaint(head=f"5:{five[-1].hash}") == "The log is broken: entry 4 is missing: the log once went to entry 5."
    )


def test_a_log_that_was_written_anew_as_a_whole_is_found_by_who_kept_a_head(five):
    kept, previous = f"5:{five[-1].hash}", BEGINNING
    with unguarded() as cursor:
        cursor.execute("DELETE FROM archive_logentry")
        for entry in five:
            entry.content, entry.previous = "{}", previous
            forge(entry)
            entry.save(force_insert=True)
            previous = entry.hash
    assert "whole: 5 entries" in said()
    assert "entry 5 has another hash" in complaint(head=kept)


def test_a_database_that_would_let_the_log_be_changed_is_named(five):
    with unguarded():
        assert "no longer refuses changes" in complaint()
    assert "whole" in said()


def test_a_long_log_is_walked_through_in_parts(five, monkeypatch):
    monkeypatch.setattr(verifying, "AT_ONCE", 2)
    counted = []
    assert verifying.verify(advance=counted.append).count == 5 == sum(counted)


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_make_one_chain(log_of_transactions):
    def write():
        try:
            for _ in range(5):
                with transaction.atomic():
                    write_down(actor=None, kind="access.asked")
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verifying.verify()
    assert verdict.is_whole and verdict.count == 30
