"""Single sign-on with a real provider: who comes in, who doesn't, and where to."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client

from kit import clock
from people import queries, services
from people.models import Person
from tests.people.providers import bind, come_in, who_is_in
from tests.reading import as_read


def test_whoever_is_bound_comes_in_and_lands_where_they_wanted(cast, sign_on):
    bind(cast.member, "sub-max")
    client = Client()
    answer = come_in(client, "sub-max", next="/groups/")
    assert answer.status_code == 302 and answer["Location"] == "/groups/"
    assert who_is_in(client) == cast.member.pk
    assert client.get("/people/").status_code == 200
    assert UserSession.objects.filter(user=cast.member).count() == 1


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "\t//e.example",
    ],
)
def test_the_way_back_never_leads_to_another_site(cast, sign_on, wanted):
    bind(cast.member, "sub-max")
    assert come_in(Client(), "sub-max", next=wanted)["Location"] == "/"


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
    assert "Continue with Corvanne ID" in as_read(Client().get(f"/invitation/{token}/").content.decode())
    client = Client()
    assert come_in(client, "sub-new", invitation=token).status_code == 302
    guest = queries.by_mail("somebody@brenner.test")
    assert who_is_in(client) == guest.pk and guest.is_guest and guest.sponsor_id == cast.manager.pk
    assert come_in(Client(), "sub-elsewhere", invitation=token).status_code == 403


def test_who_was_invited_under_a_name_that_looks_like_a_colleagues_comes_in_under_the_providers(cast, sign_on):
    guest = {"is_employee": False, "employer": "Brenner", "ends_on": clock.today() + dt.timedelta(days=9)}
    invitation = services.invite_to_company(
        by=cast.manager, email="s@brenner.test", display_name="M\u043ena Manager", **guest
    )
    token = services.invitation_link(invitation).rstrip("/").rpartition("/")[2]
    assert come_in(Client(), "sub-new", invitation=token).status_code == 302
    assert queries.by_mail("s@brenner.test").display_name == "Nora New"


def test_a_claim_is_asked_for_at_every_sign_in(cast, sign_on):
    sign_on.OIDC_CLAIM = "groups=parvis"
    bind(cast.member, "sub-max")
    bind(cast.manager, "sub-new")
    assert come_in(Client(), "sub-max").status_code == 403
    assert come_in(Client(), "sub-new").status_code == 302


def test_beginning_is_limited_for_an_address_and_says_until_when(cast, sign_on):
    sign_on.ACCOUNT_RATE_LIMITS = {**sign_on.ACCOUNT_RATE_LIMITS, "sign_on": "3/m/ip"}
    assert [Client().post("/sign-on/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert 0 < int(Client().post("/sign-on/")["Retry-After"]) <= 60


def test_an_answer_somebody_made_up_is_refused_and_no_failure_of_the_provider(cast, sign_on, caplog):
    for made_up in ("", "?state=made-up&code=x", "?error=server_error&state=x", "?iss=https://evil.example&code=x"):
        answer = Client().get(f"/sign-on/callback/{made_up}")
        assert answer.status_code == 400 and "did not work" in answer.content.decode()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


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
