"""Signing in: what an outsider is told, how often one may try, what ends a session."""

import datetime as dt
import re

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kit import clock, slots
from people import services
from people.models import Person

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()
    yield
    cache.clear()


def try_in(login, password=PASSWORD, client=None, **extra):
    return (client or Client()).post("/account/login/", {"login": login, "password": password}, **extra)


def said(answer, login):
    """What the answer says, without the token of its form and the name that was typed."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1", answer.content.decode())
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    for varying in ("Content-Length", "Expires"):
        headers.pop(varying, None)
    return answer.status_code, headers, text.replace(login, "NAME")


def test_person_signs_in_whatever_the_capitals_and_lands_where_they_wanted(cast):
    client = Client()
    answer = client.post(
        "/account/login/?next=/people/", {"login": " MAX.Member@Example.test", "password": PASSWORD, "next": "/people/"}
    )
    assert answer.status_code == 302 and answer["Location"] == "/people/"
    assert client.get("/people/").status_code == 200


def test_sign_in_never_leads_to_another_site(cast):
    answer = Client().post(
        "/account/login/", {"login": cast.member.email, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_session_gets_a_new_key_at_sign_in(cast):
    client = Client()
    client.cookies["parvis_session"] = "a" * 32
    try_in(cast.member.email, client=client)
    assert client.cookies["parvis_session"].value != "a" * 32


def test_unknown_wrong_closed_ended_stand_in_and_robot_get_the_same_answer_for_the_same_work(cast):
    closed = services.create_person(by=cast.admin, display_name="C", email="closed@example.test", password=PASSWORD)
    services.deactivate(by=cast.admin, person=closed)
    ended = services.create_person(
        by=cast.admin, display_name="E", email="ended@example.test", password=PASSWORD, is_employee=False,
        sponsor=cast.member, ends_on=clock.today() - dt.timedelta(days=1),
    )  # fmt: skip
    stand_in = services.create_person(
        by=cast.admin, display_name="S", email="stand@example.test", password=PASSWORD, is_stand_in=True
    )
    robot = services.robot(name="Bot")
    Person.objects.filter(pk=robot.pk).update(email="bot@example.test", password=closed.password)
    answers, counts = {}, {}
    tries = [
        ("nobody@example.test", PASSWORD),
        (cast.member.email, "wrong"),
        (closed.email, PASSWORD),
        (ended.email, PASSWORD),
        (stand_in.email, PASSWORD),
        ("bot@example.test", PASSWORD),
    ]
    Client().get("/account/login/")  # whatever is read once in a process
    for login, password in tries:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answers[login] = said(try_in(login, password), login)
        counts[login] = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]
    first = answers["nobody@example.test"]
    assert first[0] == 200 and "don’t match" in first[2]
    for login, answer in answers.items():
        assert answer == first, login
        assert counts[login] == counts["nobody@example.test"], login


def test_unknown_name_costs_one_hash_like_a_known_one(cast, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode

    def counting(self, password, salt):
        hashed.append(1)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    try_in("nobody@example.test")
    unknown = len(hashed)
    hashed.clear()
    try_in(cast.member.email, "wrong")
    assert unknown == len(hashed) == 1


@pytest.mark.parametrize("login", ["max.member@example.test", "nobody@example.test"])
def test_the_sixth_try_for_a_name_waits_with_a_time_known_or_not(cast, login):
    for number in range(5):
        assert try_in(login, "wrong", REMOTE_ADDR=f"10.0.0.{number}").status_code == 200
    answer = try_in(login, PASSWORD, REMOTE_ADDR="10.0.0.99")
    assert answer.status_code == 429
    assert 800 < int(answer["Retry-After"]) <= 900
    assert "15 minutes" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private" or "no-store" in answer["Cache-Control"]
    assert try_in("ada.admin@example.test", REMOTE_ADDR="10.0.0.99").status_code == 302


def test_one_address_has_twenty_tries_whatever_the_names(cast):
    for number in range(20):
        assert try_in(f"nobody{number}@example.test", "x").status_code == 200
    assert try_in(cast.member.email).status_code == 429
    assert try_in(cast.member.email, REMOTE_ADDR="10.9.9.9").status_code == 302


def test_signing_in_well_uses_up_no_try(cast):
    for _ in range(7):
        assert try_in(cast.member.email).status_code == 302


def test_nobody_signs_up(cast):
    assert Client().get("/account/signup/").status_code == 404
    assert Client().post("/account/signup/").status_code == 404


def test_signing_out_ends_the_session_and_tells_the_sockets(cast):
    from kit.models import Fact

    client = Client()
    try_in(cast.member.email, client=client)
    key = client.session.session_key
    assert UserSession.objects.filter(session_key=key).exists()
    client.post("/account/logout/")
    assert not UserSession.objects.filter(session_key=key).exists()
    assert Fact.objects.filter(name="person.signed-out", ids={"person": cast.member.pk}).exists()
    assert client.get("/people/").status_code == 302


def test_sign_out_needs_a_post(cast):
    client = Client()
    try_in(cast.member.email, client=client)
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/people/").status_code == 200


def test_sign_out_everywhere_ends_every_session(cast):
    here, there = Client(), Client()
    for client in (here, there):
        try_in(cast.member.email, client=client)
    page = here.get("/account/sessions/").content.decode()
    assert page.count("<li>") >= 2 and there.session.session_key not in page
    here.post("/account/sessions/", {"everywhere": "1"})
    assert here.get("/people/").status_code == 302
    assert there.get("/people/").status_code == 302


def test_one_session_is_ended_by_its_name_and_nobody_elses(cast):
    from people.services.sessions import session_name

    here, there, other = Client(), Client(), Client()
    try_in(cast.member.email, client=here)
    try_in(cast.member.email, client=there)
    try_in(cast.manager.email, client=other)
    for target in (there, other):
        here.post("/account/sessions/", {"session": session_name(target.session.session_key)})
    assert here.get("/people/").status_code == 200
    assert there.get("/people/").status_code == 302
    assert other.get("/people/").status_code == 200


def test_changing_the_password_signs_out_elsewhere_and_stays_here(cast):
    here, there = Client(), Client()
    for client in (here, there):
        try_in(cast.member.email, client=client)
    refused = here.post("/account/password/change/", {"oldpassword": "wrong", "password1": "seven green apples"})
    assert refused.status_code == 200
    changed = here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": "seven green apples"})
    assert changed.status_code == 302
    assert here.get("/people/").status_code == 200
    assert there.get("/people/").status_code == 302
    assert try_in(cast.member.email, "seven green apples").status_code == 302


def test_guessing_the_present_password_is_limited_too(cast):
    client = Client()
    try_in(cast.member.email, client=client)
    form = {"oldpassword": "wrong", "password1": "seven green apples"}
    for _ in range(5):
        assert client.post("/account/password/change/", form).status_code == 200
    assert client.post("/account/password/change/", form).status_code == 429


def test_a_closed_account_is_out_at_its_next_request(cast):
    client = Client()
    try_in(cast.member.email, client=client)
    Person.objects.filter(pk=cast.member.pk).update(is_active=False)
    assert client.get("/people/").status_code == 302


def test_language_is_chosen_before_sign_in_and_the_page_comes_back(cast):
    client = Client()
    answer = client.post("/language/", {"language": "fr", "next": "/account/login/"})
    assert answer["Location"] == "/account/login/"
    assert '<html lang="fr"' in client.get("/account/login/").content.decode()
    assert client.post("/language/", {"language": "fr", "next": "https://evil.example/"})["Location"] == "/"
    assert client.get("/language/").status_code == 405


def test_one_click_entry_only_in_a_demo_company_and_only_for_who_is_shown(cast, monkeypatch):
    from people import queries

    shown_here = {"corvanne": (100, lambda: [cast.admin.email, cast.member.email])}
    monkeypatch.setitem(slots._filled, "sign-in.demo-people", shown_here)
    address = f"/enter/{cast.admin.public_id}/"
    assert Client().post(address).status_code == 404
    company = queries.company()
    company.is_demo = True
    company.save()
    page = Client().get("/account/login/").content.decode()
    assert address in page
    client = Client()
    assert client.get(address).status_code == 405
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403
    assert client.post(address).status_code == 302
    assert client.get("/people/").status_code == 200
    shown = {person.pk for person in queries.demo_people(company)}
    hidden = next(person for person in cast.everyone if person.pk not in shown)
    assert Client().post(f"/enter/{hidden.public_id}/").status_code == 404
