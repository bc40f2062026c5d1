"""What the palette is sent: what was opened last, what one may do, what was typed in marks; behind the rule."""

from __future__ import annotations

import pytest
from django.urls import reverse

from groups import services as groups
from kit import slots
from kit.navigation import ACTIONS
from people import services as people
from people.models import Person
from search import palette
from walls.services import threads as writing

ABSENT = "/threads/00000000000000000000000000/"


def names(viewer: Person, text: str = "", visited: list[str] | None = None) -> dict[str, list[str]]:
    sections, _marker = palette.sections(viewer=viewer, text=text, visited=visited or [])
    return {section.name: [line.option.text for line in section.lines] for section in sections}


@pytest.fixture
def hidden(cast) -> list[str]:
    """Addresses of the hidden group and of a thread in it."""
    space = cast.spaces["hidden"]
    thread = writing.post_thread(author=cast.member, spaces=space, source="x", title="Casting plan")[0]
    return [f"/groups/{space.public_id}/", f"/threads/{thread.public_id}/"]


def test_what_was_opened_last_stands_in_its_order_by_the_names_of_now(cast, hidden):
    person = f"/people/{cast.manager.public_id}/"
    visited = [hidden[1], person, hidden[0], hidden[1]]
    assert names(cast.member, visited=visited)["recent"] == ["Casting plan", "Mona Manager", "The hidden group"]
    people.change_person(by=cast.manager, person=cast.manager, display_name="Mona Married")
    assert names(cast.member, visited=visited)["recent"][1] == "Mona Married"


def test_who_left_is_told_no_more_of_what_they_opened(cast, hidden):
    assert names(cast.leaver, visited=hidden)["recent"] == ["The hidden group", "Casting plan"]
    groups.remove_member(manager=cast.manager, space=cast.spaces["hidden"], person=cast.leaver)
    assert "recent" not in names(cast.leaver, visited=hidden)


@pytest.mark.parametrize("who", ["outsider", "guest", "admin"])
def test_a_guessed_address_answers_as_one_nobody_has(cast, hidden, client, who, django_assert_num_queries):
    client.force_login(getattr(cast, who))
    address = reverse("search:suggest")
    answers = [client.get(address, {"visited": [where]}).content for where in (hidden[1], ABSENT)]
    assert answers[0] == answers[1] and b"recent" not in answers[0]


@pytest.mark.parametrize(
    "visited", [["/"], ["/threads/"], ["//evil.example/"], ["/posts/" + "0" * 26 + "/"], ["²" * 500], [ABSENT] * 400]
)
def test_an_address_that_is_none_of_ours_is_passed_over(cast, visited):
    assert "recent" not in names(cast.member, visited=visited)


def test_only_so_many_addresses_are_looked_at(cast, hidden):
    assert "recent" not in names(cast.member, visited=[ABSENT] * palette.VISITED + hidden)


def test_everybody_is_offered_what_they_may_do(cast):
    assert names(cast.member)["do"][:2] == ["New thread", "Ask a question"]
    assert names(cast.member, "start a gr")["do"] == ["Start a group"]
    assert "do" not in names(cast.guest, "start a gr")
    assert names(cast.admin, "administration log")["do"] == ["Administration: Log"]
    assert "do" not in names(cast.member, "administration")


def test_what_one_does_is_found_in_ones_own_language(cast, client):
    people.change_preferences(person=cast.member, language="fr")
    client.force_login(cast.member)
    assert "Créer un groupe" in client.get(reverse("search:suggest"), {"q": "creer"}).content.decode().replace(
        "<mark>", ""
    ).replace("</mark>", "")


def test_every_action_leads_to_a_page(cast, client):
    client.force_login(cast.admin)
    offered = [action for fetch in slots.filled(ACTIONS) for action in fetch(cast.admin)]
    assert len(offered) >= 10
    for action in offered:
        assert client.get(action.url).status_code == 200, action


def test_what_was_typed_is_marked_and_escaped(cast, threads, index, client):
    writing.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x", title="<b>Porous</b> castings")
    index()
    client.force_login(cast.member)
    page = client.get(reverse("search:suggest"), {"q": "poro"}).content.decode()
    assert "&lt;b&gt;<mark>Porous</mark>&lt;/b&gt; castings" in page and "<b>" not in page


def test_a_person_is_found_by_a_whole_word_of_what_they_say_and_not_by_its_beginning(cast, index):
    people.change_person(by=cast.manager, person=cast.manager, department="Metallurgy")
    index()
    assert names(cast.member, "metallurgy")["people"] == ["Mona Manager"]


def test_a_new_thread_begins_with_the_title_of_its_address(cast, client):
    client.force_login(cast.member)
    page = client.get(reverse("walls:thread-create"), {"kind": "question", "title": " Which\n wrench? " + "x" * 500})
    title = page.context["composer"].title
    assert title.startswith("Which wrench? xxx") and len(title) == 200
