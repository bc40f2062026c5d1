"""The search field: operators stand in it as tokens, the rest as words; both together are one query text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language

from groups import policy
from groups.queries import visible_people
from people.models import Person
from search.language import OPERATORS, Operator, Query, QueryError, parse
from search.pages import Choices

FACETS = ("kind", "status", "topic", "in")
"""Operators of which several chosen values mean any of them."""


@dataclass(frozen=True, slots=True)
class Token:
    """One operator in the field: ``name`` and ``value`` as the viewer reads them, ``text`` as it is asked."""

    name: str
    value: str
    text: str
    is_negated: bool


def split(query: Query) -> tuple[list[Operator], str]:
    """The operators that narrow the whole query, and the text of everything else."""
    operators: list[Operator] = []
    rest = []
    for clause in query.clauses:
        names = {term.name for term in clause if isinstance(term, Operator)}
        is_plain = all(isinstance(term, Operator) and not term.is_negated for term in clause)
        is_alone = len(clause) == 1 and isinstance(clause[0], Operator)
        if is_alone or (is_plain and len(names) == 1 and names <= {*FACETS}):
            operators += [term for term in clause if isinstance(term, Operator)]
        else:
            rest.append(clause)
    return operators, str(Query("", tuple(rest)))


def compose(written: Iterable[str], rest: str) -> str:
    """One query text out of the operators of tokens and facets, and the words typed."""
    kept: dict[str, list[str]] = {}
    for text in dict.fromkeys(text.strip() for text in written):
        try:
            terms = parse(text).terms
        except QueryError:
            terms = []
        for term in terms:
            if isinstance(term, Operator):
                key = term.name if term.name in FACETS and not term.is_negated else f"{term.name} {len(kept)}"
                kept.setdefault(key, []).append(str(term))
    return " ".join([*(" OR ".join(texts) for texts in kept.values()), rest.strip()]).strip()


def shown(name: str) -> str:
    """The operator's name in the language of the moment."""
    return OPERATORS[name][0] if (get_language() or "").startswith("fr") else name


def token(operator: Operator, viewer: Person, choices: Mapping[str, Choices]) -> Token:
    """``operator`` as ``viewer`` reads it; ``choices``: the closed lists of values, by operator."""
    return Token(shown(operator.name), _readable(operator, viewer, choices), str(operator), operator.is_negated)


def _readable(operator: Operator, viewer: Person, choices: Mapping[str, Choices]) -> str:
    """``#id`` values as the name they stand for, where ``viewer`` may know it, and values of a closed list in the
    language of the moment; others as they were written.
    """
    if operator.name in choices:
        value = choices[operator.name].value(operator.value)
        return choices[operator.name].written(value).strip('"') if value is not None else operator.value
    if operator.value.startswith("#"):
        rows = {"in": policy.spaces_for(viewer, "read"), "from": visible_people(viewer)}.get(operator.name)
        row = rows.filter(public_id=operator.value[1:]).first() if rows is not None else None
        return str(row or operator.value)
    return operator.value
