"""Every address says who gets what, and an outsider gets the same for what is hidden as for what never was.

A new URL name without a line in ``OPENS`` or ``THINGS`` fails the build.
"""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver, reverse

from groups import services as groups
from kit import ids
from notifications.models import Notification
from walls.models import Draft, Picture
from walls.services import posts, threads

ABSENT = "0" * ids.LENGTH

# Pages without a thing in their address: what a GET answers to member, guest and somebody not signed in.
# 200 shown, 302 sent elsewhere, 404 not for them, 405 writes only.
OPENS: dict[str, tuple[int, int, int]] = {
    "account_change_password": (200, 200, 302),
    "account_login": (302, 302, 200),
    "account_logout": (200, 200, 302),
    "account_reset_password": (200, 200, 200),
    "account_reset_password_done": (200, 200, 200),
    "account_signup": (404, 404, 404),
    "archive:admin-access": (404, 404, 302),
    "archive:admin-log": (404, 404, 302),
    "groups:direct-create": (200, 200, 302),
    "groups:direct-list": (200, 200, 302),
    "groups:directory": (200, 200, 302),
    "groups:group-create": (200, 404, 302),
    "groups:invitation-list": (200, 200, 302),
    "notifications:away": (200, 200, 302),
    "notifications:away-read": (405, 405, 302),
    "notifications:away-unread": (405, 405, 302),
    "manifest": (200, 200, 200),
    "notifications:inbox": (200, 200, 302),
    "notifications:inbox-count": (200, 200, 302),
    "notifications:inbox-read": (405, 405, 302),
    "notifications:mail": (200, 200, 302),
    "notifications:told": (200, 200, 302),
    "offline": (200, 200, 200),
    "people:admin-company": (404, 404, 302),
    "people:admin-facts-retry": (404, 404, 302),
    "people:admin-health": (404, 404, 302),
    "people:admin-invite": (404, 404, 302),
    "people:admin-invite-many": (404, 404, 302),
    "people:admin-logo-set": (404, 404, 302),
    "people:admin-people": (404, 404, 302),
    "people:key-list": (200, 200, 302),
    "people:keys": (200, 200, 302),
    "people:language-set": (405, 405, 405),
    "people:photo-set": (405, 405, 302),
    "people:preference-set": (405, 405, 302),
    "people:preferences": (200, 200, 302),
    "people:profile": (200, 200, 302),
    "people:sign-on": (405, 405, 405),
    "people:sign-on-callback": (404, 404, 404),
    "people:sign-on-own": (404, 404, 302),
    "profiles:directory": (200, 200, 302),
    "search:results": (200, 200, 302),
    "search:suggest": (200, 200, 302),
    "share": (302, 302, 302),
    "topics:admin-tags": (404, 404, 302),
    "topics:admin-topics": (404, 404, 302),
    "topics:topic-list": (200, 200, 302),
    "usersessions_list": (200, 200, 302),
    "walls:classification": (404, 404, 302),
    "walls:company-wall": (200, 404, 302),
    "walls:compose-audience": (200, 200, 302),
    "walls:compose-named": (200, 200, 302),
    "walls:compose-people": (200, 200, 302),
    "walls:compose-similar": (200, 200, 302),
    "walls:draft-keep": (405, 405, 302),
    "walls:drafts": (200, 200, 302),
    "walls:feed-read": (405, 405, 302),
    "walls:feed-rows": (200, 200, 302),
    "walls:home": (200, 200, 302),
    "walls:picture-create": (405, 405, 302),
    "walls:preview": (405, 405, 302),
    "walls:saved": (200, 200, 302),
    "walls:thread-create": (200, 200, 302),
    "worker": (200, 200, 200),
}
# Addresses with a thing: which ids of the hidden group they take (see ``hidden``).
THINGS: dict[str, dict[str, str]] = {
    "archive:admin-access-do": {"public_id": "absent", "verb": "=approve"},
    "people:admin-person": {"public_id": "member"},
    "people:admin-person-do": {"public_id": "member", "verb": "=deactivate"},
    "people:admin-withdraw": {"public_id": "absent"},
    "notifications:entry-done": {"public_id": "entry"},
    "notifications:entry-back": {"public_id": "entry"},
    "notifications:entry-mute": {"public_id": "entry"},
    "notifications:entry-unmute": {"public_id": "entry"},
    "notifications:inbox-unread": {"moment": "=1"},
    "notifications:group-level": {"public_id": "space"},
    "groups:group-detail": {"public_id": "space"},
    "groups:member-list": {"public_id": "space"},
    "groups:member-role": {"public_id": "space", "person_id": "member"},
    "groups:member-remove": {"public_id": "space", "person_id": "member"},
    "groups:group-join": {"public_id": "space"},
    "groups:group-leave": {"public_id": "space"},
    "groups:group-ask": {"public_id": "space"},
    "groups:ask-withdraw": {"public_id": "space"},
    "groups:request-answer": {"public_id": "space", "request_id": "absent", "answer": "=accept"},
    "groups:group-invite": {"public_id": "space"},
    "groups:invitation-withdraw": {"public_id": "space", "invitation_id": "invitation"},
    "groups:group-manage": {"public_id": "space"},
    "groups:group-visibility": {"public_id": "space"},
    "groups:group-archive": {"public_id": "space"},
    "groups:group-unarchive": {"public_id": "space"},
    "groups:group-hand-over": {"public_id": "space"},
    "groups:invitation-accept": {"invitation_id": "invitation"},
    "groups:invitation-decline": {"invitation_id": "invitation"},
    "groups:direct-detail": {"public_id": "conversation"},
    "groups:direct-leave": {"public_id": "conversation"},
    "topics:admin-topic": {"public_id": "absent"},
    "topics:admin-topic-do": {"public_id": "absent", "verb": "=retire"},
    "topics:admin-tag-merge": {"name": "=aubepine"},
    "walls:classification-work": {"public_id": "space"},
    "walls:draft-drop": {"public_id": "draft"},
    "walls:picture-show": {"public_id": "picture"},
    "walls:picture-show-small": {"public_id": "picture", "size": "=small"},
    "walls:thread-pin": {"public_id": "thread", "verb": "=pin"},
    "walls:thread-vote": {"public_id": "thread", "verb": "=vote"},
    "walls:thread-mark": {"public_id": "thread", "verb": "=follow"},
}
# Addresses whose things everybody of the company may know of, or that are secrets of their own kind.
EXEMPT = {
    "people:invitation": "a secret link; tests/people say that used, over, withdrawn and unknown answer alike",
    "account_reset_password_from_key": "a secret link of allauth's",
    "people:entry": "a secret link; tests/people say that used, over and unknown answer alike",
    "people:sign-on-link": "a secret link; tests/people say that used, over and unknown answer alike",
    "notifications:mail-stop": "a signed link of one person; tests/notifications say that forged ones open nothing",
    "people:demo-enter": "people of an invented company, shown on its sign-in page",
    "people:logo": "the company's own picture, shown before sign-in",
    "profiles:person": "who may see whom is tested in tests/profiles",
    "profiles:photo": "who may see whom is tested in tests/profiles",
    "topics:topic-detail": "the tree is the company's; its threads and counts go through the rule",
    "topics:topic-follow": "the tree is the company's",
    "topics:tag-detail": "the word stands on its page; see the test below",
}
_LISTED_BY_PREFIX = ("walls:thread-", "walls:post-", "walls:reply-")


def _patterns(resolver, namespace=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _patterns(pattern, inner)
        elif pattern.name:
            yield namespace + pattern.name, pattern.pattern


ALL = dict(_patterns(get_resolver()))
WITH_THINGS = sorted(name for name, pattern in ALL.items() if pattern.regex.groupindex)


def _needs(name: str) -> dict[str, str]:
    """Which ids the address ``name`` takes."""
    if name in THINGS:
        return THINGS[name]
    if name.startswith(_LISTED_BY_PREFIX) and set(ALL[name].regex.groupindex) == {"public_id"}:
        return {"public_id": "post" if name.startswith("walls:post-") else "thread"}
    return {}


@pytest.fixture
def hidden(cast, hear_everything) -> dict[str, str]:
    """Public ids of everything there is in and around the hidden group."""
    space = cast.spaces["hidden"]
    mention = f"[@x](person:{cast.leaver.public_id}) look"
    thread = threads.post_thread(
        author=cast.member, spaces=space, source=mention, title="Plan", kind="idea", tags=["aubepine"]
    )[0]
    post = posts.reply(author=cast.manager, thread=thread, source="Yes")
    invitation = groups.invite(manager=cast.manager, space=space, person=cast.reader)
    conversation = groups.start_conversation(starter=cast.manager, people=[cast.member])
    draft = Draft.objects.create(author=cast.member, place=f"space:{space.public_id}", fields={"source": "x"})
    picture = Picture.objects.create(
        thread=thread, uploaded_by=cast.member, sha256="0" * 64, thumbnail_sha256="0" * 64, width=1, height=1
    )
    hear_everything()
    entry = Notification.objects.filter(person=cast.leaver).first()
    return {
        "space": space.public_id,
        "thread": thread.public_id,
        "post": post.public_id,
        "invitation": invitation.public_id,
        "conversation": conversation.public_id,
        "draft": draft.public_id,
        "picture": picture.public_id,
        "entry": entry.public_id,
        "member": cast.member.public_id,
        "absent": ABSENT,
    }


def test_every_address_has_a_line():
    without = [name for name in ALL if not (name in OPENS or name in EXEMPT or _needs(name) or name == "styleguide")]
    bare = [name for name in without if not ALL[name].regex.groupindex]
    assert not without, f"say who may open {without} (without a thing: {bare})"


def test_an_address_without_a_thing_answers_as_its_line_says(client, cast):
    answers: dict[str, list[int]] = {name: [] for name in OPENS}
    for person in (cast.member, cast.guest, None):
        client.logout()
        if person:
            client.force_login(person)
        for name in OPENS:
            answers[name].append(client.get(reverse(name)).status_code)
            if name == "account_logout" and person:
                client.force_login(person)
    wrong = {name: (tuple(got), OPENS[name]) for name, got in answers.items() if tuple(got) != OPENS[name]}
    assert not wrong, "address: (got, should be) for member, guest, nobody"


def _answer(client, method: str, address: str) -> tuple:
    """Everything an answer is made of, without what is random in every answer."""
    response = getattr(client, method)(address)
    body = response.content if not response.streaming else b"".join(response)
    text = re.sub(r'(csrfmiddlewaretoken" value=|csrf[^"]*" content=)"[^"]+"', r"\1", body.decode(errors="replace"))
    headers = {key: value for key, value in response.headers.items() if key not in ("Content-Length",)}
    return response.status_code, headers, text


def _addresses(hidden: dict[str, str]):
    """Of every address with a thing: its name, where the hidden one stands, and where nothing does."""
    for name in WITH_THINGS:
        needs = _needs(name)
        if needs:
            there = {key: need[1:] if need.startswith("=") else hidden[need] for key, need in needs.items()}
            nothing = {key: value if needs[key].startswith("=") else ABSENT for key, value in there.items()}
            yield name, reverse(name, kwargs=there), reverse(name, kwargs=nothing)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_outsider_gets_for_the_hidden_what_one_gets_for_nothing(client, cast, hidden, method):
    # PERF: all addresses in one test: the company is made once, not a hundred times.
    leaks = []
    for person in (cast.outsider, cast.guest):
        client.force_login(person)
        for name, there, nothing in _addresses(hidden):
            got, expected = _answer(client, method, there), _answer(client, method, nothing)
            if got != expected:
                leaks.append((person.display_name, name, got[0], expected[0]))
            elif got[0] == 200:
                leaks.append((person.display_name, name, "shown"))
    assert not leaks


def test_a_tag_only_used_in_a_hidden_group_answers_like_a_word_nobody_used(client, cast, hidden):
    for person in (cast.outsider, cast.guest):
        client.force_login(person)
        used, unused = (_answer(client, "get", f"/tags/{word}/") for word in ("aubepine", "aubepines"))
        assert (used[0], used[2].replace("aubepine", "…")) == (unused[0], unused[2].replace("aubepines", "…"))


def test_who_is_not_signed_in_gets_nothing_but_the_door(client, cast, hidden):
    for name, there, _ in _addresses(hidden):
        response = client.get(there)
        assert response.status_code == 302 and response["Location"].startswith("/account/login/"), name
