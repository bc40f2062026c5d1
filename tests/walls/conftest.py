"""A thread in the open group, and people signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from groups.models import Label
from walls import services as walls


@pytest.fixture
def thread(cast):
    """A question of ``member`` in the open group, shared with its guests."""
    (made,) = walls.post_thread(
        author=cast.member,
        spaces=cast.spaces["open"],
        kind="question",
        title="Why?",
        source="Because of what?",
        label=Label.SHARED,
    )
    return made


@pytest.fixture
def signed_in(db):
    """A browser of the person given."""

    def enter(person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return enter
