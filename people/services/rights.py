"""Giving and taking rights that belong to the account itself. Every loss raises the person's epoch."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from kit import clock, facts
from people.models import AccountInvitation, Person
from people.services.accounts import extend_guest, robot
from people.services.checks import require_administrator, require_another_administrator
from people.services.sessions import end_sessions


def _lose(person: Person, **values: object) -> None:
    """Write ``values`` and raise the epoch in one statement."""
    Person.objects.filter(pk=person.pk).update(epoch=F("epoch") + 1, **values)
    person.refresh_from_db()


@transaction.atomic
def deactivate(*, by: Person, person: Person) -> Person:
    """Close an account now: its sessions and sockets end before the answer, what it wrote stays.

    Links it sent to new people are withdrawn. Raises ValidationError for the last administrator.
    """
    require_administrator(by)
    if not person.is_active:
        return person
    require_another_administrator(person)
    _lose(person, is_active=False)
    end_sessions(person=person)
    AccountInvitation.objects.filter(invited_by=person, accepted_by=None, withdrawn_at=None).update(
        withdrawn_at=clock.now()
    )
    facts.tell("person.deactivated", person=person.pk)
    return person


@transaction.atomic
def reactivate(*, by: Person, person: Person, ends_on: dt.date | None = None) -> Person:
    """Open a closed account again; a guest whose time is over needs a new last day."""
    require_administrator(by)
    if person.is_stand_in or person.is_robot:
        raise ValidationError(_("This is not an account of somebody."), code="not a person")
    if ends_on is not None and person.is_guest:
        extend_guest(by=by, person=person, ends_on=ends_on)
    if person.is_guest and (person.ends_at is None or person.ends_at <= clock.now()):
        raise ValidationError({"ends_on": _("This guest’s time is over. Give a new last day.")}, code="over")
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        facts.tell("person.reactivated", person=person.pk, by=by.pk)
    return person


def end_guests_of_yesterday() -> int:
    """Close every guest account whose last day is over; how many. The beat calls it every minute.

    From midnight where the sponsor is, ``may_act`` refuses them everywhere: this ends sessions and tells the sockets.
    """
    over = Person.objects.guests().filter(is_active=True, ends_at__lte=clock.now())
    if not over:
        return 0
    housekeeper = robot()
    for person in over:
        deactivate(by=housekeeper, person=person)
    return len(over)


@transaction.atomic
def make_administrator(*, by: Person, person: Person) -> Person:
    """Let an employee administer people and company. Reading what they are not a member of is not part of it."""
    return _give(by, person, "is_administrator")


@transaction.atomic
def end_administrator(*, by: Person, person: Person) -> Person:
    """Take administration away; raises ValidationError for the last administrator."""
    require_administrator(by)
    if person.is_administrator:
        require_another_administrator(person)
    return _take(by, person, "is_administrator")


@transaction.atomic
def make_editor(*, by: Person, person: Person) -> Person:
    """Let an employee announce on the company wall."""
    return _give(by, person, "is_editor")


@transaction.atomic
def end_editor(*, by: Person, person: Person) -> Person:
    """Take the announcements of the company wall away."""
    return _take(by, person, "is_editor")


def _give(by: Person, person: Person, right: str) -> Person:
    require_administrator(by)
    if not (person.is_employee and person.may_sign_in):
        raise ValidationError(_("Only an employee with an open account can have this right."), code="not an employee")
    if not getattr(person, right):
        setattr(person, right, True)
        person.save(update_fields=[right])
        facts.tell("person.changed", person=person.pk, fields=[right], by=by.pk)
    return person


def _take(by: Person, person: Person, right: str) -> Person:
    require_administrator(by)
    if getattr(person, right):
        _lose(person, **{right: False})
        facts.tell("person.changed", person=person.pk, fields=[right], by=by.pk)
    return person
