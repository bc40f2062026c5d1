"""What a timed access (break-glass) means for those who look at a space: who reads along, and since when no more."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from groups.models import Space, TimedAccess
from groups.rules import RULES
from kit import clock


def rights_epoch(space: str = "space") -> Any:
    """The epoch of the space at the path ``space`` ("": the row itself), as an expression.

    It rises also at the moment when a timed access is over, when nothing is written anywhere: by the accesses whose
    end has come and that still lie there. Whoever puts one away raises the epoch of the space by one instead.
    """
    of_space = OuterRef(f"{space}_id" if space else "pk")
    over = TimedAccess.objects.filter(space=of_space, ends_at__lte=clock.now()).order_by()
    count = Subquery(over.values("space").annotate(number=Count("pk")).values("number"))
    return F(f"{space}__epoch" if space else "epoch") + Coalesce(count, 0)


def running_in(space: Space) -> QuerySet[TimedAccess]:
    """Who reads ``space`` at this moment without being in it, the first to end first. The caller asked the rule."""
    if space.type not in RULES["read"].timed_in:
        return TimedAccess.objects.none()
    rows = TimedAccess.objects.filter(space=space, ends_at__gt=clock.now())
    return rows.select_related("person", "approved_by").order_by("ends_at", "pk")
