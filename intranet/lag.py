"""How far the search index is behind the database."""

from __future__ import annotations

from haystack import connections

from kit import clock
from kit.models import Fact
from search.findables import facts_heard


def seconds() -> float:
    """Age of the oldest change the index has not taken in; 0 where it is written with the change itself."""
    store = getattr(connections["default"].get_backend(), "store", None)
    if store is None:
        return 0.0
    try:
        heard = store.current().heard["fact"]
    except Exception:
        # No index yet, or one that is being built: everything is behind.
        heard = 0
    missed = Fact.objects.filter(pk__gt=heard, name__in=facts_heard(), heard_at=None).order_by("pk")
    oldest = missed.values_list("told_at", flat=True).first()
    return max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0
