"""How far the search index is behind the database."""

from __future__ import annotations

from haystack import connections

from kit import clock
from kit.models import Fact
from search.engines.store import Unusable
from search.findables import facts_heard


def seconds() -> float:
    """Age of the oldest change the index has not taken in; where there is no whole index, of the oldest there is."""
    try:
        since = connections["default"].get_backend().behind_since()
    except Unusable:
        told = Fact.objects.filter(name__in=facts_heard()).order_by("pk")
        since = told.values_list("told_at", flat=True).first()
    return max(0.0, (clock.now() - since).total_seconds()) if since else 0.0
