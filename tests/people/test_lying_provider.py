"""What a provider that is not what it says gets us to believe: nothing."""

from __future__ import annotations

import base64
import hmac
import json
import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from people import queries
from tests.people import providers


def come_in(liar):
    client = Client()
    answer = client.get(liar.come_back(providers.address_in(client.post("/sign-on/"))))
    return answer.status_code, "_auth_user_id" in client.session


def test_the_truth_is_believed(liar):
    assert come_in(liar) == (302, True)
    assert "code_verifier" in liar.asked, "without PKCE a stolen code is enough"


WRONG: tuple[dict, ...] = (
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "somebody else"},
    {"aud": ["parvis", "other"]},
    {"aud": ["parvis", "other"], "azp": "other"},
    {"iss": "http://127.0.0.1:1"},
    {"exp": int(time.time()) - 600},
    {"exp": None},
    {"exp": 1e400},
    {"exp": "soon"},
    {"iat": None},
    {"iat": int(time.time()) + 900},
    {"nbf": int(time.time()) + 900},
    {"sub": 5},
    {"sub": "sub\0max"},
    {"sub": "sub\ud800"},
    {"sub": None},
    {"sub": ""},
    {"sub": "x" * 300},
)


def test_a_token_that_does_not_hold_is_refused(liar):
    honest = liar.claims
    for claims in WRONG:
        liar.claims = honest | claims
        assert come_in(liar) == (503, False), claims


def test_clocks_may_differ_by_some_minutes(liar):
    now = int(time.time())
    for behind in (-240, 240):
        liar.claims |= {"iat": now + behind, "exp": now + behind + 60}
        assert come_in(liar) == (302, True)


def test_a_clock_that_is_far_off_is_named_in_the_log(liar, caplog):
    liar.claims |= {"iat": int(time.time()) + 900}
    come_in(liar)
    assert "the id_token does not hold (ImmatureSignatureError)" in caplog.text


@pytest.mark.parametrize("way", ["unsigned", "with the client's secret", "with the public key as a secret"])
def test_a_token_anybody_could_make_is_refused(liar, way):
    public = liar.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    algorithm, secret = {
        "unsigned": ("none", b""),
        "with the client's secret": ("HS256", providers.SECRET.encode()),
        "with the public key as a secret": ("HS256", public),
    }[way]

    def forge(claims):
        # By hand: the library refuses to make such tokens.
        head = {"alg": algorithm, "kid": "one", "typ": "JWT"}
        said = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, claims))
        sealed = hmac.digest(secret, said, "sha256") if secret else b""
        return (said + b"." + base64.urlsafe_b64encode(sealed).rstrip(b"=")).decode()

    liar.forge = forge
    assert come_in(liar) == (503, False)


def test_an_answer_that_says_it_is_of_another_provider_is_refused(liar):
    client = Client()
    back = liar.come_back(providers.address_in(client.post("/sign-on/")))
    assert client.get(f"{back}&iss=https://login.example.org").status_code == 400
    assert client.get(f"{back}&iss={liar.issuer}").status_code == 302


def test_who_is_called_otherwise_there_is_the_same_here_and_an_address_given_on_opens_nothing(liar, cast):
    liar.claims = {"email": "max.married@elsewhere.test", "email_verified": True, "name": "Max Married"}
    assert come_in(liar) == (302, True)
    cast.member.refresh_from_db()
    assert (cast.member.display_name, cast.member.email) == ("Max Member", "max.member@example.test")
    liar.claims = {"sub": "sub-next", "email": "max.member@example.test", "email_verified": True}
    assert come_in(liar) == (403, False)


def test_only_a_proven_address_makes_an_account(liar, settings):
    settings.OIDC_NEWCOMERS, settings.OIDC_DOMAINS = True, ["example.test"]
    for said in (False, None, "false", "yes", 1, [True]):
        liar.claims = {"sub": "sub-next", "email": "nina@example.test", "email_verified": said}
        assert come_in(liar) == (403, False), said
    liar.claims["email_verified"] = True
    assert come_in(liar) == (302, True)


def test_no_account_is_made_for_an_address_that_is_none_of_the_company(liar, settings):
    settings.OIDC_NEWCOMERS, settings.OIDC_DOMAINS = True, ["example.test"]
    strange = "nina@example.test.evil.example", "nina@evil.example@example.test", "nina@\ud800.example.test"
    for email in (*strange, "a\0@example.test", 7):
        liar.claims = {"sub": "sub-next", "email": email, "email_verified": True}
        assert come_in(liar) == (403, False), email


def test_a_name_nobody_can_store_is_folded(liar, settings):
    settings.OIDC_NEWCOMERS, settings.OIDC_DOMAINS = True, ["example.test"]
    name = "Ni\0na\ud800 \u202eN" + "x" * 900
    liar.claims = {"sub": "sub-next", "email": "nina@example.test", "email_verified": True, "name": name}
    assert come_in(liar) == (302, True)
    assert queries.by_mail("nina@example.test").display_name.startswith("Nina Nx")


def test_a_token_signed_by_somebody_else_is_refused(liar):
    liar.signs_with = providers.key_of("somebody else")
    assert come_in(liar) == (503, False)


def test_an_answer_without_a_token_is_refused(liar):
    liar.has_id_token, liar.userinfo = False, {"sub": "sub-max"}
    assert come_in(liar) == (503, False)


def test_userinfo_about_somebody_else_is_refused(liar):
    liar.claims, liar.userinfo = {}, {"sub": "sub-other", "email": "max.member@example.test"}
    assert come_in(liar) == (503, False)
    liar.userinfo["sub"] = "sub-max"
    assert come_in(liar) == (302, True)


def test_a_provider_that_names_another_issuer_is_refused(liar, caplog):
    liar.discovery = {"issuer": "https://login.example.org"}
    assert Client().post("/sign-on/").status_code == 503
    assert "PARVIS_OIDC_URL and the issuer the provider names differ" in caplog.text


def test_an_answer_is_taken_once_and_from_its_own_browser(liar):
    client = Client()
    back = liar.come_back(providers.address_in(client.post("/sign-on/")))
    assert Client().get(back).status_code == 400
    assert client.get(back).status_code == 302
    client.logout()
    assert client.get(back).status_code == 400
