"""Nobody decides for themselves with a second account: who is new, or got another address, waits and is noted."""

from __future__ import annotations

import datetime as dt
import json
import logging

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from archive import services as archive
from archive.models import LogEntry, State
from archive.services.administrators import NEW_FOR
from intranet import logs
from kit import clock, times
from people import services as people
from tests.archive.cast import asked, second_administrator
from tests.conftest import make_person


def entries() -> list[tuple[str, str, str]]:
    """(kind, actor, person) of the entries about administrators."""
    rows = LogEntry.objects.filter(kind__startswith="administrator.").order_by("number")
    return [(row.kind, row.actor, json.loads(row.content)["person"]) for row in rows]


def refused(administrator, request) -> str:
    with pytest.raises(ValidationError) as refusal:
        archive.approve_access(administrator=administrator, request=request)
    return str(refusal.value.code)


def test_an_account_that_became_administrator_approves_nothing_for_a_week(cast):
    puppet = make_person("Pia Puppet")
    people.make_administrator(by=cast.admin, person=puppet)
    assert entries() == [("administrator.made", cast.admin.public_id, puppet.public_id)]
    request = asked(cast.admin, cast.spaces["hidden"])
    assert refused(puppet, request) == "new"
    now = clock.now()
    with clock.set_to(now + NEW_FOR - dt.timedelta(minutes=1)):
        assert refused(puppet, request) == "new"
    with clock.set_to(now + NEW_FOR + dt.timedelta(minutes=1)):
        again = asked(cast.admin, cast.spaces["closed"])
        assert archive.approve_access(administrator=puppet, request=again).state == State.RUNNING


def test_an_administrator_whose_address_somebody_changed_approves_nothing_for_a_week(cast):
    boss = second_administrator()
    people.change_person(by=cast.admin, person=boss, email="ada.admin+second@example.test")
    assert entries() == [("administrator.mail-changed", cast.admin.public_id, boss.public_id)]
    request = asked(cast.admin, cast.spaces["hidden"])
    assert refused(boss, request) == "new"
    assert archive.refuse_access(administrator=boss, request=request).state == State.REFUSED


def test_who_was_made_by_a_script_is_written_down_too_and_the_end_as_well(cast):
    people.make_administrator(by=people.robot(), person=cast.member)
    people.end_administrator(by=cast.admin, person=cast.member)
    assert entries() == [
        ("administrator.made", "", cast.member.public_id),
        ("administrator.ended", cast.admin.public_id, cast.member.public_id),
    ]
    people.change_person(by=cast.admin, person=cast.member, email="max@example.test")
    people.change_person(by=cast.admin, person=cast.admin, headline="Keeper")
    assert len(entries()) == 2, "an address of somebody else, or a headline, is nothing for this log"


def test_an_administrator_whose_closed_account_was_opened_again_approves_nothing_for_a_week(cast):
    """A second account of one's own, or that of who left, would need no more than to be opened for an hour."""
    boss = second_administrator()
    people.deactivate(by=cast.admin, person=boss)
    people.reactivate(by=cast.admin, person=boss)
    assert entries() == [("administrator.reopened", cast.admin.public_id, boss.public_id)]
    request = asked(cast.admin, cast.spaces["hidden"])
    assert refused(boss, request) == "new"
    assert archive.refuse_access(administrator=boss, request=request).state == State.REFUSED
    people.deactivate(by=cast.admin, person=cast.outsider)
    people.reactivate(by=cast.admin, person=cast.outsider)
    assert len(entries()) == 1, "who administers nothing is nothing for this log"


def test_an_address_that_an_administrator_changed_for_somebody_is_written_down(cast):
    """With the address goes the way in: whoever has it reads what its owner reads, and no second person was asked."""
    people.change_person(by=cast.admin, person=cast.member, email="ada.admin+max@example.test")
    row = LogEntry.objects.get(kind="account.mail-changed")
    assert (row.actor, json.loads(row.content)) == (cast.admin.public_id, {"person": cast.member.public_id})
    client = Client()
    client.force_login(cast.admin)
    log = client.get("/admin/log/").content.decode()
    assert "changed somebody’s mail address" in log and "Max Member" in log and "max@" not in log


def test_the_page_says_from_when_and_offers_to_refuse_only(cast):
    puppet = make_person("Pia Puppet")
    people.make_administrator(by=cast.admin, person=puppet)
    asked(cast.admin, cast.spaces["hidden"])
    client = Client()
    client.force_login(puppet)
    page = client.get("/admin/access/").content.decode()
    # To the minute: "from Today on" would be no answer on the seventh day.
    with timezone.override(puppet.time_zone):
        since = times.full(LogEntry.objects.get(kind="administrator.made").at + NEW_FOR)
    assert f"You can approve from {since} on" in page
    assert "/refuse/" in page and "/approve/" not in page
    log = client.get("/admin/log/").content.decode()
    assert "made somebody administrator" in log and "Pia Puppet" in log


def test_the_head_reaches_the_machines_own_log_whatever_its_level_is(cast, caplog, django_capture_on_commit_callbacks):
    second_administrator()
    assert logging.getLogger("parvis.archive").isEnabledFor(logging.INFO)
    for level in logs.LEVELS:
        made = logs.configuration(level=level, form="text")["loggers"]["parvis.archive"]["level"]
        assert made in ("INFO", "DEBUG")
    with django_capture_on_commit_callbacks(execute=True):
        asked(cast.admin, cast.spaces["hidden"])
    (said,) = [record for record in caplog.records if record.name == "parvis.archive"]
    assert LogEntry.objects.get().hash in logs.Text().format(
        said
    ) and LogEntry.objects.get().hash in logs.Json().format(said)
