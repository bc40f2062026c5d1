"""Local sign-in switched off, for all or for employees: every way of a password is closed, and one way in stays."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from kit import facts, slots
from kit.models import Fact
from people import queries, services
from people.models import Company
from tests.people.providers import PASSWORD, bind, come_in, who_is_in
from tests.reading import as_read


def test_without_passwords_nobody_signs_in_with_one_nor_gets_a_link_for_one(cast, sign_on):
    sign_on.LOCAL_SIGN_IN = "no"
    page = as_read(Client().get("/account/login/").content.decode())
    assert "Continue with Corvanne ID" in page and 'type="password"' not in page
    assert Client().post("/account/login/", {"login": cast.member.email, "password": PASSWORD}).status_code == 404
    for closed in ("/account/password/reset/", "/account/password/reset/key/1-abc/"):
        assert Client().get(closed).status_code == Client().post(closed).status_code == 404
    services.ask_reset_link(email=cast.member.email, language="en")
    facts.deliver(Fact.objects.latest("pk").pk)
    assert not mail.outbox
    bind(cast.member, "sub-max")
    assert come_in(Client(), "sub-max").status_code == 302


def test_only_guests_may_keep_passwords_and_employees_are_answered_as_strangers(cast, sign_on):
    sign_on.LOCAL_SIGN_IN = "guests"
    tried = {
        login: Client().post("/account/login/", {"login": login, "password": PASSWORD})
        for login in (cast.guest.email, cast.member.email, "nobody@example.test")
    }
    assert [answer.status_code for answer in tried.values()] == [302, 200, 200]
    member, nobody = tried[cast.member.email], tried["nobody@example.test"]
    assert "don’t match" in member.content.decode() and "don’t match" in nobody.content.decode()


def test_a_printed_link_is_a_way_in_without_provider_and_password(cast, sign_on, capsys):
    sign_on.LOCAL_SIGN_IN, sign_on.OIDC_URL = "no", "http://127.0.0.1:9"
    call_command("sign_in_link", cast.admin.email)
    link = capsys.readouterr().out.strip().removeprefix("http://127.0.0.1:8000")
    client = Client()
    assert client.get(link).status_code == 200 and who_is_in(client) is None
    assert client.post(link).status_code == 302 and who_is_in(client) == cast.admin.pk
    assert Client().post(link).status_code == 404
    with pytest.raises(CommandError):
        call_command("sign_in_link", "nobody@example.test")


def test_nothing_tells_who_is_known_where_nobody_signs_in_with_a_password(cast, sign_on):
    sign_on.LOCAL_SIGN_IN = "no"
    said = {
        (answer.status_code, re.sub(r'value="[^"]+"', "", answer.content.decode()))
        for login in (cast.member.email, "nobody@example.test")
        for address, form in (
            ("/account/login/", {"login": login, "password": PASSWORD}),
            ("/account/password/reset/", {"email": login}),
        )
        for answer in [Client().post(address, form)]
    }
    assert len(said) == 1


def test_sessions_of_passwords_end_when_those_are_switched_off_and_those_of_the_provider_go_on(cast, sign_on):
    bind(cast.manager, "sub-max")
    by_provider, member, guest = Client(), Client(), Client()
    come_in(by_provider, "sub-max")
    for client, person in ((member, cast.member), (guest, cast.guest)):
        client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    seen = []
    for said in ("yes", "guests", "no"):
        sign_on.LOCAL_SIGN_IN = said
        seen.append([client.get("/account/sessions/").status_code for client in (by_provider, member, guest)])
    assert seen == [[200, 200, 200], [200, 302, 200], [200, 302, 302]]


def test_no_password_is_changed_or_chosen_where_none_counts(cast, sign_on):
    bind(cast.member, "sub-max")
    client = Client()
    come_in(client, "sub-max")
    assert client.get("/account/password/change/").status_code == 200
    sign_on.LOCAL_SIGN_IN = "no"
    new = {"oldpassword": PASSWORD, "password1": "another horse battery"}
    assert client.post("/account/password/change/", new).status_code == 404
    assert "password/change" not in client.get("/preferences/").content.decode()
    assert client.post("/preferences/sign-on/", {"password": PASSWORD, "unlink": "1"}).status_code == 404
    admin = Client()
    bind(cast.admin, "sub-new")
    come_in(admin, "sub-new")
    assert admin.post(f"/admin/people/{cast.member.public_id}/send-link/").status_code == 404


def test_an_invitation_takes_no_password_where_none_counts(cast, sign_on):
    invitation = services.invite_to_company(by=cast.admin, email="petra@example.test", display_name="Petra")
    address = services.invitation_link(invitation).removeprefix("http://127.0.0.1:8000")
    for said, has_form in (("yes", True), ("guests", False), ("no", False)):
        sign_on.LOCAL_SIGN_IN = said
        page = as_read(Client().get(address).content.decode())
        assert ('type="password"' in page) is ("two fields away" in page) is has_form
        assert "Continue with Corvanne ID" in page
    client = Client()
    client.post(address, {"display_name": "Petra", "password": "another horse battery"})
    assert who_is_in(client) is None and queries.by_mail("petra@example.test") is None
    assert come_in(client, "sub-new", invitation=address.strip("/").split("/")[-1]).status_code == 302
    assert who_is_in(client) == queries.by_mail("petra@example.test").pk


def test_the_first_administrator_comes_in_by_the_printed_link_and_the_provider(db, sign_on):
    sign_on.LOCAL_SIGN_IN = "no"
    token = services.first_admin_link().strip("/").split("/")[-1]
    assert come_in(Client(), "sub-unproven", invitation=token).status_code == 403
    client = Client()
    assert come_in(client, "sub-new", invitation=token).status_code == 302
    nora = queries.by_mail("nora.new@example.test")
    assert who_is_in(client) == nora.pk and nora.is_administrator


def test_nobody_is_entered_with_one_click_where_passwords_are_off(cast, sign_on, monkeypatch):
    Company.objects.update(is_demo=True)
    monkeypatch.setitem(slots._filled, "sign-in.demo-people", {"here": (100, lambda: [cast.member.email])})
    door = f"/enter/{cast.member.public_id}/"
    assert Client().post(door).status_code == 302
    for said in ("guests", "no"):
        sign_on.LOCAL_SIGN_IN = said
        assert Client().post(door).status_code == 404
        assert cast.member.display_name not in Client().get("/account/login/").content.decode()
