"""A guest's last day ends at midnight where the sponsor is, for every question at the same moment."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.core.exceptions import ValidationError

from groups import policy, queries
from kit import clock
from live import accounts
from people import services
from people.models import Person

DAY = dt.date(2027, 3, 27)  # the night after it, clocks go forward in Europe
SECOND = dt.timedelta(seconds=1)


def midnight_after(day: dt.date, zone: str) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zoneinfo.ZoneInfo(zone))


@pytest.fixture(params=["Europe/Paris", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"])
def zone(request, cast):
    """The zone of the sponsor, another one than the guest's own; the guest's last day is ``DAY``."""
    services.change_preferences(person=cast.manager, time_zone=request.param)
    services.change_preferences(person=cast.guest, time_zone="Pacific/Honolulu")
    services.extend_guest(by=cast.manager, person=Person.objects.get(pk=cast.guest.pk), ends_on=DAY)
    return request.param


def answers(cast) -> set[bool]:
    """Every place that asks whether the guest is in."""
    guest, space = Person.objects.get(pk=cast.guest.pk), cast.spaces["open"]
    return {
        guest.may_act,
        Person.objects.active().filter(pk=guest.pk).exists(),
        policy.can(guest, "read", space),
        policy.audience(space).filter(pk=guest.pk).exists(),
        queries.members_of(space).filter(person=guest).exists(),
        not accounts.moved({guest.pk: guest.epoch}),
    }


def test_the_guest_is_in_to_the_last_second_where_the_sponsor_is_and_out_at_midnight(cast, zone):
    end = midnight_after(DAY, zone)
    with clock.set_to(end - SECOND):
        assert answers(cast) == {True}
        assert services.end_guests_of_yesterday() == 0
    with clock.set_to(end):
        assert answers(cast) == {False}
        assert services.end_guests_of_yesterday() == 1


def test_the_last_day_can_still_be_today_where_the_sponsor_is_and_no_longer_once_it_is_over(cast, zone):
    guest = Person.objects.get(pk=cast.guest.pk)
    with clock.set_to(midnight_after(DAY, zone) - SECOND):
        services.extend_guest(by=cast.manager, person=guest, ends_on=DAY)
    with clock.set_to(midnight_after(DAY, zone)), pytest.raises(ValidationError):
        services.extend_guest(by=cast.manager, person=guest, ends_on=DAY)


def test_a_sponsor_who_travels_moves_nobody_s_last_day(cast, zone):
    before = Person.objects.get(pk=cast.guest.pk).ends_at
    services.change_preferences(person=cast.manager, time_zone="Pacific/Honolulu")
    services.change_preferences(person=Person.objects.get(pk=cast.guest.pk), language="fr")
    assert Person.objects.get(pk=cast.guest.pk).ends_at == before
