"""What a provider that is not what it says gets us to believe: nothing."""

from __future__ import annotations

import time

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from people import queries
from tests.people import providers


@pytest.fixture
def liar(settings, cast):
    cache.clear()
    made = providers.Liar()
    settings.OIDC_URL, settings.HAS_SIGN_ON = made.issuer, True
    settings.OIDC_CLIENT, settings.OIDC_SECRET, settings.OIDC_NAME = providers.CLIENT, providers.SECRET, "Corvanne ID"
    SocialAccount.objects.create(user=cast.member, provider=queries.provider_id(), uid="sub-max")
    made.claims = {"email": "max.member@example.test", "email_verified": True}
    yield made
    made.close()
    cache.clear()


def come_in(liar):
    client = Client()
    answer = client.get(liar.come_back(providers.address_in(client.post("/sign-on/"))))
    return answer.status_code, "_auth_user_id" in client.session


def test_the_truth_is_believed(liar):
    assert come_in(liar) == (302, True)
    assert "code_verifier" in liar.asked, "without PKCE a stolen code is enough"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": ["parvis", "other"]},
        {"aud": ["parvis", "other"], "azp": "other"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 300},
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_is_refused(liar, claims):
    liar.claims |= claims
    assert come_in(liar) == (502, False)


def test_a_token_signed_by_somebody_else_is_refused(liar):
    liar.signs_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert come_in(liar) == (502, False)


def test_an_answer_without_a_token_is_refused(liar):
    liar.has_id_token, liar.userinfo = False, {"sub": "sub-max"}
    assert come_in(liar) == (502, False)


def test_userinfo_about_somebody_else_is_refused(liar):
    liar.claims, liar.userinfo = {}, {"sub": "sub-other", "email": "max.member@example.test"}
    assert come_in(liar) == (502, False)
    liar.userinfo["sub"] = "sub-max"
    assert come_in(liar) == (302, True)


def test_a_provider_that_names_another_issuer_is_refused(liar, caplog):
    liar.discovery = {"issuer": "https://login.example.org"}
    assert Client().post("/sign-on/").status_code == 502
    assert "PARVIS_OIDC_URL and the issuer the provider names differ" in caplog.text


def test_an_answer_is_taken_once_and_from_its_own_browser(liar):
    client = Client()
    back = liar.come_back(providers.address_in(client.post("/sign-on/")))
    assert Client().get(back).status_code == 502
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 502
