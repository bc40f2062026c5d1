"""Anything at all in any parameter and any field: an answer below 500 within its time, never a failure of ours."""

from __future__ import annotations

import time

import pytest
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.fields import ALWAYS, taken_by
from search import limits

PARAMETERS = (
    *("q", "page", "post", "reply", "quote", "from", "to", "since", "after", "before", "up_to", "show"),
    *("tab", "state", "space", "draft", "kind", "title", "body", "label", "readers", "thread", "as", "audience"),
    *("spaces", "op", "order", "drop", "place", "department", "next", "type", "topic", "person", "code", "density"),
)
#: everything that means something to a parser behind us, in one text
MONSTER = (
    "' OR 1=1; -- \" % \\ <svg/onload=alert(1)> {{7*7}}{% now %} %(name)s %n {0.__class__} ../../../etc/passwd "
    "\u202e\u2066x [a TO z] AND *:* ~9 \ufffe\uffff\U0010ffff \r\nSet-Cookie: a=b 2026-13-45 🏳️‍🌈 $1 \\1 from:²"
)
NASTY = ("²", "99999999999999999999", "9" * 5000, MONSTER)
LONG = ("²:1", "99999999999999999999", MONSTER, "([á" * 10_000)
#: addresses whose pages read parameters, and what it takes to be shown them
WITH_PARAMETERS = (
    *("walls:home", "walls:company-wall", "walls:saved", "walls:feed-rows", "walls:thread-detail"),
    *("walls:thread-posts", "walls:thread-changes", "walls:thread-create", "walls:compose-audience"),
    *("walls:compose-similar", "walls:compose-people", "walls:compose-named", "walls:post-detail"),
    *("walls:classification-work",),
    *("groups:directory", "groups:group-detail", "groups:member-list", "groups:group-visibility"),
    *("profiles:directory", "profiles:person", "search:results", "search:suggest", "notifications:inbox"),
    *("topics:topic-detail", "topics:tag-detail"),
)
ADMINISTRATION = ("people:admin-people", "topics:admin-tags", "people:admin-health")
SECONDS = 3.0


def fields_of(address: str) -> list[str]:
    """What the door at ``address`` takes."""
    return sorted(taken_by(resolve(address).func) - ALWAYS)


class Patient:
    """A browser that is shown our failures as answers, and notes every failure and every answer that took too long."""

    def __init__(self, client):
        self.client, self.wrong = client, []
        client.raise_request_exception = False

    def ask(self, method: str, address: str, sent: dict | None = None) -> int:
        began = time.monotonic()
        status = getattr(self.client, method)(address, sent).status_code
        took = time.monotonic() - began
        if status >= 500 or took > SECONDS:
            self.wrong.append((method, address, str(sent)[:60], status, round(took, 1)))
        return status


@pytest.fixture
def patient(client, monkeypatch):
    """Such a browser; its searches are not counted."""
    monkeypatch.setattr(limits, "SEARCHES", 10**6)
    return Patient(client)


def test_no_parameter_breaks_a_page(house, patient):
    for person, names in ((house.manager, WITH_PARAMETERS), (house.admin, ADMINISTRATION)):
        patient.client.force_login(person)
        for name in names:
            for value in NASTY:
                patient.ask("get", house.addresses[name], dict.fromkeys(PARAMETERS, value))
    assert not patient.wrong


def test_no_value_breaks_a_door(house, patient):
    for person, prefixes in ((house.manager, ("walls:", "groups:", "notif")), (house.admin, ("people:", "topics:"))):
        patient.client.force_login(person)
        for name, address in house.addresses.items():
            if name.startswith(prefixes) and (fields := fields_of(address)):
                for value in LONG:
                    patient.ask("post", address, dict.fromkeys(fields, value))
    assert not patient.wrong


def test_a_nul_is_no_text(house, patient):
    patient.client.force_login(house.manager)
    for address in ("/?q=a%00b", "/tags/%00/", "/search/?q=%00"):
        assert patient.ask("get", address) == 400
    assert patient.ask("post", house.addresses["walls:reply-create"], {"body": "a\x00b"}) == 400


def test_no_address_breaks(house, patient):
    patient.client.force_login(house.admin)
    for head in ("/tags/", "/invitation/", "/enter/", "/sign-on/link/", "/sign-on/entry/", "/pictures/x/", "/people/",
                 "/account/password/reset/key/1-", "/admin/tags/", "/topics/", "/static/", "/"):  # fmt: skip
        for value in ("%00", "%ff%fe", "%ED%A0%80", "..%2f..%2fetc%2fpasswd", "%E2%80%AE", "%5c%5cevil", "a" * 3000):
            patient.ask("get", f"{head}{value}/")
    assert not patient.wrong


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.text(max_size=60), min_size=3, max_size=3), pick=st.integers(0, 10**6))
def test_random_texts_break_nothing_either(house, patient, texts, pick):
    patient.client.force_login(house.manager)
    doors = [address for address in house.addresses.values() if fields_of(address)]
    door = doors[pick % len(doors)]
    sent = {field: _as_sent(texts[number % 3]) for number, field in enumerate(fields_of(door))}
    patient.ask("post", door, sent)
    patient.ask("get", house.addresses["search:results"], {"q": _as_sent(texts[0])})
    assert not patient.wrong


def _as_sent(text: str) -> str:
    """What a browser makes of half a character pair."""
    return text.encode("utf-8", "replace").decode()
