"""Who decides, ends or closes at the same moment as another: one after the other, and neither waits for ever."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive import services as archive
from archive.models import AccessRequest, LogEntry
from groups.models import TimedAccess
from kit import clock
from people import services as people
from tests.archive.cast import asked, opened, second_administrator
from tests.conftest import make_person


def kinds() -> list[str]:
    return list(LogEntry.objects.order_by("number").values_list("kind", flat=True))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_does(log_of_transactions, cast):
    bosses = [second_administrator(), make_person("Bea Boss", is_administrator=True)]
    request = asked(cast.admin, cast.spaces["hidden"])
    barrier, outcomes = threading.Barrier(2), []

    def approve(boss):
        try:
            barrier.wait()
            archive.approve_access(administrator=boss, request=AccessRequest.objects.get(pk=request.pk))
            outcomes.append("approved")
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    racers = [threading.Thread(target=approve, args=[boss]) for boss in bosses]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) == ["approved", "decided"]
    assert TimedAccess.objects.count() == 1 and kinds() == ["access.asked", "access.approved"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time: that is its turn")
@pytest.mark.parametrize("how", ["ended", "over", "closed"])
def test_who_ends_an_access_has_the_turn_in_the_log_before_the_space(cast, how):
    boss = second_administrator()
    request = opened(cast.admin, boss, cast.spaces["hidden"], hours=1)
    passes = dt.timedelta(hours=2 if how == "over" else 0)
    with CaptureQueriesContext(connection) as queries, clock.set_to(clock.now() + passes):
        if how == "ended":
            archive.end_access(administrator=boss, request=request)
        elif how == "over":
            assert archive.put_away() == 1
        else:
            people.deactivate(by=boss, person=cast.admin)
    asked_for = [query["sql"] for query in queries]
    turn = next(number for number, sql in enumerate(asked_for) if "pg_advisory_xact_lock" in sql)
    space = next(number for number, sql in enumerate(asked_for) if sql.startswith('UPDATE "groups_space"'))
    assert turn < space
