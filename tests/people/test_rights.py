"""Closing accounts, giving and taking what belongs to the account."""

import datetime as dt
import zoneinfo

import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kit import clock, facts
from kit.models import Fact
from people import services
from people.models import AccountInvitation, Person


def signed_in(person):
    client = Client()
    client.force_login(person)
    client.get("/account/sessions/")  # notes the session
    return client


def test_deactivation_ends_sessions_raises_the_epoch_and_tells_before_the_answer(
    cast, monkeypatch, django_capture_on_commit_callbacks
):
    client = signed_in(cast.member)
    heard = []

    def hear(fact):
        heard.append(fact.ids)

    monkeypatch.setitem(facts._subscribers[facts.BEFORE_ANSWER], "person.deactivated", {"test": hear})
    before = cast.member.epoch
    with django_capture_on_commit_callbacks(execute=True):
        services.deactivate(by=cast.admin, person=cast.member)
    assert heard == [{"person": cast.member.pk}]
    assert cast.member.epoch > before
    assert not UserSession.objects.filter(user=cast.member).exists()
    assert client.get("/account/sessions/").status_code == 302
    assert Fact.objects.get(name="person.signed-out").ids == {"person": cast.member.pk}


def test_member_may_not_deactivate_anybody(cast):
    with pytest.raises(PermissionDenied):
        services.deactivate(by=cast.manager, person=cast.member)


def test_the_last_administrator_stays(cast):
    with pytest.raises(ValidationError, match="only administrator"):
        services.deactivate(by=cast.admin, person=cast.admin)
    with pytest.raises(ValidationError, match="only administrator"):
        services.end_administrator(by=cast.admin, person=cast.admin)
    services.make_administrator(by=cast.admin, person=cast.member)
    services.deactivate(by=cast.member, person=cast.admin)
    assert not cast.admin.is_active


def test_deactivation_withdraws_the_links_they_sent(cast):
    services.make_administrator(by=cast.admin, person=cast.member)
    services.invite_to_company(by=cast.member, email="late@example.test")
    services.deactivate(by=cast.admin, person=cast.member)
    assert not AccountInvitation.objects.get().is_open


def test_guest_can_be_neither_administrator_nor_editor(cast):
    for give in (services.make_administrator, services.make_editor):
        with pytest.raises(ValidationError):
            give(by=cast.admin, person=cast.guest)


def test_losing_a_right_raises_the_epoch(cast):
    services.make_editor(by=cast.admin, person=cast.member)
    before = Person.objects.get(pk=cast.member.pk).epoch
    services.end_editor(by=cast.admin, person=cast.member)
    assert Person.objects.get(pk=cast.member.pk).epoch == before + 1


def test_guest_of_yesterday_is_out_at_once_and_then_closed(cast):
    client = signed_in(cast.guest)
    assert client.get("/account/sessions/").status_code == 200
    with clock.set_to(clock.now() + dt.timedelta(days=91)):
        assert not cast.guest.may_act
        assert client.get("/account/sessions/").status_code == 302
        assert services.end_guests_of_yesterday() == 1
        assert services.end_guests_of_yesterday() == 0
    assert not Person.objects.get(pk=cast.guest.pk).is_active
    assert Fact.objects.filter(name="person.deactivated").count() == 1


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_guest_stays_on_their_last_day_by_the_clock_of_the_sponsor(cast, hour):
    here = zoneinfo.ZoneInfo(cast.guest.sponsor.time_zone)
    with clock.set_to(dt.datetime.combine(cast.guest.ends_on, dt.time(hour, 59), tzinfo=here)):
        assert cast.guest.may_act
        assert services.end_guests_of_yesterday() == 0


def test_sponsor_extends_a_guest_whose_time_was_over_and_others_may_not(cast):
    with clock.set_to(clock.now() + dt.timedelta(days=91)):
        services.end_guests_of_yesterday()
        until = clock.today() + dt.timedelta(days=10)
        guest = Person.objects.get(pk=cast.guest.pk)
        with pytest.raises(PermissionDenied):
            services.extend_guest(by=cast.member, person=guest, ends_on=until)
        services.extend_guest(by=cast.manager, person=guest, ends_on=until)
        assert guest.may_sign_in


def test_sponsor_cannot_open_a_guest_whom_an_administrator_closed(cast):
    services.deactivate(by=cast.admin, person=cast.guest)
    until = clock.today() + dt.timedelta(days=200)
    services.extend_guest(by=cast.manager, person=cast.guest, ends_on=until)
    assert not cast.guest.is_active


def test_reactivating_a_guest_whose_time_is_over_asks_for_a_new_day(cast):
    services.deactivate(by=cast.admin, person=cast.guest)
    with clock.set_to(clock.now() + dt.timedelta(days=91)):
        with pytest.raises(ValidationError, match="new last day"):
            services.reactivate(by=cast.admin, person=cast.guest)
        services.reactivate(by=cast.admin, person=cast.guest, ends_on=clock.today() + dt.timedelta(days=1))
        assert cast.guest.may_sign_in


def test_stand_in_cannot_be_made_active(cast):
    stand_in = services.create_person(by=cast.admin, display_name="Old Hand", is_stand_in=True)
    with pytest.raises(ValidationError):
        services.reactivate(by=cast.admin, person=stand_in)


def test_who_does_not_administer_does_nothing_of_it_through_any_verb(cast):
    """The pages ask as well; the verbs ask by themselves, for the next door that calls them."""
    invitation = services.invite_to_company(by=cast.admin, email="late@example.test")
    services.make_editor(by=cast.admin, person=cast.reader)
    services.deactivate(by=cast.admin, person=cast.leaver)
    tomorrow = clock.today() + dt.timedelta(days=1)
    verbs = [
        lambda by: services.create_person(by=by, display_name="Nina New", email="nina@example.test"),
        lambda by: services.change_person(by=by, person=cast.reader, headline="Owned"),
        lambda by: services.change_person(by=by, person=by, email="boss@example.test"),
        lambda by: services.remove_photo(by=by, person=cast.reader),
        lambda by: services.extend_guest(by=by, person=cast.guest, ends_on=tomorrow),
        lambda by: services.change_company(by=by, name="Mine"),
        lambda by: services.set_logo(by=by, content=None),
        lambda by: services.invite_to_company(by=by, email="friend@example.test"),
        lambda by: services.withdraw_account_invitation(by=by, invitation=invitation),
        lambda by: services.deactivate(by=by, person=cast.reader),
        lambda by: services.reactivate(by=by, person=cast.leaver),
        lambda by: services.make_administrator(by=by, person=by),
        lambda by: services.end_administrator(by=by, person=cast.admin),
        lambda by: services.make_editor(by=by, person=by),
        lambda by: services.end_editor(by=by, person=cast.reader),
    ]
    for by in (cast.outsider, cast.guest, cast.leaver):
        for number, verb in enumerate(verbs):
            with pytest.raises(PermissionDenied):
                verb(by)
                pytest.fail(f"verb {number} was done by {by.display_name}")
