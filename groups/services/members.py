"""Coming in, going out, and the roles between."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from groups import policy
from groups.models import GROUP_TYPES, Invitation, JoinRequest, Membership, Role, Space, SpaceType
from groups.services.rows import locked, raise_epoch, refuse_archived
from kit import facts
from people.models import Person


@transaction.atomic
def add_member(*, space: Space, person: Person, role: str = Role.MEMBER, by: Person | None = None) -> Membership:
    """Put ``person`` into ``space``; already there, they stay as they are. Their invitation and request are done.

    Asks nobody: for this app's verbs, which ask the rule first, and for importers, who act on an order.
    A guest comes in as guest whatever ``role`` says, and never into a hidden group.
    """
    # The row as it is now: it may have been hidden since the caller looked.
    space = locked(space)
    if person.is_guest:
        # SECURITY: "a hidden group has no guests" holds here, under every way in.
        if space.type == SpaceType.HIDDEN:
            raise ValidationError(_("A hidden group has no guests."), code="guests")
        role = Role.GUEST
    elif role == Role.GUEST:
        raise ValidationError(_("Employees are members or managers, not guests."), code="role")
    Invitation.objects.filter(space=space, person=person).delete()
    JoinRequest.objects.filter(space=space, person=person).delete()
    membership, is_new = Membership.objects.get_or_create(space=space, person=person, defaults={"role": role})
    if is_new:
        told_by = by.pk if by else None
        facts.tell("membership.started", space=space.pk, person=person.pk, role=str(role), by=told_by)
    return membership


@transaction.atomic
def join(*, person: Person, space: Space) -> Membership:
    """Become a member of an open group."""
    space = locked(space)
    if policy.can(person, "read", space) and Membership.objects.filter(space=space, person=person).exists():
        return Membership.objects.get(space=space, person=person)
    policy.require(person, "join", space)
    return add_member(space=space, person=person, by=person)


@transaction.atomic
def leave(*, person: Person, space: Space) -> None:
    """Go out of a group. The last manager hands over first."""
    space = locked(space)
    membership = Membership.objects.filter(space=space, person=person).first()
    if membership is None:
        raise PermissionDenied if policy.can(person, "know", space) else Http404
    if not space.is_group:
        raise ValidationError(_("Only a group can be left this way."), code="type")
    _refuse_last_manager(membership, _("You are its last manager. Hand the group over first, or archive it."))
    end_membership(membership, by=person)


@transaction.atomic
def remove_member(*, manager: Person, space: Space, person: Person) -> None:
    """Take ``person`` out; what they wrote stays. Removing somebody who is not in does nothing."""
    policy.require(manager, "manage", space)
    space = locked(space)
    membership = Membership.objects.filter(space=space, person=person).first()
    if membership is None:
        return
    _refuse_last_manager(membership, _("The last manager stays until the group is handed over."))
    end_membership(membership, by=manager)


@transaction.atomic
def change_role(*, manager: Person, space: Space, person: Person, role: str) -> Membership:
    """Make an employee member or manager. A guest stays guest."""
    policy.require(manager, "manage", space)
    space = locked(space)
    refuse_archived(space)
    membership = Membership.objects.filter(space=space, person=person).first()
    if membership is None:
        raise ValidationError(_("This person is not in the group."), code="member")
    if membership.role == role:
        return membership
    if person.is_guest or role not in (Role.MEMBER, Role.MANAGER):
        raise ValidationError(_("A guest stays a guest; employees are members or managers."), code="role")
    if role != Role.MANAGER:
        _refuse_last_manager(membership, _("The last manager stays manager until the group is handed over."))
        raise_epoch(space)
    set_role(membership, role, by=manager)
    return membership


@transaction.atomic
def hand_over(*, manager: Person, space: Space, to: Person) -> None:
    """Make ``to``, a member, manager in place of ``manager``, who stays as member."""
    policy.require(manager, "manage", space)
    space = locked(space)
    heir = Membership.objects.filter(space=space, person=to, person__is_employee=True).first()
    if heir is None or not to.may_act or to == manager:
        raise ValidationError(_("A group is handed over to another of its members."), code="member")
    own = Membership.objects.filter(space=space, person=manager).first()
    if heir.role != Role.MANAGER:
        set_role(heir, Role.MANAGER, by=manager)
    if own is not None and own.role == Role.MANAGER:
        raise_epoch(space)
        set_role(own, Role.MEMBER, by=manager)


def end_membership(membership: Membership, *, by: Person) -> None:
    """Delete the row, raise the epoch and tell; inside the caller's transaction, after its questions."""
    space = membership.space
    person = membership.person_id
    role = membership.role
    membership.delete()
    raise_epoch(space)
    facts.tell("membership.ended", space=space.pk, person=person, role=str(role), by=by.pk)


def set_role(membership: Membership, role: str, *, by: Person) -> None:
    """Change the row and tell; inside the caller's transaction, after its questions."""
    was, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    facts.tell(
        "membership.role-changed",
        space=membership.space_id,
        person=membership.person_id,
        was=str(was),
        now=str(role),
        by=by.pk,
    )


def _refuse_last_manager(membership: Membership, sentence: str) -> None:
    if membership.role != Role.MANAGER or membership.space.type not in GROUP_TYPES:
        return
    others = Membership.objects.filter(space_id=membership.space_id, role=Role.MANAGER).exclude(pk=membership.pk)
    # An account that is closed manages nothing: it does not count as the one who stays.
    if not others.filter(person__in=Person.objects.active()).exists():
        raise ValidationError(sentence, code="last-manager")
