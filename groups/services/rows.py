"""What every verb of this app does to a Space's row: lock it, refuse an archived one, raise its epoch."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from groups.models import Space


def locked(space: Space) -> Space:
    """The row as it is now, locked until the transaction ends, so that two verbs on one space take turns."""
    # SQLite knows no row locks; its transactions are IMMEDIATE and take turns anyway.
    return Space.objects.select_for_update().get(pk=space.pk)


def refuse_archived(space: Space) -> None:
    """Raise ValidationError when ``space`` is read-only."""
    if space.is_archived:
        raise ValidationError(_("This group is archived: it can be read, not changed."), code="archived")


def raise_epoch(space: Space) -> None:
    """Note a loss of rights in ``space``: every hub asks the rule again before it sends more of it."""
    Space.objects.filter(pk=space.pk).update(epoch=F("epoch") + 1)
