"""Opening, closing, hiding and archiving a group; the numbers shown beforehand are those that come true."""

from __future__ import annotations

import itertools

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from groups import policy, queries
from groups import services as groups
from groups.models import JoinRequest, Space
from kit.models import Fact

TYPES = ("open", "closed", "hidden")


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(TYPES, 2)), ids=str)
def test_the_preview_says_how_many_read_and_know_and_so_it_comes(cast, before, after):
    space = groups.create_group(creator=cast.manager, name="x", type=before)
    groups.add_member(space=space, person=cast.member)
    preview = queries.visibility_preview(space, after)
    assert preview.readers_before == sum(queries.reader_counts(space))
    epoch = space.epoch
    space = groups.change_visibility(manager=cast.manager, space=space, type=after)
    assert preview.readers_after == sum(queries.reader_counts(space))
    knowing = sum(policy.can(person, "know", space) for person in cast.everyone if person.is_employee)
    assert preview.knowing_after == knowing
    narrows = TYPES.index(after) > TYPES.index(before)
    assert space.epoch == epoch + narrows
    told = Fact.objects.get(name="space.visibility-changed")
    assert (told.ids["was"], told.ids["now"]) == (before, after)


def test_a_group_with_guests_is_not_hidden_and_the_preview_says_why(cast):
    space = cast.spaces["closed"]
    preview = queries.visibility_preview(space, "hidden")
    assert preview.is_refused and preview.guests == 1
    with pytest.raises(ValidationError, match="guests"):
        groups.change_visibility(manager=cast.manager, space=space, type="hidden")
    assert Space.objects.get(pk=space.pk).type == "closed"


def test_a_guest_whose_time_is_over_does_not_stand_in_the_way(cast):
    from people import services as people

    space = cast.spaces["closed"]
    people.deactivate(by=cast.admin, person=cast.guest)
    assert not queries.visibility_preview(space, "hidden").is_refused
    groups.change_visibility(manager=cast.manager, space=space, type="hidden")
    assert not space.memberships.filter(person=cast.guest).exists()


def test_hiding_ends_requests_and_takes_the_guest_switch_and_label_back(cast):
    space = groups.create_group(
        creator=cast.manager, name="x", type="closed", has_guest_invitations=True, default_label="shared"
    )
    groups.ask_to_join(person=cast.reader, space=space)
    space = groups.change_visibility(manager=cast.manager, space=space, type="hidden")
    assert (space.has_guest_invitations, space.default_label) == (False, "internal")
    assert not JoinRequest.objects.exists()


def test_only_managers_change_it_and_only_groups_have_it(cast):
    for person in (cast.member, cast.guest, cast.admin):
        with pytest.raises(PermissionDenied):
            groups.change_visibility(manager=person, space=cast.spaces["closed"], type="open")
    with pytest.raises(ValidationError):
        groups.change_visibility(manager=cast.admin, space=cast.spaces["common"], type="hidden")
    restricted = groups.make_named_readers(author=cast.member, readers=[cast.manager])
    with pytest.raises(ValidationError):
        groups.change_visibility(manager=cast.member, space=restricted, type="open")


def test_an_archived_group_is_read_and_not_written_and_comes_back(cast):
    space = cast.spaces["closed"]
    epoch = space.epoch
    space = groups.archive(manager=cast.manager, space=space)
    assert space.is_archived and space.epoch == epoch + 1
    assert policy.can(cast.member, "read", space) and not policy.can(cast.member, "write", space)
    acts = [
        lambda: groups.edit_group(manager=cast.manager, space=space, name="y"),
        lambda: groups.invite(manager=cast.manager, space=space, person=cast.reader),
        lambda: groups.change_visibility(manager=cast.manager, space=space, type="open"),
        lambda: groups.change_role(manager=cast.manager, space=space, person=cast.member, role="manager"),
    ]
    for act in acts:
        with pytest.raises(ValidationError, match="archived"):
            act()
    assert space not in queries.my_groups(cast.member)
    assert space in queries.groups_known_to(cast.member)
    space = groups.unarchive(manager=cast.manager, space=space)
    assert policy.can(cast.member, "write", space)
    assert Fact.objects.filter(name__in=("space.archived", "space.unarchived")).count() == 2


def test_nobody_but_a_manager_archives_and_the_company_wall_never_is(cast):
    with pytest.raises(PermissionDenied):
        groups.archive(manager=cast.member, space=cast.spaces["open"])
    with pytest.raises(ValidationError):
        groups.archive(manager=cast.admin, space=cast.spaces["common"])
