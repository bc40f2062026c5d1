"""Every limit at its value and one past it: the answer says the limit, gives the text back, and when to try again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from selectolax.lexbor import LexborHTMLParser

from tests.archive.cast import second_administrator
from tests.bounds.limits import NOT_YET, RATES, TEXTS, Limit
from walls import services as walls
from walls.models import Kind


@pytest.fixture
def place(cast, index) -> SimpleNamespace:
    """The cast with two threads of the member, and ``keys`` of what the doors take."""
    index()
    second_administrator()
    post = {"author": cast.member, "spaces": cast.spaces["open"]}
    (thread,), (other,) = (walls.post_thread(source=text, title="Why?", **post) for text in ("One", "Two"))
    keys = {
        "thread": thread.public_id, "post": thread.opening.public_id, "post2": other.opening.public_id,
        "member": cast.member.public_id, "space": cast.spaces["open"].public_id,
    }  # fmt: skip
    cache.clear()
    yield SimpleNamespace(cast=cast, thread=thread, keys=keys, browsers={})
    cache.clear()


def _complaint(answer: HttpResponse) -> str:
    """What the page says in red."""
    page = LexborHTMLParser(answer.content.decode())
    return " ".join(node.text() for node in page.css('[role="alert"], .error, .notice.bad'))


def _wrong(limit: Limit, place: SimpleNamespace) -> list[str]:
    """What is not as it should be at ``limit``."""
    within, beyond, wrong = limit.ask(place, limit.figure), limit.ask(place, limit.figure + 1), []
    if limit.kept != limit.figure:
        wrong.append(f"the product says {limit.kept}")
    if within.status_code not in (200, 302, 404) or _says(limit, within):
        wrong.append(f"at the limit {within.status_code}: {_complaint(within)}")
    if beyond.status_code not in limit.refused:
        wrong.append(f"past the limit {beyond.status_code}")
    if 429 not in limit.refused and not _says(limit, beyond):
        wrong.append(f"the figure is not said: {_complaint(beyond)}")
    if limit.given_back(limit.figure + 1) not in beyond.content.decode():
        wrong.append("the text is not given back")
    if beyond.status_code == 429 and not 0 < int(beyond.headers.get("Retry-After", "0")) <= 900:
        wrong.append(f"try again after {beyond.headers.get('Retry-After')}")
    return wrong


def _says(limit: Limit, answer: HttpResponse) -> bool:
    return any(figure in _complaint(answer) for figure in limit.said)


def test_every_text_and_count_has_its_limit_at_every_door(place):
    found = {limit.what: wrong for limit in TEXTS if (wrong := _wrong(limit, place))}
    assert not found


def test_every_haste_waits_and_says_how_long(place):
    found = {limit.what: wrong for limit in RATES if (wrong := _wrong(limit, place))}
    assert not found


def test_what_has_no_door_yet_is_still_without_one():
    assert "poll" not in Kind.values, f"polls are here: give {NOT_YET} its line"
