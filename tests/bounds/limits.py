"""Every limit that a person can run into: its figure, its doors, and how it is asked at so much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from archive.services import REASON_LIMIT
from groups import services as groups
from groups.services.requests import MESSAGE_LIMIT
from kit import clock, ids, markdown
from people import services as people
from people.models import NAME_LIMIT
from topics.services import TAG_LENGTH, TAGS_LIMIT
from walls.models import Post
from walls.models.posts import POST_LIMIT
from walls.models.threads import TITLE_LIMIT

OTHER_WORDS = "What I wrote for half an hour, before a field beside it was too long."


@dataclass(frozen=True)
class Limit:
    """``figure`` is written out here on purpose, beside the constant of the product in ``kept``.

    ``ask(place, amount)`` sends so much and gives the answer; ``given_back(amount)`` is what a refusal still shows.
    """

    what: str
    figure: int
    kept: int
    ask: Callable[[SimpleNamespace, int], HttpResponse]
    given_back: Callable[[int], str] = lambda amount: OTHER_WORDS
    refused: tuple[int, ...] = (422,)

    @property
    def said(self) -> tuple[str, ...]:
        """How the figure may stand in the refusal: as in English, or plain."""
        return f"{self.figure:,}", str(self.figure)


def letters(amount: int) -> str:
    """So many characters without a space at either end."""
    return "é" * amount


def enter(place: SimpleNamespace, who: str) -> Client:
    """The browser of one of the cast."""
    if who not in place.browsers:
        place.browsers[who] = Client()
        if who:
            place.browsers[who].force_login(getattr(place.cast, who))
    return place.browsers[who]


def into(who: str, door: str, field: str, *, make: Callable[[int], str] = letters, **form: Any):
    """Post ``form`` with ``field`` of so much to ``door``: the name of an address and the key of ``place`` in it."""
    name, _sign, key = door.partition(" ")

    def ask(place: SimpleNamespace, amount: int) -> HttpResponse:
        address = reverse(name, args=[place.keys[key]] if key else [])
        return enter(place, who).post(address, {**form, field: make(amount)})

    return ask


def _tags(amount: int) -> str:
    return " ".join(f"tag{number}" for number in range(amount))


def _mentions(amount: int) -> str:
    return " ".join(markdown.mention("x", ids.public_id()) for _ in range(amount))


def _new_thread(field: str, make: Callable[[int], str] = letters, **form: Any):
    def ask(place: SimpleNamespace, amount: int) -> HttpResponse:
        given = {"spaces": place.cast.spaces["open"].public_id, "body": OTHER_WORDS, **form, field: make(amount)}
        return enter(place, "member").post("/threads/new/", given)

    return ask


def _accept(place: SimpleNamespace, amount: int) -> HttpResponse:
    made = people.invite_to_company(by=place.cast.admin, email=f"new{amount}@example.test")
    token = people.invitation_link(made).split("/")[-2]
    form = {"display_name": letters(amount), "password": "three words remembered"}
    return Client().post(reverse("people:invitation", args=[token]), form)


def _search(place: SimpleNamespace, amount: int) -> HttpResponse:
    cache.clear()
    return enter(place, "member").get("/search/", {"q": letters(amount)})


def _terms(place: SimpleNamespace, amount: int) -> HttpResponse:
    cache.clear()
    return enter(place, "member").get("/search/", {"q": " ".join(f"w{number}" for number in range(amount))})


def _posted(place: SimpleNamespace, amount: int) -> None:
    """So many posts of the member within the last minute."""
    Post.objects.filter(author=place.cast.member).update(posted_at=clock.now() - dt.timedelta(hours=1))
    now, first = clock.now(), place.thread.posts.count() + 1000
    made = [
        Post(thread=place.thread, number=first + n, author=place.cast.member, source="x", html="", text="",
             posted_at=now - dt.timedelta(seconds=20)) for n in range(amount)
    ]  # fmt: skip
    Post.objects.bulk_create(made)


def _hasty(door: str):
    """The last of so many posts within a minute, sent to ``door``."""

    def ask(place: SimpleNamespace, amount: int) -> HttpResponse:
        _posted(place, amount - 1)
        if door == "reply":
            return into("member", "walls:reply-create thread", "body", make=lambda _amount: OTHER_WORDS)(place, amount)
        return _new_thread("title", make=lambda _amount: "A title")(place, amount)

    return ask


def _last_of(send: Callable[[SimpleNamespace, int], HttpResponse]):
    """``send`` until it was sent so many times, counted on from the time before; the last answer."""
    sent = 0

    def ask(place: SimpleNamespace, amount: int) -> HttpResponse:
        nonlocal sent
        if not 0 < sent < amount:
            cache.clear()
            sent = 0
        while sent < amount:
            sent += 1
            answer = send(place, sent)
        return answer

    return ask


def _searched(place: SimpleNamespace, number: int) -> HttpResponse:
    return enter(place, "member").get("/search/", {"q": f"w{number}"})


def _signing_in(name: str, *, is_one_address: bool):
    def send(place: SimpleNamespace, number: int) -> HttpResponse:
        login = name if not is_one_address else f"nobody{number}@example.test"
        given = {"login": login, "password": "wrong wrong wrong"}
        return Client().post("/account/login/", given, REMOTE_ADDR="10.1.1.1" if is_one_address else f"10.0.0.{number}")

    return send


def _resetting(place: SimpleNamespace, number: int) -> HttpResponse:
    return Client().post("/account/password/reset/", {"email": "n@example.test"}, REMOTE_ADDR=f"10.0.0.{number}")


def _opening_links(place: SimpleNamespace, number: int) -> HttpResponse:
    return Client().get(reverse("people:invitation", args=[f"no-such-{number}"]))


def _asking_to_join(place: SimpleNamespace, amount: int) -> HttpResponse:
    space = groups.create_group(creator=place.cast.manager, name="Closed", type="closed")
    return enter(place, "outsider").post(
        reverse("groups:group-ask", args=[space.public_id]), {"message": letters(amount)}
    )


def _suggesting(place: SimpleNamespace, number: int) -> HttpResponse:
    return enter(place, "member").get("/search/suggest/", {"q": ""})


PROFILE = {"headline": "h", "about": OTHER_WORDS, "department": "d", "place": "p", "phone": "1"}
GROUP = {"name": "A group", "purpose": OTHER_WORDS, "type": "open", "default_label": "internal"}
COMPANY = {"language": "en", "has_english": "on", "has_french": "on", "group_creators": "employees"}
INVITED = {"email": "x@example.test", "kind": "employee", "language": "en"}
ACCESS = {"address": "http://x.test/groups/" + "0" * 26 + "/", "hours": "4"}
NAMED = {"given_back": letters, "refused": (200, 422)}

#: ARCHITECTURE's limits in its order; texts and counts
TEXTS = (
    Limit("a post", 50_000, POST_LIMIT, _new_thread("body"), given_back=letters),
    Limit("a reply", 50_000, POST_LIMIT, into("member", "walls:reply-create thread", "body"), given_back=letters),
    Limit("an edit", 50_000, POST_LIMIT,
          into("member", "walls:post-edit post", "body", revision="1"), given_back=letters),
    Limit("a title", 200, TITLE_LIMIT, _new_thread("title")),
    Limit("a changed title", 200, TITLE_LIMIT,
          into("member", "walls:post-edit post2", "title", body=OTHER_WORDS, revision="1")),
    Limit("one's name", 80, NAME_LIMIT, into("member", "people:profile", "display_name", **PROFILE), **NAMED),
    Limit("a department", 80, NAME_LIMIT,
          into("member", "people:profile", "department", **{**PROFILE, "display_name": "Max"}), **NAMED),
    Limit("a newcomer's name", 80, NAME_LIMIT, _accept, **NAMED),
    Limit("a name in the administration", 80, NAME_LIMIT,
          into("admin", "people:admin-person member", "display_name", email="m@example.test"), **NAMED),
    Limit("a name in an invitation", 80, NAME_LIMIT,
          into("admin", "people:admin-invite", "display_name", **INVITED), **NAMED),
    Limit("the company's name", 80, NAME_LIMIT, into("admin", "people:admin-company", "name", **COMPANY), **NAMED),
    Limit("a new group's name", 80, NAME_LIMIT, into("manager", "groups:group-create", "name", **GROUP)),
    Limit("a group's name", 80, NAME_LIMIT,
          into("manager", "groups:group-manage space", "name", purpose=OTHER_WORDS, default_label="internal")),
    Limit("a topic's label", 80, 80,
          into("admin", "topics:admin-topics", "label_en", label_fr="Pompes"), given_back=letters),
    Limit("a query", 256, 256, _search, given_back=letters, refused=(200,)),
    Limit("the words of a query", 12, 12, _terms, given_back=lambda n: f"w{n - 1}", refused=(200,)),
    Limit("tags", 10, TAGS_LIMIT, _new_thread("tags", _tags)),
    Limit("a tag", 40, TAG_LENGTH, _new_thread("tags")),
    Limit("mentions", 50, markdown.MENTION_LIMIT, _new_thread("body", _mentions), given_back=lambda n: "person:"),
    # Beyond ARCHITECTURE's list: what else a person writes.
    Limit("what one says of oneself", 2000, 2000,
          into("member", "people:profile", "about", **{**PROFILE, "display_name": "Max"}), **NAMED),
    Limit("a headline", 160, 160,
          into("member", "people:profile", "headline", **{**PROFILE, "display_name": "Max"}), **NAMED),
    Limit("a request to join", 500, MESSAGE_LIMIT, _asking_to_join, given_back=letters),
    Limit("a reason of break-glass", 1000, REASON_LIMIT,
          into("admin", "archive:admin-access", "reason", **ACCESS), given_back=letters),
)  # fmt: skip

#: how often; each refusal is a 429 that says when to try again
RATES = (
    Limit("threads a minute", 30, 30, _hasty("thread"), refused=(429,)),
    Limit("replies a minute", 30, 30, _hasty("reply"), refused=(429,)),
    Limit("searches a minute", 30, 30, _last_of(_searched), given_back=lambda n: f"w{n}", refused=(429,)),
    Limit("suggestions a minute", 240, 240, _last_of(_suggesting), given_back=lambda n: "", refused=(429,)),
    Limit("tries of a known name", 5, 5, _last_of(_signing_in("max.member@example.test", is_one_address=False)),
          given_back=lambda n: "", refused=(429,)),
    Limit("tries of an unknown name", 5, 5, _last_of(_signing_in("nobody@example.test", is_one_address=False)),
          given_back=lambda n: "", refused=(429,)),
    Limit("tries of an address", 20, 20, _last_of(_signing_in("", is_one_address=True)),
          given_back=lambda n: "", refused=(429,)),
    Limit("reset links of a name", 5, 5, _last_of(_resetting), given_back=lambda n: "", refused=(429,)),
    Limit("links opened from an address", 200, 200, _last_of(_opening_links), given_back=lambda n: "", refused=(429,)),
)  # fmt: skip
#: what has no door yet, and how the test notices that it came
NOT_YET = {"poll options": 20}
