"""Making accounts and changing what they say."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kit import blobs, clock, facts, pictures, slots
from kit.direction import isolated
from people import queries
from people.models import Company, Density, Language, NotificationLevel, Person, Theme, fold_name
from people.services.checks import (
    require_administrator,
    require_free_mail,
    require_own_look,
    require_self_or_administrator,
    tidy_mail,
    tidy_name,
)

PHOTO_SIDE = 256
LOGO_SIDE = 320
# A longer chain of managers than any company has: it only stops a walk that would not end.
LONGEST_CHAIN = 60

WHO_THEY_ARE = frozenset({"display_name", "headline", "about", "department", "place", "phone", "manager"})
FOR_ADMINISTRATORS = frozenset({"email", "employer", "sponsor"})
PREFERENCES = {
    "language": Language.values,
    "theme": Theme.values,
    "density": Density.values,
    "notification_level": NotificationLevel.values,
    "has_single_keys": (True, False),
    "time_zone": None,
}


@transaction.atomic
def robot(*, name: str = "Parvis") -> Person:
    """The robot called ``name``, in whose name a script acts; made once. It can't sign in and is listed nowhere."""
    name = fold_name(name)
    return Person.objects.get_or_create(is_robot=True, display_name=name, defaults={"email": ""})[0]


@transaction.atomic
def create_person(*, by: Person, display_name: str, email: str = "", password: str = "", **fields: Any) -> Person:
    """A new account with everything that belongs to it: employee by default, guest with ``is_employee=False``.

    ``fields`` are columns of Person (a guest needs ``sponsor`` and ``ends_on``; ``is_stand_in=True`` makes the
    inactive bearer of an imported name). Without ``password`` the account is opened by a reset link. Raises
    PermissionDenied unless ``by`` is an administrator or a robot, ValidationError when the mail address is taken or the
    name can't be seen.
    """
    require_administrator(by)
    return make_person(display_name=display_name, email=email, password=password, **fields)


def make_person(*, display_name: str, email: str = "", password: str = "", **fields: Any) -> Person:
    """``create_person`` for verbs that asked before; called inside their transaction."""
    email = tidy_mail(email)
    require_free_mail(email)
    if fields.get("is_stand_in"):
        fields["is_active"] = False
    person = Person(display_name=tidy_name(display_name), email=email, **fields)
    if person.is_guest and not person.is_stand_in and not (person.sponsor_id and person.ends_on):
        raise ValidationError(_("A guest needs a sponsor and an end date."), code="guest incomplete")
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    person.save(force_insert=True)
    for make in slots.filled("person.makers"):
        make(person=person)
    facts.tell("person.created", person=person.pk)
    return person


@transaction.atomic
def change_person(*, by: Person, person: Person, **fields: Any) -> Person:
    """Change what ``person`` says of themselves (they or an administrator), or, by an administrator, their mail.

    Raises PermissionDenied for a column the actor may not change, ValidationError for a value that can't be.
    """
    require_self_or_administrator(by, person)
    if fields.keys() & FOR_ADMINISTRATORS:
        require_administrator(by)
    if fields.keys() - WHO_THEY_ARE - FOR_ADMINISTRATORS:
        raise PermissionDenied
    if "display_name" in fields:
        fields["display_name"] = tidy_name(fields["display_name"])
    if "email" in fields:
        fields["email"] = tidy_mail(fields["email"])
        require_free_mail(fields["email"], besides=person)
    if fields.get("manager"):
        _require_no_circle(person, fields["manager"])
    changed = [name for name, value in fields.items() if getattr(person, name) != value]
    if changed:
        if "display_name" in changed:
            seen = [other for visible in slots.filled("people.visible") for other in visible(by).only("display_name")]
            require_own_look(fields["display_name"], (other for other in seen if other.pk != person.pk))
        _write(person, {name: fields[name] for name in changed})
        facts.tell("person.changed", person=person.pk, fields=sorted(changed), by=by.pk)
    return person


def _require_no_circle(person: Person, manager: Person) -> None:
    above: Person | None = manager
    for _step in range(LONGEST_CHAIN):
        if above is None:
            return
        if above.pk == person.pk:
            raise ValidationError(
                {"manager": _("%(name)s reports to this person.") % {"name": isolated(manager.display_name)}}
            )
        above = above.manager
    raise ValidationError({"manager": _("This line of managers has no end.")})


def _write(person: Person, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(person, name, value)
    person.full_clean(exclude=[f.name for f in person._meta.fields if f.name not in values])
    person.save(update_fields=list(values))


@transaction.atomic
def change_preferences(*, person: Person, **wishes: Any) -> Person:
    """Set how ``person`` is shown things and told of them; raises ValidationError for an unknown wish."""
    for name, value in wishes.items():
        if name not in PREFERENCES:
            raise ValidationError(_("There is no such preference."), code="unknown")
        known: Iterable[Any] = PREFERENCES[name] or zoneinfo.available_timezones()
        if value not in known:
            raise ValidationError({name: _("Choose one of the values offered.")})
    if not person.may_act:
        raise PermissionDenied
    _write(person, wishes)
    facts.tell("preferences.changed", person=person.pk)
    return person


def set_photo(*, by: Person, person: Person, content: bytes) -> Person:
    """Show ``content`` as the face of ``person``: cut square, made anew, metadata gone.

    Raises :class:`kit.pictures.PictureRefused`.
    """
    require_self_or_administrator(by, person)
    # PERF: before the transaction. Decoding takes seconds, and on SQLite nobody else could write meanwhile.
    made = pictures.remake(content, longest=PHOTO_SIDE, is_square=True)
    with transaction.atomic():
        return _put_photo(person, blobs.put(made.content))


@transaction.atomic
def remove_photo(*, by: Person, person: Person) -> Person:
    """Show initials again."""
    require_self_or_administrator(by, person)
    return _put_photo(person, "")


def _put_photo(person: Person, sha256: str) -> Person:
    if person.photo != sha256:
        _write(person, {"photo": sha256})
        facts.tell("person.changed", person=person.pk, fields=["photo"])
    return person


@transaction.atomic
def extend_guest(*, by: Person, person: Person, ends_on: dt.date) -> Person:
    """Move a guest's last day, by an administrator or their sponsor; a guest whose time was over gets in again."""
    if not (by.may_act and by.is_employee and by.pk == person.sponsor_id):
        require_administrator(by)
    if not person.is_guest:
        raise ValidationError(_("Only guests have an end date."), code="not a guest")
    if clock.end_of(ends_on, (person.sponsor or by).time_zone) <= clock.now():
        raise ValidationError({"ends_on": _("The last day can’t be in the past.")})
    was_over = not person.is_active and person.ends_at is not None and person.ends_at <= clock.now()
    _write(person, {"ends_on": ends_on, "is_active": person.is_active or was_over})
    facts.tell("person.changed", person=person.pk, fields=["ends_on"])
    if was_over:
        facts.tell("person.reactivated", person=person.pk, by=by.pk)
    return person


@transaction.atomic
def change_company(*, by: Person, **fields: Any) -> Company:
    """Name, languages and who may create groups; by an administrator."""
    require_administrator(by)
    if fields.keys() - {"name", "language", "has_english", "has_french", "group_creators", "is_demo"}:
        raise PermissionDenied
    company = queries.company()
    for name, value in fields.items():
        setattr(company, name, fold_name(value) if name == "name" else value)
    if not (company.has_english if company.language == Language.ENGLISH else company.has_french):
        raise ValidationError({"language": _("The company’s own language has to be one of those offered.")})
    company.full_clean()
    company.save()
    facts.tell("company.changed", fields=sorted(fields))
    return company


def set_logo(*, by: Person, content: bytes | None) -> Company:
    """Show ``content`` as the company's sign, or none; raises :class:`kit.pictures.PictureRefused`."""
    require_administrator(by)
    made = pictures.remake(content, longest=LOGO_SIDE) if content else None
    with transaction.atomic():
        company = queries.company()
        company.logo = blobs.put(made.content) if made else ""
        company.save(update_fields=["logo"])
        facts.tell("company.changed", fields=["logo"])
    return company
