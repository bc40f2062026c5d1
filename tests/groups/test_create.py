"""Making and editing a group."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from groups import services as groups
from groups.models import Membership, Space
from kit.models import Fact
from people.models import Company


def test_an_employee_makes_a_group_and_manages_it(cast):
    space = groups.create_group(creator=cast.reader, name="  Coating   trials ", type="closed", purpose=" The 25 µm ")
    assert (space.name, space.purpose, space.type) == ("Coating trials", "The 25 µm", "closed")
    assert Membership.objects.get(space=space).role == "manager"
    assert Fact.objects.filter(name="space.created", ids__space=space.pk).exists()
    assert Fact.objects.filter(name="membership.started", ids__space=space.pk).exists()


def test_a_guest_makes_none_and_where_the_company_says_so_only_administrators_do(cast):
    with pytest.raises(PermissionDenied):
        groups.create_group(creator=cast.guest, name="x", type="open")
    Company.objects.update(group_creators="administrators")
    with pytest.raises(PermissionDenied):
        groups.create_group(creator=cast.member, name="x", type="open")
    assert groups.create_group(creator=cast.admin, name="x", type="open")


def test_the_same_name_twice_is_two_groups_hidden_or_not(cast):
    for kind in ("hidden", "open"):
        groups.create_group(creator=cast.outsider, name="The hidden group", type=kind)
    assert Space.objects.filter(name="The hidden group").count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "   "},
        {"name": "x" * 81},
        {"type": "common"},
        {"type": "direct"},
        {"type": "hidden", "has_guest_invitations": True},
        {"type": "hidden", "default_label": "shared"},
        {"default_label": "restricted"},
    ],
    ids=str,
)
def test_what_a_group_cannot_be_is_refused_with_a_sentence(cast, wrong):
    before = Space.objects.count()
    with pytest.raises(ValidationError) as refusal:
        groups.create_group(creator=cast.member, **{"name": "x", "type": "open", **wrong})
    assert refusal.value.messages[0]
    assert Space.objects.count() == before


def test_a_manager_edits_what_is_given_and_nobody_else_does(cast):
    space = cast.spaces["closed"]
    groups.edit_group(manager=cast.manager, space=space, purpose="New")
    space.refresh_from_db()
    assert (space.name, space.purpose) == ("The closed group", "New")
    for person in (cast.member, cast.guest, cast.admin, cast.outsider):
        with pytest.raises(PermissionDenied):
            groups.edit_group(manager=person, space=space, name="Mine")
    with pytest.raises(Http404):
        groups.edit_group(manager=cast.outsider, space=cast.spaces["hidden"], name="Mine")


def test_switching_guests_off_ends_their_invitations_and_keeps_those_who_are_in(cast):
    from tests.conftest import make_person

    space = cast.spaces["closed"]
    other = make_person("Gil Guest", is_employee=False, sponsor=cast.manager, ends_on=cast.guest.ends_on)
    groups.invite(manager=cast.manager, space=space, person=other)
    groups.edit_group(manager=cast.manager, space=space, has_guest_invitations=False)
    assert not space.invitations.exists()
    assert space.memberships.filter(person=cast.guest).exists()


def test_a_personal_wall_is_made_once_and_follows_the_name_of_its_owner(cast):
    from people import services as people

    assert groups.make_personal_space(person=cast.member) == cast.member.personal_space
    assert groups.make_personal_space(person=cast.guest) is None
    people.change_person(by=cast.member, person=cast.member, display_name="Max Renamed")
    assert Space.objects.get(owner=cast.member).name == "Max Renamed"
