"""Coming in: joining an open group, asking a closed one, being invited into any."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from groups import policy, queries
from groups import services as groups
from groups.models import Invitation, JoinRequest
from kit import clock
from kit.models import Fact
from tests.conftest import make_person


def facts(name):
    return Fact.objects.filter(name=name).count()


def test_an_employee_joins_an_open_group_once(cast):
    before = facts("membership.started")
    first = groups.join(person=cast.reader, space=cast.spaces["open"])
    assert groups.join(person=cast.reader, space=cast.spaces["open"]) == first
    assert facts("membership.started") == before + 1


def test_nobody_joins_a_closed_a_hidden_or_an_archived_group_and_a_guest_none(cast):
    stranger = make_person("Gil Guest", is_employee=False, sponsor=cast.manager, ends_on=cast.guest.ends_on)
    with pytest.raises(PermissionDenied):
        groups.join(person=cast.reader, space=cast.spaces["closed"])
    for person, kind in ((cast.reader, "hidden"), (stranger, "open"), (stranger, "hidden")):
        with pytest.raises(Http404):
            groups.join(person=person, space=cast.spaces[kind])
    groups.archive(manager=cast.manager, space=cast.spaces["open"])
    with pytest.raises(PermissionDenied):
        groups.join(person=cast.reader, space=cast.spaces["open"])


def test_an_employee_asks_a_closed_group_and_a_manager_lets_them_in(cast):
    space = cast.spaces["closed"]
    asked = groups.ask_to_join(person=cast.reader, space=space, message="I check castings.")
    assert groups.ask_to_join(person=cast.reader, space=space, message="again") == asked
    assert facts("request.sent") == 1
    assert not policy.can(cast.reader, "read", space)
    for person in (cast.member, cast.reader, cast.admin):
        with pytest.raises(PermissionDenied):
            groups.accept_request(manager=person, request=asked)
    groups.accept_request(manager=cast.manager, request=asked)
    assert policy.can(cast.reader, "read", space)
    assert not JoinRequest.objects.exists()
    assert facts("request.accepted") == 1


def test_a_request_is_declined_or_withdrawn_and_gives_nothing(cast):
    space = cast.spaces["closed"]
    asked = groups.ask_to_join(person=cast.reader, space=space)
    with pytest.raises(Http404):
        groups.withdraw_request(person=cast.outsider, request=asked)
    groups.withdraw_request(person=cast.reader, request=asked)
    asked = groups.ask_to_join(person=cast.reader, space=space)
    groups.decline_request(manager=cast.manager, request=asked)
    assert not JoinRequest.objects.exists() and not policy.can(cast.reader, "read", space)


def test_nobody_asks_a_hidden_or_an_open_group_and_members_do_not_ask(cast):
    with pytest.raises(Http404):
        groups.ask_to_join(person=cast.reader, space=cast.spaces["hidden"])
    with pytest.raises(PermissionDenied):
        groups.ask_to_join(person=cast.reader, space=cast.spaces["open"])
    with pytest.raises(ValidationError):
        groups.ask_to_join(person=cast.member, space=cast.spaces["closed"])


def test_a_manager_invites_an_employee_who_is_in_only_after_accepting(cast):
    space = cast.spaces["hidden"]
    invitation = groups.invite(manager=cast.manager, space=space, person=cast.reader)
    assert list(queries.invitations_for(cast.reader)) == [invitation]
    assert not policy.can(cast.reader, "know", space)
    with pytest.raises(Http404):
        groups.accept_invitation(person=cast.outsider, invitation=invitation)
    groups.accept_invitation(person=cast.reader, invitation=invitation)
    assert policy.can(cast.reader, "read", space) and not Invitation.objects.exists()
    assert (facts("invitation.sent"), facts("invitation.accepted")) == (1, 1)


def test_only_managers_invite(cast):
    for person in (cast.member, cast.guest, cast.outsider, cast.admin):
        with pytest.raises(PermissionDenied):
            groups.invite(manager=person, space=cast.spaces["open"], person=cast.reader)
    with pytest.raises(Http404):
        groups.invite(manager=cast.admin, space=cast.spaces["hidden"], person=cast.admin)


def test_inviting_twice_renews_one_invitation_and_an_invitation_ends(cast):
    space = cast.spaces["closed"]
    first = groups.invite(manager=cast.manager, space=space, person=cast.reader)
    with clock.set_to(clock.now() + dt.timedelta(days=20)):
        assert not queries.invitations_for(cast.reader).exists()
        with pytest.raises(Http404):
            groups.accept_invitation(person=cast.reader, invitation=first)
        again = groups.invite(manager=cast.manager, space=space, person=cast.reader)
        assert again.pk == first.pk and queries.invitations_for(cast.reader).exists()
    assert facts("invitation.sent") == 2


def test_a_guest_is_invited_only_where_guests_are_taken_and_with_sponsor_and_end(cast):
    guest = make_person("Gil Guest", is_employee=False, employer="Brenner")
    with pytest.raises(ValidationError, match="sponsor"):
        groups.invite(manager=cast.manager, space=cast.spaces["open"], person=guest)
    guest.sponsor, guest.ends_on = cast.manager, cast.guest.ends_on
    guest.save()
    with pytest.raises(ValidationError, match="hidden"):
        groups.invite(manager=cast.manager, space=cast.spaces["hidden"], person=guest)
    groups.edit_group(manager=cast.manager, space=cast.spaces["closed"], has_guest_invitations=False)
    with pytest.raises(ValidationError, match="no guests"):
        groups.invite(manager=cast.manager, space=cast.spaces["closed"], person=guest)
    invitation = groups.invite(manager=cast.manager, space=cast.spaces["open"], person=guest, role="manager")
    assert groups.accept_invitation(person=guest, invitation=invitation).role == "guest"


def test_a_guest_does_not_come_into_a_group_that_was_hidden_after_the_invitation(cast):
    space = groups.create_group(creator=cast.manager, name="x", type="closed", has_guest_invitations=True)
    invitation = groups.invite(manager=cast.manager, space=space, person=cast.guest)
    groups.change_visibility(manager=cast.manager, space=space, type="hidden")
    with pytest.raises(Http404):
        groups.accept_invitation(person=cast.guest, invitation=invitation)
    with pytest.raises(ValidationError):
        groups.add_member(space=space, person=cast.guest)


def test_who_is_in_or_has_asked_is_not_invited(cast):
    with pytest.raises(ValidationError):
        groups.invite(manager=cast.manager, space=cast.spaces["closed"], person=cast.member)
    groups.ask_to_join(person=cast.reader, space=cast.spaces["closed"])
    with pytest.raises(ValidationError):
        groups.invite(manager=cast.manager, space=cast.spaces["closed"], person=cast.reader)


def test_an_invitation_is_declined_or_withdrawn(cast):
    space = cast.spaces["hidden"]
    invitation = groups.invite(manager=cast.manager, space=space, person=cast.reader)
    with pytest.raises(Http404):
        groups.withdraw_invitation(manager=cast.outsider, invitation=invitation)
    groups.withdraw_invitation(manager=cast.manager, invitation=invitation)
    invitation = groups.invite(manager=cast.manager, space=space, person=cast.reader)
    groups.decline_invitation(person=cast.reader, invitation=invitation)
    assert not Invitation.objects.exists() and not policy.can(cast.reader, "know", space)
