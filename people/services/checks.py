"""What every verb about people asks first."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from people.models import Person


def require_administrator(by: Person) -> None:
    """Return quietly for an administrator whose account is open, or for a robot; else PermissionDenied."""
    if not (by.may_act and (by.is_administrator or by.is_robot)):
        raise PermissionDenied


def require_self_or_administrator(by: Person, person: Person) -> None:
    """Return quietly when ``by`` is ``person`` with an open account, or may administer; else PermissionDenied."""
    if not (by.pk == person.pk and by.may_act):
        require_administrator(by)


def require_free_mail(email: str, *, besides: Person | None = None) -> None:
    """Return quietly when nobody else signs in with ``email``; else ValidationError."""
    taken = Person.objects.filter(email__iexact=email)
    if email and taken.exclude(pk=besides.pk if besides else None).exists():
        raise ValidationError(_("%(email)s already has an account."), code="mail taken", params={"email": email})


def require_another_administrator(person: Person) -> None:
    """Return quietly unless ``person`` is the last administrator who can sign in; else ValidationError.

    Called inside the transaction: it locks the administrators, so that two cannot leave at once.
    """
    others = Person.objects.select_for_update().active().filter(is_administrator=True, is_robot=False)
    if person.is_administrator and not [other for other in others if other.pk != person.pk]:
        raise ValidationError(
            _("%(name)s is the only administrator. Make somebody else administrator first."),
            code="last administrator",
            params={"name": person.display_name},
        )


def tidy_mail(email: str) -> str:
    """A mail address as we keep it: trimmed, in lower case."""
    return email.strip().lower()
