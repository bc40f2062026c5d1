"""A timed access begins and ends here; who may have one is decided in ``archive``, by two people and with a log."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.models import Space, TimedAccess
from groups.rules import RULES
from groups.services.rows import raise_epoch
from kit import clock, facts
from people.models import Person


@transaction.atomic
def start_timed_access_unsafe(
    *, person: Person, space: Space, approved_by: Person, reason: str, ends_at: dt.datetime
) -> TimedAccess:
    """Let ``person`` read ``space`` until ``ends_at``; the group's managers are told.

    SECURITY: asks nobody whether this may be; only ``archive`` calls it, when it has asked two administrators.
    """
    if space.type not in RULES["read"].timed_in:
        raise ValidationError(_("This can’t be read by break-glass."), code="type")
    access = TimedAccess.objects.create(
        person=person, space=space, approved_by=approved_by, reason=reason, started_at=clock.now(), ends_at=ends_at
    )
    facts.tell("access.started", space=space.pk, person=person.pk, by=approved_by.pk)
    return access


@transaction.atomic
def end_timed_access(access: TimedAccess) -> None:
    """Put ``access`` away, over or not: from the commit on the person reads there no more."""
    space, person = access.space_id, access.person_id
    if TimedAccess.objects.filter(pk=access.pk).delete()[0]:
        raise_epoch(access.space)
        facts.tell("access.ended", space=space, person=person)
