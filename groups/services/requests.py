"""Asking to come in: an employee asks a closed group, a manager answers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from groups import policy
from groups.models import Invitation, JoinRequest, Membership, Space
from groups.services.members import add_member
from groups.services.rows import locked, refuse_archived
from kit import clock, facts
from kit.direction import isolated
from people.models import Person

MESSAGE_LIMIT = 500


@transaction.atomic
def ask_to_join(*, person: Person, space: Space, message: str = "") -> JoinRequest:
    """Ask the managers of a closed group; asking twice keeps the first request."""
    space = locked(space)
    policy.require(person, "ask", space)
    if Membership.objects.filter(space=space, person=person).exists():
        raise ValidationError(_("You are in this group already."), code="member")
    if Invitation.objects.filter(space=space, person=person, expires_at__gt=clock.now()).exists():
        raise ValidationError(_("You are invited: accept the invitation."), code="invited")
    message = message.strip()
    if len(message) > MESSAGE_LIMIT:
        raise ValidationError(
            _("The message has %(count)d characters; at most %(limit)d fit."),
            code="message",
            params={"count": len(message), "limit": MESSAGE_LIMIT},
        )
    request, is_new = JoinRequest.objects.get_or_create(space=space, person=person, defaults={"message": message})
    if is_new:
        facts.tell("request.sent", request=request.pk, space=space.pk, person=person.pk)
    return request


@transaction.atomic
def accept_request(*, manager: Person, request: JoinRequest) -> Membership:
    """Let the asking person in."""
    policy.require(manager, "manage", request.space)
    space = locked(request.space)
    refuse_archived(space)
    row = JoinRequest.objects.filter(pk=request.pk).first()
    if row is None:
        raise Http404
    if not row.person.may_act or row.person.is_guest:
        raise ValidationError(
            _("The account of %(name)s is closed."), params={"name": isolated(row.person)}, code="closed"
        )
    membership = add_member(space=space, person=row.person, by=manager)
    facts.tell("request.accepted", request=request.pk, space=space.pk, person=row.person_id, by=manager.pk)
    return membership


@transaction.atomic
def decline_request(*, manager: Person, request: JoinRequest) -> None:
    """Say no to a request; declining one that is gone does nothing."""
    policy.require(manager, "manage", request.space)
    _drop(request, "request.declined", by=manager)


@transaction.atomic
def withdraw_request(*, person: Person, request: JoinRequest) -> None:
    """Take one's own request back."""
    if request.person_id != person.pk:
        raise Http404
    _drop(request, "request.withdrawn", by=person)


def _drop(request: JoinRequest, told: str, *, by: Person) -> None:
    row = JoinRequest.objects.select_for_update().filter(pk=request.pk).first()
    if row is not None:
        row.delete()
        facts.tell(told, request=request.pk, space=request.space_id, person=request.person_id, by=by.pk)
