"""Did you mean: the nearest query whose words are readable, and words as people write them, with their accents.

SECURITY: every word comes from behind the index's gate, and is shown only when a row that the database lets the viewer
read, asked at that moment, holds it: an index that is behind cannot give away a word of what has just been hidden.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from people.models import Person
from search import queries
from search.engines.deadline import Deadline, TimeUp
from search.engines.matching import ANY, Matching
from search.engines.store import Unusable
from search.findables import findable
from search.language import Clause, Operator, Phrase, Query, Term, Word, parse
from search.words import STOP_WORDS, fold, tokens

SECONDS = 0.5
NEAREST = 6
"""So many spellings of each word are weighed,"""
KEPT = 16
"""so many combinations of them go on from clause to clause,"""
TRIED = 3
"""and so many are asked of the database, before nothing is proposed."""
LOOKED_AT = 8
_INNER = re.compile(r"(['’‐‑_-])")


class Proposal(NamedTuple):
    """Another query, and how many threads it finds."""

    query: Query
    count: int


class Spelling(NamedTuple):
    """One way to write a clause: slips from what was written, the words that are new, and the rows it finds."""

    clause: Clause
    slips: int
    words: tuple[str, ...]
    rows: frozenset[int]


@dataclass(frozen=True, slots=True)
class Combined:
    """Spellings of the first clauses that stand together in some rows; None: any."""

    clauses: tuple[Clause, ...] = ()
    slips: int = 0
    words: tuple[str, ...] = ()
    rows: frozenset[int] | None = None

    def plus(self, one: Spelling) -> Combined:
        rows = one.rows if self.rows is None else self.rows & one.rows
        return Combined((*self.clauses, one.clause), self.slips + one.slips, (*self.words, *one.words), rows)

    def kept(self, clause: Clause) -> Combined:
        return replace(self, clauses=(*self.clauses, clause))


def did_you_mean(*, viewer: Person, query: Query) -> Proposal | None:
    """The query with the fewest slips mended, so that it finds something ``viewer`` may read; None if there is none."""
    deadline = Deadline(SECONDS)
    one = findable("thread")
    try:
        matching = queries.backend().matching(one, one.gate(viewer), deadline)
        for found in _combinations(query, matching)[:TRIED]:
            written = as_written(found.words, viewer=viewer, matching=matching)
            if not written.keys() >= set(found.words):
                continue
            clauses = tuple(tuple(_accented(term, written) for term in clause) for clause in found.clauses)
            proposed = Query("", clauses)
            if count := queries.count(viewer=viewer, query=proposed, deadline=deadline):
                return Proposal(proposed, count)
    except (TimeUp, Unusable):
        pass
    return None


def spelt(instead: Iterable[str], *, viewer: Person) -> dict[str, str]:
    """Each of these folded words as it stands in what ``viewer`` may read; those that stand nowhere are left out."""
    one = findable("thread")
    try:
        matching = queries.backend().matching(one, one.gate(viewer), Deadline(SECONDS))
        return as_written(instead, viewer=viewer, matching=matching)
    except (TimeUp, Unusable):
        return {}


def as_written(words: Iterable[str], *, viewer: Person, matching: Matching) -> dict[str, str]:
    """Folded word -> how rows that ``viewer`` may read write it most; a word that none of them holds is left out."""
    one = findable("thread")
    wanted = {word: sorted(matching.holding(word))[-LOOKED_AT:] for word in dict.fromkeys(words)}
    rows = one.present({key for keys in wanted.values() for key in keys}, viewer)
    forms: dict[str, Counter[str]] = {word: Counter() for word in wanted}
    for key in sorted(rows, reverse=True):
        matching.deadline.check()
        document = one.document(rows[key])
        asked = {word for word, keys in wanted.items() if key in keys}
        for part, written in _parts(f"{document['title']}\n{document['body']}"):
            if part in asked:
                forms[part][written.lower()] += 1
    return {word: seen.most_common(1)[0][0] for word, seen in forms.items() if seen}


# Combinations ---------------------------------------------------------------------------------------------------------


def _combinations(query: Query, matching: Matching) -> list[Combined]:
    """Respelt queries whose clauses stand together in a readable row: the fewest slips first, then the most rows."""
    found = [Combined()]
    for clause in query.clauses:
        if not _can_be_respelt(clause):
            found = [one.kept(clause) for one in found]
            continue
        spellings = list(_spellings(clause, matching))
        matching.deadline.check()
        found = [one.plus(spelling) for one in found for spelling in spellings]
        found = sorted((one for one in found if one.rows), key=lambda one: (one.slips, -len(one.rows or ())))[:KEPT]
    return [one for one in found if one.words]


def _can_be_respelt(clause: Clause) -> bool:
    """Operators, what is forbidden and stop words stay as they are."""
    return not any(
        isinstance(term, Operator) or term.is_negated or (isinstance(term, Word) and term.is_stop_word)
        for term in clause
    )


def _spellings(clause: Clause, matching: Matching) -> Iterator[Spelling]:
    """The clause as it is, where something readable holds it so or begins so, and with one word of it mended."""
    rows = _rows(clause, matching)
    guesses = [_guesses(term, matching) for term in clause]
    if rows and "slip" not in guesses:
        yield Spelling(clause, guesses.count("beginning"), (), rows)
    for index, term in enumerate(clause):
        for slips, word, respelt in _respelt(term, matching):
            better = (*clause[:index], respelt, *clause[index + 1 :])
            if rows := _rows(better, matching):
                yield Spelling(better, slips, (word,), rows)


def _rows(clause: Clause, matching: Matching) -> frozenset[int]:
    return frozenset(matching.match([clause], least=ANY).weights)


def _guesses(term: Any, matching: Matching) -> str:
    """How the engine found this term: "" as it stands, by words that have it as their "beginning", or by a "slip"."""
    instead = matching.instead.get(term.written)
    if not instead:
        return ""
    return "beginning" if instead[0].startswith(term.runs[-1][-1]) else "slip"


def _respelt(term: Term, matching: Matching) -> Iterator[tuple[int, str, Term]]:
    """Slips, new word and term for each way to mend one word of ``term``."""
    if not isinstance(term, Word | Phrase) or (isinstance(term, Word) and term.is_prefix):
        return
    for part, written in _parts(term.written):
        if part in STOP_WORDS:
            continue
        for near in matching.near(part)[:NEAREST]:
            yield near.slips, near.word, _with(term, written, near.word)


def _with(term: Any, old: str, new: str) -> Any:
    """``term`` with one of its words written differently."""
    written = term.written.replace(old, new, 1)
    text = f'"{written}"' if isinstance(term, Phrase) else written
    return parse(text).terms[0]


def _accented(term: Any, written: dict[str, str]) -> Any:
    """``term`` with its new words as people write them."""
    if isinstance(term, Operator) or term.is_negated:
        return term
    for part, old in _parts(term.written):
        if part == old and part in written:
            term = _with(term, old, written[part])
    return term


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Folded and as it stands, each word of ``text``: ``l'Étalonnage`` gives ``("etalonnage", "Étalonnage")``."""
    for token in tokens(text):
        whole = text[token.start : token.end]
        pieces = _INNER.split(whole) if len(token.parts) > 1 or "'" in whole or "’" in whole else [whole]
        for piece in pieces:
            if (folded := fold(piece)) in token.parts:
                yield folded, piece
