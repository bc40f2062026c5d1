"""A group whose last manager is gone: its longest-standing member runs it, and nobody from outside learns of it."""

from __future__ import annotations

import datetime as dt

import pytest

from groups import policy
from groups import services as groups
from groups.models import Membership, Role, Space
from kit import clock
from kit.models import Fact
from notifications.models import Notification
from people.services import deactivate, reactivate
from tests.reading import as_read

TYPES = ("open", "closed", "hidden")


def managers(space) -> set:
    return {row.person for row in Membership.objects.filter(space=space, role=Role.MANAGER)}


@pytest.mark.parametrize("kind", TYPES)
def test_the_longest_standing_member_manages_when_the_last_manager_is_gone_and_is_told(cast, hear_everything, kind):
    space = cast.spaces[kind]
    earlier = clock.now() - dt.timedelta(days=9)
    Membership.objects.filter(space=space, person=cast.leaver).update(joined_at=earlier)
    deactivate(by=cast.admin, person=cast.manager)
    hear_everything()
    assert policy.can(cast.leaver, "manage", space) and not policy.can(cast.member, "manage", space)
    hear_everything()
    entry = Notification.objects.shown_to(cast.leaver).get(space=space)
    assert as_read(entry.sentence) == "Mona Manager has left the company; you manage this group now."


@pytest.mark.parametrize("kind", TYPES)
def test_an_administrator_gets_no_right_and_hears_nothing_by_it(cast, hear_everything, kind):
    space = cast.spaces[kind]
    before = {action: policy.can(cast.admin, action, space) for action in ("know", "read", "write", "manage")}
    deactivate(by=cast.admin, person=cast.manager)
    hear_everything()
    assert {action: policy.can(cast.admin, action, space) for action in before} == before
    assert not Notification.objects.filter(person=cast.admin).exists()
    assert not Membership.objects.filter(space=space, person=cast.admin).exists()


def test_a_group_that_has_another_manager_stays_as_it_is(cast, hear_everything):
    space = cast.spaces["hidden"]
    groups.change_role(manager=cast.manager, space=space, person=cast.leaver, role=Role.MANAGER)
    deactivate(by=cast.admin, person=cast.manager)
    hear_everything()
    assert managers(space) == {cast.manager, cast.leaver}
    assert not Fact.objects.filter(name="space.inherited", ids__space=space.pk).exists()


def test_one_after_the_other_and_the_first_comes_back_beside_the_heir(cast, hear_everything):
    space = cast.spaces["closed"]
    for gone in (cast.manager, cast.member):
        deactivate(by=cast.admin, person=gone)
        hear_everything()
    assert policy.can(cast.leaver, "manage", space)
    reactivate(by=cast.admin, person=cast.manager)
    cast.manager.refresh_from_db()
    assert policy.can(cast.manager, "manage", space) and policy.can(cast.leaver, "manage", space)


def test_a_guest_inherits_nothing_and_a_group_without_employees_becomes_read_only(cast, hear_everything):
    space = cast.spaces["closed"]
    for gone in (cast.leaver, cast.member, cast.manager):
        deactivate(by=cast.admin, person=gone)
        hear_everything()
    space = Space.objects.get(pk=space.pk)
    assert space.is_archived and cast.guest not in managers(space)
    assert policy.can(cast.guest, "read", space) and not policy.can(cast.guest, "write", space)


def test_a_restricted_thread_keeps_its_readers_without_a_new_manager(cast, hear_everything):
    space = groups.make_named_readers(author=cast.manager, readers=[cast.reader], name="x")
    deactivate(by=cast.admin, person=cast.manager)
    hear_everything()
    assert not policy.can(cast.reader, "manage", space) and policy.can(cast.reader, "write", space)
    assert not Space.objects.get(pk=space.pk).is_archived


def test_whoever_comes_back_before_it_is_heard_manages_alone(cast, hear_everything):
    deactivate(by=cast.admin, person=cast.manager)
    reactivate(by=cast.admin, person=cast.manager)
    hear_everything()
    assert all(managers(cast.spaces[kind]) == {cast.manager} for kind in TYPES)


def test_heard_twice_it_changes_nothing_more(cast, hear_everything):
    deactivate(by=cast.admin, person=cast.manager)
    hear_everything()
    before = {kind: managers(cast.spaces[kind]) for kind in TYPES}
    Fact.objects.filter(name="person.deactivated").update(heard_at=None, heard_by=[])
    hear_everything()
    assert {kind: managers(cast.spaces[kind]) for kind in TYPES} == before
    assert Fact.objects.filter(name="space.inherited").count() == len(TYPES)
