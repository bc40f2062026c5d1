"""What every test of hardening walks: each address of the resolver, with keys of things that are there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import reverse

from people import services as people
from tests.contracts.test_urls import ABSENT, ALL, WITH_THINGS, _needs, hidden  # noqa: F401 - the fixture
from topics import services as topics

#: keys of the addresses that tests/contracts/test_urls.py leaves to other tests
MORE = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "set-password"},
    "notifications:mail-stop": {"token": "=no-such-token"},
    "people:demo-enter": {"public_id": "member"},
    "people:entry": {"token": "=no-such-token"},
    "people:invitation": {"token": "token"},
    "people:logo": {"version": "=0000000000000000"},
    "people:sign-on-link": {"token": "=no-such-token"},
    "profiles:person": {"public_id": "member"},
    "profiles:photo": {"public_id": "member", "version": "=0000000000000000"},
    "topics:topic-detail": {"public_id": "topic"},
    "topics:topic-follow": {"public_id": "topic"},
    "topics:tag-detail": {"name": "=aubepine"},
}


@pytest.fixture
def house(cast, hidden) -> SimpleNamespace:  # noqa: F811
    """The cast, and ``addresses``: name → where a thing of that kind is, ``absent``: the same for no thing at all."""
    topic = topics.add_topic(administrator=cast.admin, label_en="Pumps", label_fr="Pompes")
    token = people.invitation_link(people.invite_to_company(by=cast.admin, email="new@example.test")).split("/")[-2]
    keys = {**hidden, "topic": topic.public_id, "token": token}
    addresses, absent = {}, {}
    for name in ALL:
        needs = MORE.get(name) or _needs(name) if name in WITH_THINGS else {}
        there = {key: keys.get(need, need.removeprefix("=")) for key, need in needs.items()}
        addresses[name] = reverse(name, kwargs=there)
        if needs:
            absent[name] = reverse(name, kwargs={key: ABSENT if needs[key][0] != "=" else there[key] for key in there})
    cast.addresses, cast.absent = addresses, absent
    return cast
