"""Making, editing, opening, hiding and archiving spaces."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups import policy
from groups.models import GROUP_TYPES, Invitation, JoinRequest, Label, Membership, Role, Space, SpaceType
from groups.services.members import end_membership
from groups.services.rows import locked, raise_epoch, refuse_archived
from kit import clock, facts
from people.models import Person, fold_name

# From narrow to wide: a step down takes something from somebody.
_WIDTH = {SpaceType.HIDDEN: 0, SpaceType.CLOSED: 1, SpaceType.OPEN: 2}


@transaction.atomic
def make_common_space(*, name: str) -> Space:
    """The company wall; made once, the same row ever after."""
    space, is_new = Space.objects.get_or_create(type=SpaceType.COMMON, defaults={"name": name})
    if is_new:
        facts.tell("space.created", space=space.pk, by=None)
    return space


@transaction.atomic
def make_personal_space(*, person: Person) -> Space | None:
    """The wall of an employee; guests, robots and stand-ins have none. The same row when asked again."""
    if not person.is_employee or person.is_robot or person.is_stand_in:
        return None
    name = {"name": person.display_name}
    space, is_new = Space.objects.get_or_create(owner=person, type=SpaceType.PERSONAL, defaults=name)
    if is_new:
        facts.tell("space.created", space=space.pk, by=person.pk)
    return space


def hear_person_changed(fact: facts.HeardFact) -> None:
    """A personal wall carries its owner's name; it changes with it, in the same transaction."""
    person = Person.objects.filter(pk=fact.ids["person"]).first()
    space = Space.objects.filter(owner=person, type=SpaceType.PERSONAL).first() if person else None
    if space is not None and space.name != person.display_name:
        space.name = person.display_name
        space.save(update_fields=["name"])


@transaction.atomic
def create_group(
    *,
    creator: Person,
    name: str,
    type: str,
    purpose: str = "",
    default_label: str = Label.INTERNAL,
    has_guest_invitations: bool = False,
) -> Space:
    """A new group with ``creator`` as its manager. Names need not be unique: a refusal would tell of hidden ones."""
    if not policy.may_create_groups(creator):
        raise PermissionDenied
    name = _checked_name(name)
    if type not in GROUP_TYPES:
        raise ValidationError(_("Choose open, closed or hidden."), code="type")
    if type == SpaceType.HIDDEN and has_guest_invitations:
        raise ValidationError(_("A hidden group has no guests. Choose closed to work with partners."), code="guests")
    space = Space.objects.create(
        type=type,
        name=name,
        purpose=purpose.strip(),
        default_label=_checked_label(default_label, type),
        has_guest_invitations=has_guest_invitations,
        created_by=creator,
    )
    Membership.objects.create(space=space, person=creator, role=Role.MANAGER)
    facts.tell("space.created", space=space.pk, by=creator.pk)
    facts.tell("membership.started", space=space.pk, person=creator.pk, role=str(Role.MANAGER), by=creator.pk)
    return space


@transaction.atomic
def edit_group(
    *,
    manager: Person,
    space: Space,
    name: str | None = None,
    purpose: str | None = None,
    default_label: str | None = None,
    has_guest_invitations: bool | None = None,
) -> Space:
    """Change what is given, leave the rest. Guests who are in stay in when guest invitations are switched off."""
    policy.require(manager, "manage", space)
    space = locked(space)
    refuse_archived(space)
    if name is not None:
        space.name = _checked_name(name)
    if purpose is not None:
        space.purpose = purpose.strip()
    if default_label is not None:
        space.default_label = _checked_label(default_label, space.type)
    if has_guest_invitations is not None:
        if has_guest_invitations and space.type == SpaceType.HIDDEN:
            raise ValidationError(
                _("A hidden group has no guests. Choose closed to work with partners."), code="guests"
            )
        space.has_guest_invitations = has_guest_invitations
        if not has_guest_invitations:
            _withdraw_guest_invitations(space, by=manager)
    space.save()
    facts.tell("space.changed", space=space.pk, by=manager.pk)
    return space


@transaction.atomic
def change_visibility(*, manager: Person, space: Space, type: str) -> Space:
    """Make a group open, closed or hidden; ``queries.visibility_preview`` says beforehand what that does."""
    policy.require(manager, "manage", space)
    space = locked(space)
    refuse_archived(space)
    if not space.is_group or type not in GROUP_TYPES:
        raise ValidationError(_("Choose open, closed or hidden."), code="type")
    if type == space.type:
        return space
    before, after = SpaceType(space.type), SpaceType(type)
    if after == SpaceType.HIDDEN:
        _refuse_or_clear_guests(space, by=manager)
        space.has_guest_invitations = False
        if space.default_label == Label.SHARED:
            space.default_label = Label.INTERNAL
    if after != SpaceType.CLOSED:
        # Only a closed group is asked: an open one is joined, a hidden one is not known.
        JoinRequest.objects.filter(space=space).delete()
    space.type = after
    space.save()
    if _WIDTH[after] < _WIDTH[before]:
        raise_epoch(space)
    facts.tell("space.visibility-changed", space=space.pk, by=manager.pk, was=str(before), now=str(after))
    space.refresh_from_db()
    return space


@transaction.atomic
def archive(*, manager: Person, space: Space) -> Space:
    """Make a group read-only: it stays readable and searchable, nobody writes or comes in any more."""
    policy.require(manager, "manage", space)
    space = locked(space)
    if not space.is_group:
        raise ValidationError(_("Only a group can be archived."), code="type")
    if space.is_archived:
        return space
    space.archived_at = clock.now()
    space.save(update_fields=["archived_at"])
    raise_epoch(space)
    facts.tell("space.archived", space=space.pk, by=manager.pk)
    space.refresh_from_db()
    return space


@transaction.atomic
def unarchive(*, manager: Person, space: Space) -> Space:
    """Bring an archived group back to work."""
    policy.require(manager, "manage", space)
    space = locked(space)
    if space.is_archived:
        space.archived_at = None
        space.save(update_fields=["archived_at"])
        facts.tell("space.unarchived", space=space.pk, by=manager.pk)
    return space


def _checked_name(name: str) -> str:
    folded = fold_name(name)
    limit = Space._meta.get_field("name").max_length or 0
    if not folded:
        raise ValidationError(_("Give the group a name."), code="name")
    if len(folded) > limit:
        raise ValidationError(
            _("The name has %(count)d characters; at most %(limit)d fit."),
            code="name",
            params={"count": len(folded), "limit": limit},
        )
    return folded


def _checked_label(label: str, space_type: str) -> str:
    if label not in Label.values or (label == Label.SHARED and space_type == SpaceType.HIDDEN):
        raise ValidationError(_("This label cannot be chosen here."), code="label")
    return label


def _withdraw_guest_invitations(space: Space, *, by: Person) -> None:
    for invitation in Invitation.objects.filter(space=space, person__is_employee=False):
        key, person = invitation.pk, invitation.person_id
        invitation.delete()
        facts.tell("invitation.withdrawn", invitation=key, space=space.pk, person=person, by=by.pk)


def _refuse_or_clear_guests(space: Space, *, by: Person) -> None:
    """SECURITY: a hidden group has no guests, neither in it nor on their way."""
    for membership in space.memberships.filter(person__is_employee=False).select_related("person"):
        if membership.person.may_act:
            raise ValidationError(
                _("This group has guests. Remove them first: a hidden group has none."), code="guests"
            )
        # A guest whose time is over is no longer shown, so the manager could not have removed them.
        end_membership(membership, by=by)
    _withdraw_guest_invitations(space, by=by)
