"""What a timed access (break-glass) means for those who look at a space: who reads along, and since when no more."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, F, Func, IntegerField, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

from groups.models import Space, TimedAccess
from groups.rules import RULES
from kit import clock


class _RightsEpoch(Func):
    """Epoch, space and moment as SQL. PERF: as a Subquery it costs 2 ms to build, at every look and every push."""

    output_field = IntegerField()

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_more: Any) -> Any:  # type: ignore[override]
        (epoch, first), (space, second), (now, third) = map(compiler.compile, self.source_expressions)
        table = connection.ops.quote_name(TimedAccess._meta.db_table)
        count = f"SELECT COUNT(*) FROM {table} ended WHERE ended.space_id = {space} AND ended.ends_at <= {now}"  # noqa: S608
        return f"({epoch} + ({count}))", (*first, *second, *third)


def rights_epoch(space: str = "space") -> Func:
    """The epoch of the space at the path ``space`` ("": the row itself), as an expression.

    It rises also at the moment when a timed access is over, when nothing is written anywhere: by the accesses whose
    end has come and that still lie there. Whoever puts one away raises the epoch of the space by one instead.
    """
    epoch, key = (f"{space}__epoch", f"{space}_id") if space else ("epoch", "pk")
    return _RightsEpoch(F(epoch), F(key), Value(clock.now(), DateTimeField()))


def running_in(space: Space) -> QuerySet[TimedAccess]:
    """Who reads ``space`` at this moment without being in it, the first to end first. The caller asked the rule."""
    if space.type not in RULES["read"].timed_in:
        return TimedAccess.objects.none()
    rows = TimedAccess.objects.filter(space=space, ends_at__gt=clock.now())
    return rows.select_related("person", "approved_by").order_by("ends_at", "pk")
