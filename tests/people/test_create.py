"""Making an account, and what hangs on it."""

import datetime as dt

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError

from kit import clock
from kit.models import Fact
from people import services
from people.models import NAME_LIMIT, Person


@pytest.fixture
def parvis(db):
    return services.robot()


def test_robot_makes_an_employee_with_a_personal_wall_and_tells(parvis):
    person = services.create_person(by=parvis, display_name="Nora New", email=" Nora@Example.test ", place="Lyon")
    assert person.email == "nora@example.test"
    assert person.personal_space.name == "Nora New"
    assert not person.has_usable_password()
    assert Fact.objects.get(name="person.created").ids == {"person": person.pk}


def test_the_same_robot_comes_back_and_cannot_sign_in(parvis):
    assert services.robot().pk == parvis.pk
    assert not parvis.may_sign_in


def test_employee_may_not_make_an_account(cast):
    with pytest.raises(PermissionDenied):
        services.create_person(by=cast.member, display_name="X")


def test_closed_administrator_may_not_make_an_account(cast):
    cast.admin.is_active = False
    with pytest.raises(PermissionDenied):
        services.create_person(by=cast.admin, display_name="X")


def test_a_name_that_grows_when_it_is_folded_is_refused_with_the_limit(cast, client):
    """One sign may stand for eighteen: a field lets eighty of them pass, and PostgreSQL does not."""
    name = "\ufdfa" * NAME_LIMIT
    with pytest.raises(ValidationError, match="at most 80 fit"):
        services.create_person(by=cast.admin, display_name=name)
    made = services.invite_to_company(by=cast.admin, email="new@example.test")
    form = {"display_name": name, "password": "three words remembered"}
    answer = client.post(services.invitation_link(made).removeprefix(settings.PUBLIC_URL), form)
    assert answer.status_code == 200 and "at most 80 fit" in answer.content.decode()


def test_mail_is_taken_whatever_its_capitals(parvis):
    services.create_person(by=parvis, display_name="A", email="a@example.test")
    with pytest.raises(ValidationError, match=r"a@example\.test already has an account"):
        services.create_person(by=parvis, display_name="B", email="A@EXAMPLE.test")


def test_guest_needs_sponsor_and_end(cast, parvis):
    with pytest.raises(ValidationError):
        services.create_person(by=parvis, display_name="G", is_employee=False, sponsor=cast.member)
    until = clock.today() + dt.timedelta(days=3)
    guest = services.create_person(by=parvis, display_name="G", is_employee=False, sponsor=cast.member, ends_on=until)
    assert guest.is_guest and not hasattr(guest, "personal_space")


def test_stand_in_is_inactive_whatever_is_asked(parvis):
    person = services.create_person(by=parvis, display_name="Old Hand", is_stand_in=True, is_active=True)
    assert not person.is_active and not person.may_sign_in


def test_nothing_stays_when_a_maker_fails(parvis, monkeypatch):
    from kit import slots

    def fail(*, person):
        raise RuntimeError

    monkeypatch.setattr(slots, "filled", lambda name: [fail])
    with pytest.raises(RuntimeError):
        services.create_person(by=parvis, display_name="Half Made")
    assert not Person.objects.filter(display_name="Half Made").exists()
