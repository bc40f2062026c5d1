"""Connecting an account with the company account, ending that, and what ends a session from there."""

from __future__ import annotations

import datetime as dt
import re

from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from kit import clock, facts
from kit.models import Fact
from people import one_time, services
from tests.people.providers import PASSWORD, address_in, bind, come_in, sign_in_there, who_is_in


def test_one_connects_ones_account_with_the_password_and_only_then(cast, sign_on):
    client = Client()
    client.force_login(cast.member)
    refused = client.post("/preferences/sign-on/", {"password": "wrong"})
    assert refused.status_code == 200 and "not your present password" in refused.content.decode()
    assert come_in(client, "sub-max", "/preferences/sign-on/", password=PASSWORD).status_code == 302
    row = SocialAccount.objects.get()
    assert (row.user_id, row.uid, row.extra_data) == (cast.member.pk, "sub-max", {})
    assert not SocialToken.objects.exists()
    facts.deliver(Fact.objects.get(name="sign-on.linked").pk)
    assert mail.outbox[0].to == [cast.member.email]
    assert come_in(Client(), "sub-max").status_code == 302


def test_an_identity_opens_one_account_only(cast, sign_on):
    bind(cast.manager, "sub-max")
    client = Client()
    client.force_login(cast.member)
    come_in(client, "sub-max", "/preferences/sign-on/", password=PASSWORD)
    assert SocialAccount.objects.get().user_id == cast.manager.pk
    assert "connected already" in client.get("/preferences/sign-on/").content.decode()


def test_who_asked_to_connect_and_signed_out_meanwhile_connects_nothing(cast, sign_on):
    client = Client()
    client.force_login(cast.member)
    back = sign_in_there(address_in(client.post("/preferences/sign-on/", {"password": PASSWORD})), "sub-max")
    services.end_sessions(person=cast.member)
    client.logout()
    assert client.get(back).status_code == 400
    assert not SocialAccount.objects.exists()


def test_ending_the_connection_ends_every_session(cast, sign_on):
    bind(cast.member, "sub-max")
    there = Client()
    come_in(there, "sub-max")
    assert there.get("/people/").status_code == 200
    here = Client()
    here.force_login(cast.member)
    assert here.post("/preferences/sign-on/", {"password": PASSWORD, "unlink": "1"}).status_code == 302
    assert there.get("/people/").status_code == 302 and not SocialAccount.objects.exists()
    assert come_in(Client(), "sub-max").status_code == 403


def test_an_administrators_link_connects_once(cast, sign_on):
    admin = Client()
    admin.force_login(cast.admin)
    admin.post(f"/admin/people/{cast.member.public_id}/send-sign-on-link/")
    facts.deliver(Fact.objects.get(name="sign-on-link.asked").pk)
    link = re.search(r"http://[^/]+(/sign-on/link/\S+)", mail.outbox[0].body).group(1)
    assert mail.outbox[0].to == [cast.member.email]
    client = Client()
    assert "Corvanne ID" in client.get(link).content.decode()
    assert come_in(client, "sub-elsewhere", link).status_code == 302
    assert who_is_in(client) == cast.member.pk
    assert Client().get(link).status_code == Client().get("/sign-on/link/made-up/").status_code == 404
    assert Client().get(link).content == Client().get("/sign-on/link/made-up/").content


def test_a_link_is_over_after_a_day_and_with_the_account(cast, sign_on):
    import time_machine

    address = one_time.address_for(cast.member, one_time.BIND).removeprefix("http://127.0.0.1:8000")
    assert Client().get(address).status_code == 200
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)):
        assert Client().get(address).status_code == 404
    services.deactivate(by=cast.admin, person=cast.member)
    assert Client().get(address).status_code == 404


def test_only_an_administrator_sends_links_and_ends_connections_of_others(cast, sign_on):
    bind(cast.manager, "sub-max")
    client = Client()
    client.force_login(cast.member)
    for verb in ("send-sign-on-link", "unlink"):
        assert client.post(f"/admin/people/{cast.manager.public_id}/{verb}/").status_code == 404
    assert SocialAccount.objects.exists()
    client.force_login(cast.admin)
    client.post(f"/admin/people/{cast.manager.public_id}/unlink/")
    assert not SocialAccount.objects.exists()


def test_a_closed_account_is_out_at_once_and_stays_out(cast, sign_on):
    bind(cast.member, "sub-max")
    client = Client()
    come_in(client, "sub-max")
    assert client.get("/people/").status_code == 200
    services.deactivate(by=cast.admin, person=cast.member)
    assert client.get("/people/").status_code == 302
    assert come_in(Client(), "sub-max").status_code == 403


def test_a_session_from_the_provider_ends_by_the_clock(cast, sign_on):
    sign_on.OIDC_HOURS = 3
    bind(cast.member, "sub-max")
    client = Client()
    come_in(client, "sub-max")
    assert 3 * 3600 - 60 < client.session.get_expiry_age() <= 3 * 3600


def test_a_session_whose_time_is_over_is_told_to_its_sockets(cast, sign_on):
    bind(cast.member, "sub-max")
    client, other = Client(), Client()
    come_in(client, "sub-max")
    client.get("/people/")
    other.force_login(cast.manager)
    other.get("/people/")
    assert services.end_sessions_whose_time_is_over() == 0
    Session.objects.filter(session_key=client.session.session_key).update(expire_date=clock.now())
    assert services.end_sessions_whose_time_is_over() == 1
    assert Fact.objects.filter(name="person.signed-out", ids={"person": cast.member.pk}).exists()
    assert other.get("/people/").status_code == 200


def test_signing_out_everywhere_ends_sessions_from_the_provider_too(cast, sign_on):
    bind(cast.member, "sub-max")
    here, there = Client(), Client()
    for client in (here, there):
        come_in(client, "sub-max")
        assert client.get("/people/").status_code == 200
    here.post("/account/sessions/", {"everywhere": "1"})
    assert [client.get("/people/").status_code for client in (here, there)] == [302, 302]


def test_sessions_just_over_are_kept_until_their_sockets_were_told(cast, sign_on):
    from intranet.tasks import clear_sessions

    bind(cast.member, "sub-max")
    client = Client()
    come_in(client, "sub-max")
    client.get("/people/")
    Session.objects.update(expire_date=clock.now() - dt.timedelta(seconds=30))
    clear_sessions()
    assert services.end_sessions_whose_time_is_over() == 1
    Session.objects.create(session_key="old", session_data="", expire_date=clock.now() - dt.timedelta(hours=2))
    clear_sessions()
    assert not Session.objects.filter(session_key="old").exists()
