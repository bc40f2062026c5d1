"""What every verb about people asks first."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from kit import confusables
from kit.direction import isolated
from people.models import NAME_LIMIT, Person, fold_name


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


def tidy_name(name: str) -> str:
    """``name`` as it is kept; ValidationError where nothing of it can be seen, or more than fits."""
    kept = fold_name(name)
    if not kept:
        said = _("Nothing of this name can be seen. Write another.")
        raise ValidationError({"display_name": ValidationError(said, code="no name")})
    # A field counts what is typed; one sign may stand for eighteen (U+FDFA).
    if len(kept) > NAME_LIMIT:
        said = _("The name has %(count)d characters; at most %(limit)d fit.") % {
            "count": len(kept),
            "limit": NAME_LIMIT,
        }
        raise ValidationError({"display_name": ValidationError(said, code="name too long")})
    return kept


def require_own_look(name: str, people: Iterable[Person]) -> None:
    """Return quietly unless ``name`` looks like that of one of ``people`` and is spelt with other letters.

    SECURITY: ``people`` are those whom the one who reads the refusal may know of. Two of one name may both have it.
    Compared is what will be kept: a sign that the fold takes away would make any name another one.
    PERF: 20 µs a person, when a name is changed.
    """
    name = fold_name(name)
    for other in people:
        if confusables.look_alike(name, other.display_name):
            said = _("This looks like the name of %(name)s, spelt with other letters. Use those of one alphabet.")
            raise ValidationError({"display_name": said % {"name": isolated(other.display_name)}}, code="looks alike")


def require_another_administrator(person: Person) -> None:
    """Return quietly unless ``person`` is the last administrator who can sign in; else ValidationError.

    Called inside the transaction: it locks the administrators, so that two cannot leave at once.
    """
    others = Person.objects.select_for_update().active().filter(is_administrator=True, is_robot=False)
    if person.is_administrator and not [other for other in others if other.pk != person.pk]:
        raise ValidationError(
            _("%(name)s is the only administrator. Make somebody else administrator first."),
            code="last administrator",
            params={"name": isolated(person.display_name)},
        )


def tidy_mail(email: str) -> str:
    """A mail address as we keep it: trimmed, in lower case."""
    return email.strip().lower()
