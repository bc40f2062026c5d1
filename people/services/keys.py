"""Which keys a person's shortcuts have."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kit import facts
from people import shortcuts
from people.models import Person


@transaction.atomic
def set_keys(*, person: Person, keys: Mapping[str, str]) -> Person:
    """Give the shortcuts named in ``keys`` these keys ("" for none); the others stay as they are.

    Raises ValidationError, by shortcut, for what is no key and for keys of which one can't tell what they ask for.
    """
    if keys.keys() - shortcuts.SHORTCUTS.keys():
        raise ValidationError(_("There is no such shortcut."), code="unknown")
    row = _locked(person)
    wishes, wrong = {}, {}
    for name, written in keys.items():
        try:
            wishes[name] = shortcuts.tidy_keys(written)
        except ValidationError as refusal:
            wrong[name] = refusal.messages
    whole = {**shortcuts.keys_of(row), **wishes}
    if wrong or (wrong := shortcuts.conflicts(whole)):
        raise ValidationError(wrong)
    return _keep(person, {name: own for name, own in whole.items() if own != shortcuts.SHORTCUTS[name].keys})


@transaction.atomic
def reset_keys(*, person: Person) -> Person:
    """Give every shortcut the keys it has for somebody new."""
    _locked(person)
    return _keep(person, {})


def _locked(person: Person) -> Person:
    row = Person.objects.select_for_update().get(pk=person.pk)
    if not row.may_act:
        raise PermissionDenied
    return row


def _keep(person: Person, own_keys: dict[str, str]) -> Person:
    person.own_keys = own_keys
    person.save(update_fields=["own_keys"])
    facts.tell("preferences.changed", person=person.pk)
    return person
