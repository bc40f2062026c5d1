"""Links that let one new person in."""

import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kit import clock, facts
from kit.models import Fact
from people import queries, services
from people.models import AccountInvitation, Person


def path_of(invitation):
    return services.invitation_link(invitation).split("8000", 1)[1]


def test_administrator_invites_and_the_new_person_comes_in(cast):
    invitation = services.invite_to_company(by=cast.admin, email="Nora@Example.test", display_name="Nora New")
    facts.deliver(Fact.objects.get(name="account-invitation.made").pk)
    assert mail.outbox[0].to == ["nora@example.test"] and services.invitation_link(invitation) in mail.outbox[0].body
    client = Client()
    assert "Nora New" in client.get(path_of(invitation)).content.decode()
    form = {"display_name": "Nora New", "password": "seven green apples", "email": "other@example.test"}
    assert client.post(path_of(invitation), form).status_code == 302
    nora = Person.objects.get(display_name="Nora New")
    assert nora.email == "nora@example.test"
    assert nora.is_employee and not nora.is_administrator and nora.personal_space
    assert client.get("/people/").status_code == 200


def test_secret_is_not_in_the_database(cast):
    invitation = services.invite_to_company(by=cast.admin, email="n@example.test")
    secret = path_of(invitation).strip("/").split("/")[-1]
    assert secret not in str(AccountInvitation.objects.values().get())


def test_used_withdrawn_expired_and_unknown_links_give_the_same_answer(cast):
    used, withdrawn, expired = (
        services.invite_to_company(by=cast.admin, email=f"{name}@example.test") for name in ("a", "b", "c")
    )
    client = Client()
    client.post(path_of(used), {"display_name": "A", "password": "seven green apples"})
    services.withdraw_account_invitation(by=cast.admin, invitation=withdrawn)
    AccountInvitation.objects.filter(pk=expired.pk).update(expires_at=clock.now())
    answers = {
        (answer.status_code, answer.content)
        for path in (path_of(used), path_of(withdrawn), path_of(expired), "/invitation/" + "0" * 64 + "/")
        for answer in (Client().get(path), Client().post(path, {"display_name": "X", "password": "seven green apples"}))
    }
    assert len(answers) == 1 and answers.pop()[0] == 404
    assert not Person.objects.filter(display_name="X").exists()


def test_member_may_invite_no_employee_and_guest_nobody(cast):
    with pytest.raises(PermissionDenied):
        services.invite_to_company(by=cast.member, email="n@example.test")
    until = clock.today() + dt.timedelta(days=9)
    with pytest.raises(PermissionDenied):
        services.invite_to_company(
            by=cast.guest, email="n@example.test", is_employee=False, employer="B", ends_on=until
        )


def test_guest_invited_by_an_employee_has_them_as_sponsor_and_no_wall(cast):
    until = clock.today() + dt.timedelta(days=9)
    invitation = services.invite_to_company(
        by=cast.member, email="g@example.test", is_employee=False, employer="Brenner", ends_on=until
    )
    token = path_of(invitation).strip("/").split("/")[-1]
    guest = services.accept_account_invitation(token=token, display_name="G", password="seven green apples")
    assert guest.sponsor == cast.member and guest.ends_on == until and guest.is_guest
    assert not hasattr(guest, "personal_space")
    assert services.accept_account_invitation(token=token, display_name="H", password="x") is None


def test_link_ends_when_its_host_is_closed(cast):
    until = clock.today() + dt.timedelta(days=9)
    invitation = services.invite_to_company(
        by=cast.member, email="g@example.test", is_employee=False, employer="B", ends_on=until
    )
    services.deactivate(by=cast.admin, person=cast.member)
    assert Client().get(path_of(invitation)).status_code == 404


def test_second_invitation_to_an_address_ends_the_first(cast):
    first = services.invite_to_company(by=cast.admin, email="n@example.test")
    services.invite_to_company(by=cast.admin, email="N@example.test")
    assert Client().get(path_of(first)).status_code == 404


def test_address_with_an_account_is_not_invited(cast):
    with pytest.raises(ValidationError, match="already has an account"):
        services.invite_to_company(by=cast.admin, email=cast.member.email.upper())


def test_weak_password_is_refused_and_the_link_still_works(cast):
    invitation = services.invite_to_company(by=cast.admin, email="n@example.test")
    answer = Client().post(path_of(invitation), {"display_name": "N", "password": "short"})
    assert answer.status_code == 200 and not Person.objects.filter(email="n@example.test").exists()


def test_first_link_makes_the_first_administrator_once(db):
    link = services.first_admin_link()
    assert link == services.first_admin_link()
    path = "/" + link.split("/", 3)[3]
    form = {"display_name": "Ada", "email": "ada@example.test", "password": "seven green apples"}
    client = Client()
    assert client.post(path, form).status_code == 302
    assert Person.objects.get(email="ada@example.test").is_administrator
    assert services.first_admin_link() is None
    assert Client().get(path).status_code == 404
    assert queries.administrators().count() == 1
    assert client.get("/admin/people/").status_code == 200


def test_create_admin_makes_an_administrator(db, monkeypatch):
    from django.core.management import call_command

    monkeypatch.setenv("PARVIS_ADMIN_PASSWORD", "seven green apples")
    call_command("create_admin", email="ada@example.test", name="Ada")
    ada = Person.objects.get(email="ada@example.test")
    assert ada.is_administrator and ada.check_password("seven green apples")
