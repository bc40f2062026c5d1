"""Facets as the page draws them: for each operator a list of choices with exact counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import TextField
from django.utils import timezone
from django.utils.translation import gettext as _

from groups.models import Space
from kit.keys import keys_in, written
from kit.prepared import Prepared
from search.language import Operator
from search.names import day, space_label, space_value
from search.pages import Page
from search.queries import WHEN, Results, since

MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """One box: ``op`` is what ticking it adds to the query."""

    op: str
    label: str
    count: int | None
    is_chosen: bool = False
    is_inside: bool = False


@dataclass(slots=True)
class Facet:
    """One heading with its choices. ``is_single``: one at a time."""

    name: str
    legend: str
    choices: list[Choice] = field(default_factory=list)
    is_single: bool = False


def facets(results: Results, operators: list[Operator], page: Page) -> list[Facet]:
    """What the page shows beside ``results``; a facet with nothing to choose is left out."""
    chosen = [operator for operator in operators if not operator.is_negated]
    found = [_closed(results, chosen, page, name) for name in page.facets]
    found += [_topics(results, chosen, page), _places(results, chosen), _when(results, chosen)]
    return [facet for facet in found if len(facet.choices) > facet.is_single]


def ops(drawn: list[Facet]) -> set[str]:
    """The operators that stand as ticked boxes, and so need no hidden field of their own."""
    return {choice.op for facet in drawn for choice in facet.choices if choice.is_chosen}


def _values(chosen: list[Operator], name: str) -> list[Operator]:
    return [operator for operator in chosen if operator.name == name]


def _closed(results: Results, chosen: list[Operator], page: Page, name: str) -> Facet:
    legends = {"kind": _("Kind"), "status": _("Status"), "label": _("Label")}
    choices = page.choices[name]
    ticked = {choices.value(operator.value): str(operator) for operator in _values(chosen, name)}
    counts = results.facets.get(name, {})
    facet = Facet(name, legends.get(name, name))
    for value in choices.names:
        if counts.get(value) or value in ticked:
            op = ticked.get(value, f"{name}:{value}")
            facet.choices.append(Choice(op, choices.label(value), counts.get(value, 0), value in ticked))
    return facet


def _topics(results: Results, chosen: list[Operator], page: Page) -> Facet:
    """Topics at the top of the tree with all that is under them; the children of those that are ticked."""
    facet = Facet("topic", _("Topic"))
    if page.topics is None:
        return facet
    topics = list(page.topics.model._default_manager.all())
    by_key = {str(topic.pk): topic for topic in topics}
    counts: dict[str, int] = {}
    for key, count in results.facets.get("topic", {}).items():
        path = by_key[key].path if key in by_key else ""
        for length in range(page.topics.model.steplen, len(path) + 1, page.topics.model.steplen):
            counts[path[:length]] = counts.get(path[:length], 0) + count
    ticked: dict[str, str] = {}
    for operator in _values(chosen, "topic"):
        ticked.update({topic.path: str(operator) for topic in page.topics.named(operator.value)})
    step = page.topics.model.steplen
    for topic in sorted(topics, key=lambda one: one.path):
        parent = topic.path[:-step]
        open_above = not parent or parent in ticked or any(path.startswith(parent) for path in ticked)
        if not open_above or not (counts.get(topic.path) or topic.path in ticked):
            continue
        # WHY: a topic is written with the path above it only where its label alone would name two.
        op = ticked.get(topic.path) or str(Operator(name="topic", value=topic.label))
        facet.choices.append(Choice(op, topic.label, counts.get(topic.path, 0), topic.path in ticked, bool(parent)))
    return facet


_PLACES = Prepared(
    lambda keys: Space.objects.filter(pk__in=keys_in(keys)).only("pk", "public_id", "type", "name", "is_named_readers"),
    keys=TextField(),
)


def _places(results: Results, chosen: list[Operator]) -> Facet:
    """The spaces with most results. They are counted behind the rule, so their names may be shown."""
    facet = Facet("in", _("Where"))
    counts = {int(key): count for key, count in results.facets.get("in", {}).items()}
    spaces = _PLACES.rows(keys=written(counts))
    names = Counter(space_value(space) for space in spaces)
    ticked = {operator.value: str(operator) for operator in _values(chosen, "in")}
    for space in spaces:
        name = space_value(space)
        value = name if names[name] == 1 and '"' not in name else f"#{space.public_id}"
        op = ticked.get(value) or ticked.get(f"#{space.public_id}")
        asks = op or str(Operator(name="in", value=value))
        facet.choices.append(Choice(asks, space_label(space), counts[space.pk], op is not None))
    facet.choices.sort(key=lambda choice: (not choice.is_chosen, -(choice.count or 0), choice.label.casefold()))
    del facet.choices[MOST_PLACES:]
    return facet


def _when(results: Results, chosen: list[Operator]) -> Facet:
    legends = {"month": _("This month"), "year": _("This year")}
    afters = {span[0]: str(operator) for operator in _values(chosen, "after") if (span := day(operator.value))}
    facet = Facet("when", _("When"), [Choice("", _("Any time"), None, not afters)], is_single=True)
    for name in WHEN:
        first = since(name)
        op = afters.get(first)
        written = op or f"after:{timezone.localtime(first):%Y-%m-%d}"
        count = results.facets.get("when", {}).get(name, 0)
        if count or op:
            facet.choices.append(Choice(written, legends[name], count, op is not None))
    return facet
