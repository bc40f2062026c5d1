"""Queries of a fixed shape, put into SQL once and run again with other values.

The ORM spends more on building a query of the rule than SQLite on answering it (5 to 10 ms against 1). The pages that
everybody opens all day ask the same dozen questions; those are written as ever, as a function that returns a
queryset, with a :class:`Given` wherever a value comes from the moment::

    _OF_SPACE = Prepared(lambda standing, space, since: Thread.objects.readable_by(standing).filter(
        space_id=space, active_at__gte=since), space=models.BigIntegerField(), since=models.DateTimeField())
    _OF_SPACE.rows(policy.Standing.of(viewer), viewer=viewer.pk, space=space.pk, since=since)

Positional values are the *shape*: what the function may branch on; each shape is its own SQL.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import DateTimeField, Expression, Field, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from kit import clock

Row = TypeVar("Row", bound=Model)

# The literals a prepared query may hold: words of the product ("announcement"), never a key, a date or a text.
_WORD = re.compile(r"[a-z:_-]{0,20}")


class Given(Expression):
    """A value that is named now and given when the query is run; stands wherever an expression may."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def __repr__(self) -> str:
        return f"Given({self.name})"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", (self,)


class Moment(Given):
    """The moment at which the query is run, by the one clock; nobody has to give it."""

    def __init__(self) -> None:
        super().__init__("the moment", DateTimeField())


class Prepared(Generic[Row]):
    """``build(*shape, **givens)`` as SQL, compiled at the first run of each shape.

    ``fields`` name the values to give and their types. The queryset may slice, join, annotate, ``only`` and
    ``values_list``; it may not prefetch, and every value in it that is of the moment must be a :class:`Given`.
    """

    def __init__(self, build: Callable[..., QuerySet[Row, Any]], **fields: Field[Any, Any]) -> None:
        self._build = build
        self._givens = {name: Given(name, field) for name, field in fields.items()}
        self._ready: dict[Hashable, _Ready] = {}

    def rows(self, *shape: Hashable, **values: Any) -> list[Any]:
        """The rows of the query run with ``values``: model instances, or what ``values_list`` gives.

        Raises TypeError where a value is not given, and at the first run of a shape where a value of the moment was
        built into the query.
        """
        return self._of(*shape).rows(values)

    def first(self, *shape: Hashable, **values: Any) -> Any | None:
        """The first row, or None. Slice the query to one."""
        return next(iter(self.rows(*shape, **values)), None)

    def statement(self, *shape: Hashable, **values: Any) -> tuple[str, tuple[Any, ...]]:
        """SQL and parameters of the query, for one who writes a statement round it; "" where it can hold no row."""
        return self._of(*shape).statement(values)

    def _of(self, *shape: Hashable) -> _Ready:
        ready = self._ready.get(shape)
        if ready is None:
            ready = self._ready[shape] = _Ready(self._build(*shape, **self._givens))
        return ready


class _Ready:
    """A compiled query. Only its SQL, its parameters and the map from columns to fields are used again."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            self._sql, parameters = self._compiler.as_sql()
        except EmptyResultSet:
            self._sql, parameters = "", ()
        self._parameters = tuple(parameters)
        for parameter in self._parameters:
            _check(parameter)

    def statement(self, values: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        connection = connections[self._queryset.db]
        return self._sql, tuple(_value(parameter, values, connection) for parameter in self._parameters)

    def rows(self, values: dict[str, Any]) -> list[Any]:
        if not self._sql:
            return []
        run = self._queryset.all()
        connection = connections[run.db]
        # The compiler is the ORM's own; only the turning into SQL is skipped.
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiled = self.statement(values)
        vars(compiler)["as_sql"] = lambda *args, **options: compiled
        vars(run.query)["get_compiler"] = lambda *args, **options: compiler
        return list(run)


def _check(parameter: Any) -> None:
    # SECURITY: a key, a date or a name that is built in would answer the next person with this one's rows.
    is_word = isinstance(parameter, str) and _WORD.fullmatch(parameter)
    if not (parameter is None or is_word or isinstance(parameter, (Given, bool)) or parameter in range(100)):
        raise TypeError(f"{parameter!r} is built into a prepared query: name it with Given")


def _value(parameter: Any, values: dict[str, Any], connection: Any) -> Any:
    if not isinstance(parameter, Given):
        return parameter
    if isinstance(parameter, Moment):
        return parameter.output_field.get_db_prep_value(clock.now(), connection)
    if parameter.name not in values:
        raise TypeError(f"The prepared query wants a value for {parameter.name}")
    return parameter.output_field.get_db_prep_value(values[parameter.name], connection)
