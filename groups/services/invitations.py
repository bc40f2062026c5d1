"""Asking somebody in: a manager invites, the invited person answers; nobody is in before they accept."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from groups import policy
from groups.models import Invitation, JoinRequest, Membership, Role, Space, SpaceType
from groups.services.members import add_member
from groups.services.rows import locked, refuse_archived
from kit import clock, facts
from kit.direction import isolated
from people.models import Person

OPEN_FOR = dt.timedelta(days=14)


@transaction.atomic
def invite(*, manager: Person, space: Space, person: Person, role: str = Role.MEMBER) -> Invitation:
    """Invite an employee, or a guest where the group takes guests. Inviting twice renews the same invitation.

    Raises ValidationError with the reason: in already, asked to join already, no guests here, guest without sponsor
    or end date.
    """
    policy.require(manager, "manage", space)
    space = locked(space)
    refuse_archived(space)
    if not space.is_group:
        raise ValidationError(_("People are invited into groups."), code="type")
    names = {"name": isolated(person.display_name)}
    if not person.may_sign_in:
        raise ValidationError(_("The account of %(name)s is closed."), code="closed", params=names)
    if Membership.objects.filter(space=space, person=person).exists():
        raise ValidationError(_("%(name)s is in this group already."), code="member", params=names)
    if JoinRequest.objects.filter(space=space, person=person).exists():
        raise ValidationError(_("%(name)s has asked to join: accept the request."), code="asked", params=names)
    if person.is_guest:
        refuse_guest(space, person)
        role = Role.GUEST
    elif role not in (Role.MEMBER, Role.MANAGER):
        raise ValidationError(_("Employees are members or managers, not guests."), code="role")
    now = clock.now()
    fresh = {"role": role, "invited_by": manager, "invited_at": now, "expires_at": now + OPEN_FOR}
    invitation, is_new = Invitation.objects.get_or_create(space=space, person=person, defaults=fresh)
    was_over = not is_new and invitation.expires_at <= now
    if not is_new:
        for field, value in fresh.items():
            setattr(invitation, field, value)
        invitation.save()
    if is_new or was_over:
        facts.tell("invitation.sent", invitation=invitation.pk, space=space.pk, person=person.pk, by=manager.pk)
    return invitation


def refuse_guest(space: Space, person: Person) -> None:
    """Raise ValidationError unless ``space`` takes guests and ``person`` has a sponsor and an end date."""
    if space.type == SpaceType.HIDDEN:
        raise ValidationError(_("A hidden group has no guests."), code="guests")
    if not space.has_guest_invitations:
        raise ValidationError(_("This group takes no guests. Its managers can change that."), code="guests")
    if person.sponsor_id is None or person.ends_on is None:
        raise ValidationError(
            _("%(name)s needs a sponsor and an end date first."),
            code="sponsor",
            params={"name": isolated(person.display_name)},
        )


@transaction.atomic
def accept_invitation(*, person: Person, invitation: Invitation) -> Membership:
    """Come in. The group is asked again: what it was when the invitation went out does not count."""
    invitation = _own(person, invitation)
    space = locked(invitation.space)
    refuse_archived(space)
    if person.is_guest:
        refuse_guest(space, person)
    key, role, inviter = invitation.pk, invitation.role, invitation.invited_by
    membership = add_member(space=space, person=person, role=role, by=inviter)
    facts.tell("invitation.accepted", invitation=key, space=space.pk, person=person.pk, by=inviter.pk)
    return membership


@transaction.atomic
def decline_invitation(*, person: Person, invitation: Invitation) -> None:
    """Say no; the inviter is not told more than that the invitation is gone."""
    invitation = _own(person, invitation)
    key, space, inviter = invitation.pk, invitation.space_id, invitation.invited_by_id
    invitation.delete()
    facts.tell("invitation.declined", invitation=key, space=space, person=person.pk, by=inviter)


@transaction.atomic
def withdraw_invitation(*, manager: Person, invitation: Invitation) -> None:
    """Take an invitation back."""
    policy.require(manager, "manage", invitation.space)
    row = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if row is None:
        return
    row.delete()
    facts.tell(
        "invitation.withdrawn",
        invitation=invitation.pk,
        space=invitation.space_id,
        person=invitation.person_id,
        by=manager.pk,
    )


def _own(person: Person, invitation: Invitation) -> Invitation:
    """The row again, locked; Http404 unless it is ``person``'s and still open."""
    row = Invitation.objects.select_for_update().filter(pk=invitation.pk, person=person).first()
    # SECURITY: another's invitation, one over and none are the same nothing.
    if row is None or row.expires_at <= clock.now() or not person.may_act:
        raise Http404
    return row
