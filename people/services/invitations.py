"""Links that let one new person make an account."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from kit import clock, facts
from people import queries
from people.models import AccountInvitation, Person, digest
from people.services.accounts import make_person
from people.services.checks import require_administrator, require_free_mail, require_own_look, tidy_mail

LASTS = dt.timedelta(days=14)
FIRST_LINK_LASTS = dt.timedelta(days=1)


def _secret(public_id: str) -> str:
    """The secret of an invitation.

    SECURITY: made from the server's key, so that the mail can be written after a crash and the database alone,
    which holds only the digest, opens nothing.
    """
    return salted_hmac("people.account-invitation", public_id, algorithm="sha256").hexdigest()


def invitation_link(invitation: AccountInvitation) -> str:
    """The whole address to give to the new person."""
    return settings.PUBLIC_URL + reverse("people:invitation", args=[_secret(invitation.public_id)])


def open_invitation(token: str) -> AccountInvitation | None:
    """The invitation this secret opens; None alike for used, withdrawn, expired and unknown ones."""
    row = AccountInvitation.objects.select_related("invited_by").filter(secret_digest=digest(token)).first()
    return row if row and row.is_open else None


@transaction.atomic
def invite_to_company(
    *, by: Person, email: str, display_name: str = "", is_employee: bool = True, **fields: Any
) -> AccountInvitation:
    """Invite one new person by mail; an older open link to the same address ends.

    Employees are invited by an administrator. A guest (``employer``, ``ends_on``) may be invited by any employee, who
    becomes the sponsor: with no group they see nobody and nothing. Raises ValidationError when the address is taken.
    """
    if is_employee:
        require_administrator(by)
    elif not (by.may_act and by.is_employee and not by.is_stand_in):
        raise PermissionDenied
    email = tidy_mail(email)
    require_free_mail(email)
    if not is_employee and (
        fields.get("ends_on") is None or clock.end_of(fields["ends_on"], by.time_zone) <= clock.now()
    ):
        raise ValidationError({"ends_on": _("A guest needs a last day that is not in the past.")})
    earlier = AccountInvitation.objects.filter(email=email, accepted_by=None, withdrawn_at=None)
    earlier.update(withdrawn_at=clock.now())
    return _keep(invited_by=by, email=email, display_name=display_name, is_employee=is_employee, **fields)


def _keep(*, lasts: dt.timedelta = LASTS, **fields: Any) -> AccountInvitation:
    invitation = AccountInvitation(expires_at=clock.now() + lasts, **fields)
    invitation.secret_digest = digest(_secret(invitation.public_id))
    # The link of the first start comes from nobody and is for whoever opens it.
    invitation.full_clean(exclude=[name for name in ("email", "invited_by") if not getattr(invitation, name)])
    invitation.save()
    facts.tell("account-invitation.made", invitation=invitation.pk)
    return invitation


@transaction.atomic
def withdraw_account_invitation(*, by: Person, invitation: AccountInvitation) -> None:
    """Let the link open nothing any more; by who sent it, or an administrator."""
    if not (by.may_act and by.pk == invitation.invited_by_id):
        require_administrator(by)
    if invitation.is_open:
        invitation.withdrawn_at = clock.now()
        invitation.save(update_fields=["withdrawn_at"])
        facts.tell("account-invitation.withdrawn", invitation=invitation.pk)


@transaction.atomic
def accept_account_invitation(
    *, token: str, display_name: str, password: str, email: str = "", vouched_name: str = "", **preferences: Any
) -> Person | None:
    """Make the account a link promises; None when it opens nothing (used, withdrawn, expired, unknown).

    ``email`` counts only for the link of the first start, which was sent to no address. ``vouched_name``: what the
    company's provider calls them, taken instead of a name that looks like somebody else's. The row is locked: of two
    tabs one makes the account. Raises ValidationError for such a name without that, and for an address that is taken.
    """
    rows = AccountInvitation.objects.select_for_update(of=("self",)).select_related("invited_by")
    invitation = rows.filter(secret_digest=digest(token)).first()
    if invitation is None or not invitation.is_open:
        return None
    host = invitation.invited_by
    if host is not None and not host.may_act:
        return None
    # Who comes in as an employee may know of everybody; a guest of nobody yet but their host.
    known = Person.objects.active().real()
    known = known if invitation.is_employee else known.filter(pk=host.pk if host else None)
    try:
        require_own_look(display_name, known.only("display_name"))
    except ValidationError:
        if not vouched_name:
            raise
        display_name = vouched_name
    person = make_person(
        display_name=display_name,
        email=invitation.email or email,
        password=password,
        is_employee=invitation.is_employee,
        is_administrator=invitation.is_administrator,
        employer=invitation.employer,
        ends_on=invitation.ends_on,
        sponsor=None if invitation.is_employee else host,
        **preferences,
    )
    invitation.accepted_by = person
    invitation.save(update_fields=["accepted_by"])
    facts.tell("account-invitation.accepted", invitation=invitation.pk, person=person.pk)
    return person


@transaction.atomic
def first_admin_link() -> str | None:
    """The link that makes the first administrator of a company with nobody in it; None once there is somebody.

    The same link while it lasts (a day), so that a restart prints what the last start printed.
    """
    if queries.has_people():
        return None
    kept = AccountInvitation.objects.filter(is_administrator=True, accepted_by=None, withdrawn_at=None)
    standing = kept.filter(expires_at__gt=clock.now()).order_by("-expires_at").first()
    return invitation_link(standing or _keep(lasts=FIRST_LINK_LASTS, is_administrator=True))
