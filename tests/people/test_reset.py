"""A forgotten password: the same answer and the same work for every address; a link that works once."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kit import clock, facts
from kit.models import Fact
from people import services

ADDRESS = "/account/password/reset/"


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()
    yield
    cache.clear()


def send_link(email: str) -> None:
    """A link asked for, and background work done."""
    services.ask_reset_link(email=email, language="en")
    facts.deliver(Fact.objects.latest("pk").pk)


def link_in(message):
    return re.search(r"http://[^/]+(/account/password/reset/key/\S+)", message.body).group(1)


def test_known_and_unknown_addresses_get_the_same_answer_and_cost_the_same(cast):
    answers = []
    for email in (cast.member.email, "nobody@example.test"):
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post(ADDRESS, {"email": email})
        answers.append((answer.status_code, answer["Location"], answer.content, len(queries)))
    assert answers[0] == answers[1]
    assert not mail.outbox
    told = Fact.objects.filter(name="reset-link.asked")
    assert told.count() == 2
    assert not any("@" in str(fact.ids) for fact in told), "an address stands in a fact"


def test_a_link_asked_for_long_ago_is_not_sent_any_more(cast):
    services.ask_reset_link(email=cast.member.email, language="en")
    with clock.set_to(clock.now() + dt.timedelta(hours=3)):
        facts.deliver(Fact.objects.latest("pk").pk)
    assert not mail.outbox


def test_mail_goes_to_an_open_account_and_to_nobody_else(cast):
    services.deactivate(by=cast.admin, person=cast.leaver)
    for email in ("nobody@example.test", cast.leaver.email):
        send_link(email)
    assert not mail.outbox
    send_link("MAX.member@example.test")
    assert mail.outbox[0].to == [cast.member.email]
    assert "Message-ID" in mail.outbox[0].extra_headers


def test_link_sets_a_password_once_and_ends_every_session(cast):
    elsewhere = Client()
    elsewhere.force_login(cast.member)
    elsewhere.get("/account/sessions/")
    send_link(cast.member.email)
    link = link_in(mail.outbox[0])
    client = Client()
    form = client.get(link)
    assert form.status_code == 302 and "set-password" in form["Location"]
    answer = client.post(form["Location"], {"password1": "seven green apples"})
    assert answer["Location"] == "/account/login/"
    assert elsewhere.get("/people/").status_code == 302
    cast.member.refresh_from_db()
    assert cast.member.check_password("seven green apples")
    assert "This link does not work" in Client().get(link).content.decode()


def test_link_of_a_closed_account_opens_nothing(cast):
    send_link(cast.member.email)
    services.deactivate(by=cast.admin, person=cast.member)
    answer = Client().get(link_in(mail.outbox[0]))
    assert "This link does not work" in answer.content.decode()


def test_forged_link_for_a_known_and_an_unknown_person_say_the_same(cast):
    from allauth.account.utils import user_pk_to_url_str

    known = Client().get(f"/account/password/reset/key/{user_pk_to_url_str(cast.member)}-abc123-def/")
    unknown = Client().get("/account/password/reset/key/zzzzzz-abc123-def/")
    assert known.content == unknown.content and known.status_code == unknown.status_code


def test_weak_password_is_refused_with_its_reason(cast):
    send_link(cast.member.email)
    client = Client()
    form = client.get(link_in(mail.outbox[0]))
    answer = client.post(form["Location"], {"password1": "password1"})
    assert answer.status_code == 200 and "too short" in answer.content.decode()


def test_asking_is_limited_per_address_known_or_not(cast):
    for email in (cast.member.email, "nobody@example.test"):
        cache.clear()
        for _ in range(5):
            assert Client().post(ADDRESS, {"email": email}).status_code == 302
        answer = Client().post(ADDRESS, {"email": email})
        assert answer.status_code == 429 and int(answer["Retry-After"]) > 800


def test_owner_is_told_that_the_password_changed(cast, django_capture_on_commit_callbacks):
    services.change_password(person=cast.member, password="seven green apples")
    facts.deliver(Fact.objects.get(name="password.changed").pk)
    assert mail.outbox[0].to == [cast.member.email] and "was changed" in mail.outbox[0].subject


def test_who_has_no_password_has_none_to_change(cast):
    cast.member.set_unusable_password()
    cast.member.save()
    client = Client()
    client.force_login(cast.member)
    assert client.get("/account/password/change/").status_code == 404
    assert client.post("/account/password/change/", {"password1": "seven green apples"}).status_code == 404
