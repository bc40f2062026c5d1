"""What can be found: every Haystack ``SearchIndex`` of an installed app, seen with what search needs to know of it.

An app makes its rows findable in its ``search_indexes.py``, importing Haystack only, with these fields and attributes:

``text``, ``title``      words of the row;
``context``              more words (a reply's thread title, its author) that help to match, but are no hit alone;
``space``, ``space_type`` the space it stands in and its type; not where no space decides;
``is_shared``            whether its label lets guests read it;
``finds``                the word for it: ``thread``, ``person``, ``group``, ``topic``;
``hears``                fact name -> function from the fact's ids to the keys of the rows to write again;
``waits``                those of these facts that change words of very many rows and hide none: they may be late;
``rows(viewer)``         the rows ``viewer`` may find (default: the rule over ``space``): the second gate;
``gate(viewer)``         the same for the index (default: from the spaces the rule gives): the first gate;
``gate_columns``         what the gate of a row is made of, where it need not be fetched whole for it;
``action``               the right that finds it (default ``read``); ``is_for_all``: everybody signed in finds it;
``present(keys, viewer)`` rows by key, as the template wants them (default: ``rows(viewer)`` of these keys);
``page``                 how rows are counted and filtered, see :class:`search.pages.Page`; None for plain lists;
``visited``              how addresses of such rows begin, and the column whose value follows; for what one opened last;
``option(row)``          (address, text, icon, detail) of one line in the palette or beside the results;
``draw(hit, marker)``    one result as HTML, where ``page`` is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.safestring import SafeString
from haystack import connections

from groups import policy
from groups.rules import GUESTS_READ_LABELS, RULES, WALLS_OF_EMPLOYEES, Action
from kit.prepared import Prepared
from people.models import Person
from search.engines.matching import Gate

EMPLOYEES = 1
"""The gate number of all walls that every employee reads: one for 25,000 personal walls. WHY: docs/decisions/0070."""


def gate_number(space: int, *, is_shared: bool) -> int:
    """One number for who may read: the space, and whether guests of it may."""
    return space * 2 + is_shared


def gate_at(space: int, type: str, *, is_shared: bool) -> int:
    """The gate number of what stands in ``space`` (its key) of this type."""
    return EMPLOYEES if type in WALLS_OF_EMPLOYEES else gate_number(space, is_shared=is_shared)


_SPACES = Prepared(lambda standing, action: policy.keys_for(standing, action, but=WALLS_OF_EMPLOYEES))


def gate_for(viewer: Person, action: Action = "read") -> Gate:
    """The first gate: gate numbers of every space where ``viewer`` may do ``action``."""
    spaces = [row[0] for row in _SPACES.rows(policy.Standing.of(viewer), action, viewer=viewer.pk)]
    numbers = {gate_number(space, is_shared=True) for space in spaces}
    if viewer.is_employee:
        numbers |= {gate_number(space, is_shared=False) for space in spaces}
        # SECURITY: only where the rule lets all employees in, closed accounts not.
        if viewer.may_act and RULES[action].employees_in >= WALLS_OF_EMPLOYEES:
            numbers.add(EMPLOYEES)
    return Gate(frozenset(numbers))


def is_shared(label: str) -> bool:
    """True for a label that guests of the space may read."""
    return label in GUESTS_READ_LABELS


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a list of found things."""

    url: str
    text: str
    icon: str
    detail: str


@dataclass(frozen=True)
class Findable:
    """One kind of findable row."""

    index: Any
    model: type[Model]

    @property
    def name(self) -> str:
        return getattr(self.index, "finds", self.model._meta.model_name)

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def hears(self) -> Mapping[str, Callable[[Mapping[str, Any]], Iterable[int]]]:
        return getattr(self.index, "hears", {})

    @property
    def waits(self) -> frozenset[str]:
        return getattr(self.index, "waits", frozenset())

    def rows(self, viewer: Person) -> QuerySet:
        """SECURITY: the second gate, asked of the database for every hit, count and facet."""
        own = getattr(self.index, "rows", None)
        return own(viewer) if own else policy.scope(self.model._default_manager.all(), viewer, "read")

    def gate(self, viewer: Person) -> Gate:
        """SECURITY: the first gate, asked of the index before anything is counted or suggested."""
        own = getattr(self.index, "gate", None)
        if own:
            return own(viewer)
        if getattr(self.index, "is_for_all", False):
            return Gate(numbers=None) if viewer.may_act else Gate()
        return gate_for(viewer, getattr(self.index, "action", "read"))

    @property
    def page(self) -> Any:
        return getattr(self.index, "page", None)

    @property
    def visited(self) -> tuple[str, str]:
        """How addresses of such rows begin, and which column follows; ("", "") for what has no page of its own."""
        return getattr(self.index, "visited", ("", ""))

    def option(self, row: Model) -> Option:
        """``row`` as one line of a list."""
        return Option(*self.index.option(row))

    def draw(self, hit: Any, marker: Any) -> SafeString:
        """One hit as a row of results, its words marked."""
        return self.index.draw(hit, marker)

    def present(self, keys: Iterable[int], viewer: Person) -> dict[int, Model]:
        """The rows with these keys that ``viewer`` may find, ready for the template, by key."""
        own = getattr(self.index, "present", None)
        return own(keys, viewer) if own else self.rows(viewer).filter(pk__in=list(keys)).in_bulk()

    def documents(self, keys: Iterable[int] | None = None) -> QuerySet:
        """The rows that belong into the index, or those of them with these keys."""
        rows = self.index.index_queryset()
        return rows if keys is None else rows.filter(pk__in=keys)

    def places(self, keys: Iterable[int]) -> QuerySet:
        """The rows with these keys that belong into the index, with what :meth:`gate_of` needs."""
        rows, columns = self.documents(keys), getattr(self.index, "gate_columns", ())
        if not columns:
            return rows
        relations = {column.rpartition("__")[0] for column in columns} - {""}
        return rows.select_related(None).select_related(*relations).only(*columns)

    def document(self, row: Model) -> dict[str, Any]:
        """``row`` as the index keeps it."""
        prepared = self.index.full_prepare(row)
        return {
            "title": prepared.get("title") or "",
            "body": prepared.get("text") or "",
            "context": prepared.get("context") or "",
            "row": row.pk,
            "gate": _gate(*map(prepared.get, ("space", "space_type", "is_shared"))),
        }

    def gate_of(self, row: Model) -> int:
        """The gate number of ``row`` alone, without its words."""
        return _gate(*(self._prepared(name, row) for name in ("space", "space_type", "is_shared")))

    def _prepared(self, name: str, row: Model) -> Any:
        if name not in self.index.fields:
            return None
        own = getattr(self.index, f"prepare_{name}", None)
        return own(row) if own else self.index.fields[name].prepare(row)


def _gate(space: Any, type: Any, is_shared: Any) -> int:
    return gate_at(int(space), type or "", is_shared=bool(is_shared)) if space else 0


def findables(using: str = "default") -> dict[str, Findable]:
    """Everything findable, by model label."""
    indexes = connections[using].get_unified_index().get_indexes()
    found = [Findable(index, model) for model, index in indexes.items()]
    return {findable.label: findable for findable in sorted(found, key=lambda findable: findable.label)}


def findable(name: str) -> Findable:
    """The findable whose word is ``name``. Raises KeyError."""
    for one in findables().values():
        if one.name == name:
            return one
    raise KeyError(name)


def facts_heard() -> set[str]:
    """Every fact after which something has to be written again."""
    return {name for one in findables().values() for name in one.hears}
