"""Going out: leaving, being removed, losing a role, handing over. Each loss raises the group's epoch and is told."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from groups import policy
from groups import services as groups
from groups.models import Membership, Space
from kit import facts
from kit.models import Fact
from people.models import Person


def epoch(space):
    return Space.objects.get(pk=space.pk).epoch


def test_who_leaves_loses_the_group_in_the_same_transaction_and_it_is_told(cast):
    space = cast.spaces["hidden"]
    before = epoch(space)
    groups.leave(person=cast.leaver, space=space)
    assert not policy.can(cast.leaver, "know", space)
    assert epoch(space) == before + 1
    told = Fact.objects.get(name="membership.ended")
    assert told.ids == {"space": space.pk, "person": cast.leaver.pk, "role": "member", "by": cast.leaver.pk}


def test_the_live_hub_hears_of_the_end_before_the_answer(cast, monkeypatch, django_capture_on_commit_callbacks):
    heard = []
    waited_for = {"membership.ended": {"test": lambda fact: heard.append(fact.ids["person"])}}
    monkeypatch.setitem(facts._subscribers, facts.BEFORE_ANSWER, waited_for)
    with django_capture_on_commit_callbacks(execute=True):
        groups.remove_member(manager=cast.manager, space=cast.spaces["closed"], person=cast.member)
        assert heard == []
    assert heard == [cast.member.pk]


def test_who_is_not_in_cannot_leave_and_learns_nothing(cast):
    with pytest.raises(Http404):
        groups.leave(person=cast.outsider, space=cast.spaces["hidden"])
    with pytest.raises(PermissionDenied):
        groups.leave(person=cast.outsider, space=cast.spaces["open"])


def test_the_last_manager_neither_leaves_nor_is_removed_nor_made_member(cast):
    space = cast.spaces["closed"]
    acts = [
        lambda: groups.leave(person=cast.manager, space=space),
        lambda: groups.remove_member(manager=cast.manager, space=space, person=cast.manager),
        lambda: groups.change_role(manager=cast.manager, space=space, person=cast.manager, role="member"),
    ]
    for act in acts:
        with pytest.raises(ValidationError):
            act()
    groups.change_role(manager=cast.manager, space=space, person=cast.member, role="manager")
    Person.objects.filter(pk=cast.member.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        groups.leave(person=cast.manager, space=space)
    Person.objects.filter(pk=cast.member.pk).update(is_active=True)
    groups.leave(person=cast.manager, space=space)
    assert not policy.can(cast.manager, "read", space)


def test_a_manager_removes_anybody_and_nobody_else_does(cast):
    space = cast.spaces["closed"]
    for person in (cast.member, cast.guest, cast.admin):
        with pytest.raises(PermissionDenied):
            groups.remove_member(manager=person, space=space, person=cast.leaver)
    before = epoch(space)
    groups.remove_member(manager=cast.manager, space=space, person=cast.guest)
    groups.remove_member(manager=cast.manager, space=space, person=cast.guest)
    assert epoch(space) == before + 1 and not policy.can(cast.guest, "know", space)


def test_a_guest_never_becomes_member_or_manager_and_an_employee_never_guest(cast):
    space = cast.spaces["open"]
    for person, role in ((cast.guest, "manager"), (cast.guest, "member"), (cast.member, "guest"), (cast.member, "x")):
        with pytest.raises(ValidationError):
            groups.change_role(manager=cast.manager, space=space, person=person, role=role)


def test_losing_the_role_of_manager_raises_the_epoch_and_gaining_it_does_not(cast):
    space = cast.spaces["open"]
    before = epoch(space)
    groups.change_role(manager=cast.manager, space=space, person=cast.member, role="manager")
    assert epoch(space) == before and policy.can(cast.member, "manage", space)
    groups.change_role(manager=cast.manager, space=space, person=cast.member, role="member")
    assert epoch(space) == before + 1 and not policy.can(cast.member, "manage", space)


def test_a_group_is_handed_over_to_a_member(cast):
    space = cast.spaces["hidden"]
    for heir in (cast.outsider, cast.manager):
        with pytest.raises(ValidationError):
            groups.hand_over(manager=cast.manager, space=space, to=heir)
    with pytest.raises(ValidationError):
        groups.hand_over(manager=cast.manager, space=cast.spaces["open"], to=cast.guest)
    groups.hand_over(manager=cast.manager, space=space, to=cast.member)
    roles = dict(Membership.objects.filter(space=space).values_list("person", "role"))
    assert roles[cast.member.pk] == "manager" and roles[cast.manager.pk] == "member"
