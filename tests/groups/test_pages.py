"""Every page of a group, as each of the cast gets it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from groups import services as groups


@pytest.fixture
def visit(client):
    def get(person, address, **data):
        client.force_login(person)
        return client.get(address, data)

    return get


def bytes_of(answer):
    """What was sent, with the mask of the CSRF token, random on every page, taken out."""
    return answer.status_code, re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", answer.content), answer.headers


def address(name, space):
    return reverse(f"groups:{name}", args=[space.public_id])


PAGES = {
    # page: who gets it, by type of group
    "group-detail": {
        "open": {"manager", "member", "leaver", "guest", "admin", "reader", "outsider"},
        "closed": {"manager", "member", "leaver", "guest", "admin", "reader", "outsider"},
        "hidden": {"manager", "member", "leaver"},
    },
    "member-list": {
        "open": {"manager", "member", "leaver", "guest", "admin", "reader", "outsider"},
        "closed": {"manager", "member", "leaver", "guest"},
        "hidden": {"manager", "member", "leaver"},
    },
    "group-invite": {"open": {"manager"}, "closed": {"manager"}, "hidden": {"manager"}},
    "group-manage": {"open": {"manager"}, "closed": {"manager"}, "hidden": {"manager"}},
    "group-leave": {
        "open": {"manager", "member", "leaver", "guest"},
        "closed": {"manager", "member", "leaver", "guest"},
        "hidden": {"manager", "member", "leaver"},
    },
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", ["open", "closed", "hidden"])
def test_each_page_opens_for_those_who_may_and_is_nothing_for_the_others(cast, visit, page, kind):
    nothing = visit(cast.outsider, reverse("groups:group-detail", args=["0" * 26]))
    assert nothing.status_code == 404
    for who in ("admin", "manager", "member", "reader", "outsider", "leaver", "guest"):
        answer = visit(getattr(cast, who), address(page, cast.spaces[kind]))
        expected = 200 if who in PAGES[page][kind] else 404
        assert answer.status_code == expected, (who, page, kind)


def test_a_hidden_group_answers_an_outsider_byte_for_byte_like_nothing(cast, visit):
    for page in (*PAGES, "group-visibility"):
        hidden = visit(cast.outsider, address(page, cast.spaces["hidden"]))
        nothing = visit(cast.outsider, reverse(f"groups:{page}", args=["0" * 26]))
        assert hidden.status_code == 404
        assert bytes_of(hidden) == bytes_of(nothing)


def test_the_small_space_of_a_restricted_thread_has_no_page(cast, visit):
    space = groups.make_named_readers(author=cast.member, readers=[cast.manager], name="Claim 4471")
    assert visit(cast.member, address("group-detail", space)).status_code == 404
    assert "Claim 4471" not in visit(cast.member, reverse("groups:directory")).content.decode()


def test_the_directory_lists_and_counts_only_what_one_may_know(cast, visit):
    def listed(person, **data):
        return [space.name for space in visit(person, reverse("groups:directory"), **data).context["groups"]]

    assert listed(cast.outsider) == ["The closed group", "The open group"]
    assert listed(cast.member) == ["The closed group", "The hidden group", "The open group"]
    assert listed(cast.guest) == ["The closed group", "The open group"]
    assert listed(cast.outsider, q="hidden") == [] == listed(cast.outsider, show="hidden")
    assert listed(cast.member, q="HIDD") == ["The hidden group"]
    assert "Hidden" not in visit(cast.outsider, reverse("groups:directory")).content.decode()


def test_the_directory_takes_as_many_queries_for_three_groups_as_for_thirty(cast, visit, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(40) as taken:
            visit(cast.manager, reverse("groups:directory"))
        return len(taken)

    count()
    few = count()
    for number in range(27):
        groups.create_group(creator=cast.manager, name=f"Group {number}", type="hidden" if number % 2 else "open")
    assert count() == few
