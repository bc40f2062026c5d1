"""Each door of groups asks the rule by itself: questions, pages and verbs, also when called past the other."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from groups import queries
from groups import services as groups
from groups.models import JoinRequest, Membership, Role
from groups.search_indexes import GroupIndex


@pytest.fixture
def visit(client):
    def get(person, name, *parts, **data):
        client.force_login(person)
        return client.get(reverse(f"groups:{name}", args=parts), data).content.decode()

    return get


def test_a_row_that_gives_no_right_puts_no_group_in_the_side_bar(cast):
    """Whatever row there is: a hidden group has no guests, and a closed account has no groups."""
    Membership.objects.create(space=cast.spaces["hidden"], person=cast.guest, role=Role.GUEST)
    assert {space.type for space in queries.my_groups(cast.guest)} == {"open", "closed"}
    groups.archive(manager=cast.manager, space=cast.spaces["open"])
    assert {space.type for space in queries.my_groups(cast.member)} == {"closed", "hidden"}
    cast.member.is_active = False
    assert not queries.my_groups(cast.member).exists()


def test_one_s_conversations_are_those_one_is_in(cast, visit):
    talk = groups.start_conversation(starter=cast.manager, people=[cast.member])
    assert list(queries.conversations_of(cast.member)) == [talk]
    assert talk.public_id in visit(cast.member, "direct-list")
    for person in (cast.outsider, cast.admin, cast.guest):
        assert not queries.conversations_of(person).exists()
        assert talk.public_id not in visit(person, "direct-list")


def test_invitations_and_requests_are_shown_to_managers_alone(cast):
    closed = cast.spaces["closed"]
    groups.invite(manager=cast.manager, space=closed, person=cast.reader)
    groups.ask_to_join(person=cast.outsider, space=closed)
    assert (
        queries.invitations_to(cast.manager, closed).count() == queries.requests_to(cast.manager, closed).count() == 1
    )
    for person in (cast.member, cast.guest, cast.reader, cast.admin):
        assert not queries.invitations_to(person, closed).exists()
        assert not queries.requests_to(person, closed).exists()


def test_the_second_gate_of_search_finds_only_groups_one_may_know(cast):
    def found(viewer):
        return {space.type for space in GroupIndex().rows(viewer)}

    assert found(cast.member) == {"open", "closed", "hidden"}
    assert found(cast.outsider) == {"open", "closed"}
    assert found(cast.guest) == {"open", "closed"}


def test_a_closed_account_does_not_come_back_in_by_joining(cast):
    cast.member.is_active = False
    with pytest.raises(Http404):
        groups.join(person=cast.member, space=cast.spaces["open"])


@pytest.mark.parametrize("kind", ["hidden", "closed"])
def test_who_does_not_manage_does_nothing_of_it_through_any_verb(cast, kind):
    """The pages ask as well; the verbs ask by themselves, for the next door that calls them."""
    space = cast.spaces[kind]
    invitation = groups.invite(manager=cast.manager, space=space, person=cast.reader)
    request = JoinRequest.objects.create(space=space, person=cast.admin)
    verbs = [
        lambda by: groups.invite(manager=by, space=space, person=cast.outsider),
        lambda by: groups.withdraw_invitation(manager=by, invitation=invitation),
        lambda by: groups.accept_request(manager=by, request=request),
        lambda by: groups.decline_request(manager=by, request=request),
        lambda by: groups.remove_member(manager=by, space=space, person=cast.leaver),
        lambda by: groups.change_role(manager=by, space=space, person=cast.leaver, role=Role.MANAGER),
        lambda by: groups.hand_over(manager=by, space=space, to=cast.leaver),
        lambda by: groups.edit_group(manager=by, space=space, name="Mine"),
        lambda by: groups.change_visibility(manager=by, space=space, type="open"),
        lambda by: groups.archive(manager=by, space=space),
        lambda by: groups.unarchive(manager=by, space=space),
    ]
    for by in (cast.outsider, cast.member, cast.guest, cast.admin):
        for number, verb in enumerate(verbs):
            with pytest.raises((Http404, PermissionDenied)):
                verb(by)
                pytest.fail(f"verb {number} was done by {by.display_name}")


def test_a_guest_is_offered_neither_new_groups_nor_people_of_other_spaces(cast, visit):
    new = reverse("groups:group-create")
    assert new in visit(cast.member, "directory")
    assert new not in visit(cast.guest, "directory")
    assert new not in visit(cast.guest, "group-detail", cast.spaces["open"].public_id)
    page = visit(cast.guest, "direct-create", q="o")
    assert "Otto Outsider" in visit(cast.member, "direct-create", q="o") and "Otto Outsider" not in page


def test_a_member_is_offered_nothing_that_only_managers_do(cast, visit):
    space = cast.spaces["open"]
    offered = [reverse(f"groups:{name}", args=[space.public_id]) for name in ("group-manage", "group-invite")]
    assert all(address in visit(cast.manager, "group-detail", space.public_id) for address in offered)
    for person in (cast.member, cast.reader, cast.guest):
        page = visit(person, "group-detail", space.public_id)
        assert not [address for address in offered if address in page]
    closed = visit(cast.reader, "group-detail", cast.spaces["closed"].public_id)
    assert "Only members read this group." in closed and "Max Member" not in closed


def test_nobody_with_a_closed_account_is_offered_for_an_invitation(cast, visit):
    space = cast.spaces["open"].public_id
    assert "Otto Outsider" in visit(cast.manager, "group-invite", space, q="otto")
    cast.outsider.is_active = False
    cast.outsider.save()
    assert "Otto Outsider" not in visit(cast.manager, "group-invite", space, q="otto")
