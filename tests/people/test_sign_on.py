"""Single sign-on with a real provider: who comes in, who doesn't, what ends it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from kit import clock, facts
from kit.models import Fact
from people import one_time, queries, services
from people.models import Person
from tests.people import providers

PASSWORD = "correct horse battery"
CALLBACK = "http://127.0.0.1:8000/sign-on/callback/"


@pytest.fixture(scope="module")
def issuer():
    with providers.real_provider(callback=CALLBACK) as address:
        yield address


@pytest.fixture
def sign_on(settings, issuer):
    cache.clear()
    settings.OIDC_URL, settings.HAS_SIGN_ON = issuer, True
    settings.OIDC_CLIENT, settings.OIDC_SECRET, settings.OIDC_NAME = providers.CLIENT, providers.SECRET, "Corvanne ID"
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    yield settings
    cache.clear()


def come_in(client: Client, subject: str, address: str = "/sign-on/", **form):
    """Press our button, sign in at the provider as ``subject``, come back; the last answer."""
    return client.get(providers.sign_in_there(providers.address_in(client.post(address, form)), subject))


def bind(person: Person, subject: str) -> SocialAccount:
    return SocialAccount.objects.create(user=person, provider=queries.provider_id(), uid=subject)


def who_is_in(client: Client) -> int | None:
    key = client.session.get("_auth_user_id")
    return int(key) if key else None


def test_whoever_is_bound_comes_in_and_lands_where_they_wanted(cast, sign_on):
    bind(cast.member, "sub-max")
    client = Client()
    answer = come_in(client, "sub-max", next="/groups/")
    assert answer.status_code == 302 and answer["Location"] == "/groups/"
    assert who_is_in(client) == cast.member.pk
    assert client.get("/people/").status_code == 200
    assert UserSession.objects.filter(user=cast.member).count() == 1


def test_the_way_back_never_leads_to_another_site(cast, sign_on):
    bind(cast.member, "sub-max")
    assert come_in(Client(), "sub-max", next="https://evil.example/")["Location"] == "/"


def test_the_same_mail_address_opens_nobodys_account(cast, sign_on):
    client = Client()
    answer = come_in(client, "sub-max")
    assert answer.status_code == 403 and "No account here is connected" in answer.content.decode()
    assert who_is_in(client) is None and not SocialAccount.objects.exists()


def test_the_same_mail_address_opens_nobodys_account_where_newcomers_are_let_in(cast, sign_on):
    sign_on.OIDC_NEWCOMERS, sign_on.OIDC_DOMAINS = True, ["example.test"]
    client = Client()
    assert come_in(client, "sub-max").status_code == 403
    assert who_is_in(client) is None and not SocialAccount.objects.exists()


def test_subjects_of_another_issuer_open_nothing(cast, sign_on):
    bind(cast.member, "sub-max")
    SocialAccount.objects.update(provider="oidc-" + "0" * 32)
    assert come_in(Client(), "sub-max").status_code == 403


def test_stranger_closed_ended_taken_and_unlisted_get_the_same_answer(cast, sign_on):
    services.deactivate(by=cast.admin, person=cast.leaver)
    bind(cast.leaver, "sub-new")
    Person.objects.filter(pk=cast.guest.pk).update(ends_at=clock.now() - dt.timedelta(days=1))
    bind(cast.guest, "sub-unproven")
    said = set()
    for subject in ("sub-max", "sub-new", "sub-unproven", "sub-elsewhere"):
        answer = come_in(Client(), subject)
        said.add((answer.status_code, re.sub(r'value="[^"]+"', "", answer.content.decode())))
    assert len(said) == 1


def test_newcomers_get_an_employees_account_only_where_allowed(cast, sign_on):
    assert come_in(Client(), "sub-new").status_code == 403
    sign_on.OIDC_NEWCOMERS, sign_on.OIDC_DOMAINS = True, ["example.test"]
    client = Client()
    assert come_in(client, "sub-new").status_code == 302
    nora = queries.by_mail("nora.new@example.test")
    assert who_is_in(client) == nora.pk
    assert nora.is_employee and not nora.is_administrator and nora.display_name == "Nora New"
    assert not nora.has_usable_password() and nora.personal_space is not None
    assert come_in(Client(), "sub-new").status_code == 302
    assert Person.objects.filter(display_name="Nora New").count() == 1


@pytest.mark.parametrize("subject", ["sub-unproven", "sub-elsewhere"])
def test_newcomers_need_a_proven_address_of_the_company(cast, sign_on, subject):
    sign_on.OIDC_NEWCOMERS, sign_on.OIDC_DOMAINS = True, ["example.test"]
    assert come_in(Client(), subject).status_code == 403


def test_who_is_invited_as_a_guest_is_not_made_an_employee(cast, sign_on):
    sign_on.OIDC_NEWCOMERS, sign_on.OIDC_DOMAINS = True, ["example.test"]
    services.invite_to_company(
        by=cast.manager, email="nora.new@example.test", is_employee=False, employer="Brenner",
        ends_on=clock.now().date() + dt.timedelta(days=9),
    )  # fmt: skip
    assert come_in(Client(), "sub-new").status_code == 403


def test_an_invitation_is_accepted_without_a_password(cast, sign_on):
    invitation = services.invite_to_company(
        by=cast.manager, email="somebody@brenner.test", is_employee=False, employer="Brenner",
        ends_on=clock.now().date() + dt.timedelta(days=9),
    )  # fmt: skip
    token = services.invitation_link(invitation).rstrip("/").rpartition("/")[2]
    assert "Continue with Corvanne ID" in Client().get(f"/invitation/{token}/").content.decode()
    client = Client()
    assert come_in(client, "sub-new", invitation=token).status_code == 302
    guest = queries.by_mail("somebody@brenner.test")
    assert who_is_in(client) == guest.pk and guest.is_guest and guest.sponsor_id == cast.manager.pk
    assert come_in(Client(), "sub-elsewhere", invitation=token).status_code == 403


def test_a_claim_is_asked_for_at_every_sign_in(cast, sign_on):
    sign_on.OIDC_CLAIM = "groups=parvis"
    bind(cast.member, "sub-max")
    bind(cast.manager, "sub-new")
    assert come_in(Client(), "sub-max").status_code == 403
    assert come_in(Client(), "sub-new").status_code == 302


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
    back = providers.sign_in_there(
        providers.address_in(client.post("/preferences/sign-on/", {"password": PASSWORD})), "sub-max"
    )
    services.end_sessions(person=cast.member)
    client.logout()
    assert client.get(back).status_code == 502
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


def test_without_passwords_nobody_signs_in_with_one_nor_gets_a_link_for_one(cast, sign_on):
    sign_on.LOCAL_SIGN_IN = "no"
    page = Client().get("/account/login/").content.decode()
    assert "Continue with Corvanne ID" in page and 'type="password"' not in page
    assert Client().post("/account/login/", {"login": cast.member.email, "password": PASSWORD}).status_code == 404
    assert Client().get("/account/password/reset/").status_code == 404
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


def test_a_provider_that_does_not_answer_says_so_in_one_sentence(cast, sign_on, caplog):
    sign_on.OIDC_URL = "http://127.0.0.1:9"
    answer = Client().post("/sign-on/")
    assert answer.status_code == 502 and "did not answer" in answer.content.decode()
    assert "Traceback" not in caplog.text and "ConnectionError" in caplog.text


def test_tries_that_fail_are_counted_and_those_that_succeed_are_not(cast, sign_on):
    for _ in range(20):
        assert Client().get("/sign-on/callback/?state=made-up&code=x").status_code == 502
    answer = Client().get("/sign-on/callback/?state=made-up&code=x")
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 800


def test_beginning_needs_a_form_of_ours(cast, sign_on):
    assert Client().get("/sign-on/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/sign-on/").status_code == 403


def test_without_a_provider_there_is_nothing_at_these_addresses(cast):
    client = Client()
    assert client.post("/sign-on/").status_code == 404
    assert client.get("/sign-on/callback/?code=x&state=y").status_code == 404
    assert client.get("/sign-on/link/x/").status_code == 404
    client.force_login(cast.member)
    assert client.get("/preferences/sign-on/").status_code == 404
    assert "Company account" not in client.get("/preferences/").content.decode()
