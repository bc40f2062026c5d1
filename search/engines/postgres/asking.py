"""Terms of a query as SQL: which tsvectors hold them, and what each of these weighs (:mod:`search.engines.weighing`).

The weight wants to know how often a word stands in a body. ``ts_rank`` of one word, where places of the body alone
count, is the sum of 1/i² for i up to that number, divided by the sum to infinity: to take the number out of it again is
exact (and rounding makes it a whole one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from search.engines.postgres.vectors import BODY, CONTEXT, TITLE, any_of, lexeme, run_of
from search.engines.weighing import (
    BODY_WORTH,
    CONTEXT_WORTH,
    ENOUGH,
    EXACT_BONUS,
    PLURAL_BONUS,
    TITLE_WORTH,
    WIDENED,
    plurals,
)
from search.language import Clause, Phrase, Term, Word
from search.words import lookups

_HOLDS = "r.words @@ %s::tsquery"
# Weights of the letters D, C, B, A: the body's alone.
_COUNT_PLUS_ONE = "round(0.60792710185402663e0 / (1e0 - ts_rank('{0,0,1,0}', r.words, %s::tsquery)) + 5e-1)"
_SHARE = f"1e0 - 1e0 / {_COUNT_PLUS_ONE}"
"""count / (count + 1); 0 where the word does not stand in the body."""

FEW = 8
"""More words than these in the place of one are weighed by how they begin."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A tsquery that says which rows are meant, and SQL with its parameters that says what each weighs."""

    query: str
    weight: str
    parameters: list[Any] = field(default_factory=list)


def term(asked: Term, words: tuple[str, ...] = (), beginning: str = "") -> Piece:
    """One term that is asked for; ``words`` or all that begins with ``beginning`` stand in for it."""
    if beginning:
        return _times(WIDENED, _begins(beginning))
    if words:
        return _times(WIDENED, _best([_word(word, (word,)) for word in words]))
    if isinstance(asked, Phrase):
        return _run(asked.run, _itself)
    if isinstance(asked, Word):
        return _best([_run(run, lookups) for run in asked.runs])
    raise TypeError(f"The index holds words and phrases, no {type(asked).__name__}.")


def clause(terms: Clause, pieces: Iterable[Piece]) -> Piece:
    """Any of the terms. One that is negated is met by what does not hold it, which says little."""
    found = [
        Piece(f"!{piece.query}", f"CASE WHEN {_HOLDS} THEN 0e0 ELSE {_number(ENOUGH)} END", [piece.query])
        if one.is_negated
        else piece
        for one, piece in zip(terms, pieces, strict=True)
    ]
    return _best(found)


def all_of(asked: list[Piece], forbidden: list[list[str]]) -> Piece:
    """Every piece of ``asked``; of each list of ``forbidden`` queries not all."""
    queries = [piece.query for piece in asked] + [f"!({' & '.join(queries)})" for queries in forbidden]
    weight = " + ".join(piece.weight for piece in asked) or _number(ENOUGH)
    return Piece(" & ".join(queries), weight, [value for piece in asked for value in piece.parameters])


def plain(asked: Term) -> str:
    """The tsquery of a term as it stands."""
    return term(asked).query


def _itself(word: str) -> tuple[str, ...]:
    return (word,)


def _number(value: float) -> str:
    # With an exponent it is a float for PostgreSQL; without, a slow decimal.
    return f"{value!r}e0"


def _best(pieces: list[Piece]) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    return Piece(
        "(" + " | ".join(piece.query for piece in pieces) + ")",
        f"greatest({', '.join(piece.weight for piece in pieces)})",
        [value for piece in pieces for value in piece.parameters],
    )


def _times(factor: float, piece: Piece) -> Piece:
    return Piece(piece.query, f"{_number(factor)} * {piece.weight}", piece.parameters)


def _word(word: str, entries: tuple[str, ...]) -> Piece:
    """``word`` by any of its entries: in the title, in the body by the one that stands there most, in the context."""
    others = tuple(entry for entry in entries if entry != word)
    near = plurals(word) if others else ()
    others = tuple(entry for entry in others if entry not in near)
    everything = (word, *near, *others)
    title = f"CASE WHEN {_HOLDS} THEN {_number(TITLE_WORTH + EXACT_BONUS)}"
    parameters: list[Any] = [lexeme(word, TITLE)]
    for group, worth in ((near, TITLE_WORTH + PLURAL_BONUS), (others, TITLE_WORTH)):
        if group:
            title += f" WHEN {_HOLDS} THEN {_number(worth)}"
            parameters.append(any_of(group, TITLE))
    body = []
    for entry in everything:
        bonus = EXACT_BONUS if entry == word else PLURAL_BONUS if entry in near else 0.0
        if bonus:
            body.append(f"CASE WHEN {_HOLDS} THEN {_SHARE} + {_number(bonus)} ELSE 0e0 END")
            parameters.append(lexeme(entry, BODY))
        else:
            body.append(_SHARE)
        parameters.append(lexeme(entry))
    context = f"CASE WHEN {_HOLDS} THEN {_number(CONTEXT_WORTH)} ELSE 0e0 END"
    parameters.append(any_of(everything, CONTEXT))
    inside = body[0] if len(body) == 1 else f"greatest({', '.join(body)})"
    return Piece(any_of(everything), f"({title} ELSE 0e0 END + {inside} + {context})", parameters)


def _run(run: tuple[str, ...], asks: Callable[[str], tuple[str, ...]]) -> Piece:
    """Words side by side in one field; a single word is the common case."""
    if len(run) == 1:
        return _word(run[0], asks(run[0]))
    worths = ((TITLE, TITLE_WORTH), (BODY, BODY_WORTH), (CONTEXT, CONTEXT_WORTH))
    weight = " + ".join(f"CASE WHEN {_HOLDS} THEN {_number(worth * len(run))} ELSE 0e0 END" for _, worth in worths)
    return Piece(run_of(run, asks), f"({weight})", [run_of(run, asks, letter) for letter, _ in worths])


def _begins(beginning: str) -> Piece:
    """What begins so, each as if it stood there once: to count them apart would mean to list them."""
    worths = ((TITLE, TITLE_WORTH + EXACT_BONUS), (BODY, BODY_WORTH + EXACT_BONUS), (CONTEXT, CONTEXT_WORTH))
    weight = " + ".join(f"CASE WHEN {_HOLDS} THEN {_number(worth)} ELSE 0e0 END" for _, worth in worths)
    queries = [lexeme(beginning, letter, is_beginning=True) for letter, _ in worths]
    return Piece(lexeme(beginning, is_beginning=True), f"({weight})", queries)
