"""Matching: a text query against segments, behind a gate. Yields row keys and weights, nothing else.

One weight, with no statistics over documents: a term counts 3 in a title, 1/2 to 1 in a body by how often it stands
there, a quarter more when it is spelt exactly as asked, a tenth when it is so but for a plural. Hence the order of what
one may read never depends on what one may not. A term that no *readable* document holds is widened: first to words that
begin so, then to words one or two slips away. SECURITY: candidates are counted behind the gate first and capped after,
so a hidden word is never one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from search.engines.deadline import Deadline
from search.engines.segments import BODY, CONTEXT, TITLE, SegmentView
from search.engines.slips import Near, distance, nearby
from search.engines.weighing import (
    ANY,
    BODY_WORTH,
    CONTEXT_WORTH,
    ENOUGH,
    EXACT_BONUS,
    PLURAL_BONUS,
    TITLE_WORTH,
    TYPO_CANDIDATES,
    WIDENED,
    Gate,
    Matches,
    can_be_widened,
    nearest,
    plurals,
    slips_allowed,
    sorted_out,
)
from search.language import Clause, Phrase, Term, Word
from search.words import lookups

__all__ = ["ANY", "ENOUGH", "Gate", "Matches", "Matching"]

FIELDS = ((TITLE, TITLE_WORTH), (BODY, BODY_WORTH), (CONTEXT, CONTEXT_WORTH))
KEPT_RESULTS = 64


class Matching:
    """One query on the segments of one findable behind one gate."""

    def __init__(self, segments: list[SegmentView], gate: Gate, deadline: Deadline) -> None:
        self.segments, self.gate, self.deadline = segments, gate, deadline
        self.instead: dict[str, tuple[str, ...]] = {}

    def match(self, clauses: Iterable[Clause], *, least: float = ENOUGH) -> Matches:
        """Rows for which every clause holds; clauses hold words and phrases only. ``least``: weight of a hit."""
        asked, forbidden = sorted_out(clauses)
        widened = {id(term): self._widen(term) for clause in asked for term in clause if not term.is_negated}
        found: dict[int, float] = {}
        for segment in self.segments:
            weights = self._and(segment, asked, widened)
            for clause in forbidden:
                weights = self._less(segment, weights, clause)
            rows = segment.rows
            for number in self.gate.opens_to(segment, weights):
                if weights[number] >= least:
                    found[rows[number]] = round(weights[number], 4)
        return Matches(found, self.instead)

    def _and(self, segment: SegmentView, clauses: list[Clause], widened: Mapping[int, tuple]) -> Mapping[int, float]:
        total: Mapping[int, float] | None = None
        for clause in clauses:
            self.deadline.check()
            weights = self._or(segment, clause, widened)
            if total is None:
                total = weights
            else:
                total = {number: total[number] + weights[number] for number in total.keys() & weights.keys()}
            if not total:
                return {}
        if total is None:  # only forbidden terms: everything else is asked for
            return dict.fromkeys(range(segment.size), ENOUGH)
        return total

    def _or(self, segment: SegmentView, clause: Clause, widened: Mapping[int, tuple]) -> Mapping[int, float]:
        if len(clause) == 1 and not clause[0].is_negated:
            return self._term(segment, clause[0], widened.get(id(clause[0]), ()))
        best: dict[int, float] = {}
        for term in clause:
            if term.is_negated:
                without = self._term(segment, term, ())
                for number in range(segment.size):
                    if number not in without:
                        best.setdefault(number, ENOUGH)
                continue
            for number, weight in self._term(segment, term, widened.get(id(term), ())).items():
                if weight > best.get(number, 0.0):
                    best[number] = weight
        return best

    def _less(self, segment: SegmentView, weights: Mapping[int, float], clause: Clause) -> Mapping[int, float]:
        """A forbidden clause: ``-a OR -b`` drops only what holds all of them."""
        drop: set[int] | None = None
        for term in clause:
            held = self._term(segment, term, ()).keys()
            drop = set(held) if drop is None else drop & held
        return {number: weight for number, weight in weights.items() if number not in (drop or ())}

    def _term(self, segment: SegmentView, term: Term, words: tuple[str, ...]) -> Mapping[int, float]:
        """Weight by document of one term, kept with the segment."""
        self.deadline.check()
        key: tuple = (type(term).__name__, getattr(term, "runs", None) or getattr(term, "run", ()), words)
        kept = segment.results.get(key)
        if kept is not None:
            return kept
        if words:
            weights = _best(_word(segment, word, (word,)) for word in words)
            weights = {number: weight * WIDENED for number, weight in weights.items()}
        elif isinstance(term, Phrase):
            weights = _run(segment, term.run, lambda word: (word,), self.deadline)
        else:
            weights = _best(_run(segment, run, lookups, self.deadline) for run in term.runs)
        segment.results[key] = weights
        while len(segment.results) > KEPT_RESULTS:
            segment.results.popitem(last=False)
        return weights

    # Widening ---------------------------------------------------------------------------------------------------------

    def _widen(self, term: Term) -> tuple[str, ...]:
        """The words to look for in the place of ``term``; empty when it is found as it stands."""
        if not isinstance(term, Word):
            return ()
        word = term.runs[-1][-1]
        if term.is_prefix:
            return tuple(self._readable(self._beginning(word)))
        if any(self._holds(segment, self._term(segment, term, ())) for segment in self.segments):
            return ()
        if not can_be_widened(term):
            return ()
        found = self._readable(self._beginning(word)) or self.typos(word)
        if found:
            self.instead[term.written] = tuple(found[:TYPO_CANDIDATES])
        return tuple(found)

    def _holds(self, segment: SegmentView, weights: Mapping[int, float]) -> bool:
        return bool(self.gate.opens_to(segment, weights))

    def _readable(self, candidates: Iterable[str]) -> list[str]:
        """Those words that stand in a title or body behind the gate."""
        return [word for word in candidates if self.is_readable(word)]

    def is_readable(self, word: str) -> bool:
        self.deadline.check()
        for segment in self.segments:
            for name in (BODY, TITLE):
                if self.gate.opens_to(segment, segment.postings(name, word)[0]):
                    return True
        return False

    def _beginning(self, prefix: str) -> list[str]:
        found: set[str] = set()
        for segment in self.segments:
            found.update(segment.words_from(prefix))
        return sorted(found)

    def typos(self, word: str) -> list[str]:
        """The nearest readable words, the most used first; cut to a few after the gate."""
        return nearest(self.near(word))

    def near(self, word: str) -> list[Near]:
        """Readable words a slip or two away: the closest first, of these the most used by what is readable."""
        slips = slips_allowed(word)
        if not slips:
            return []
        candidates: set[str] = set()
        for segment in self.segments:
            self.deadline.check()
            candidates |= nearby(segment, word, slips)
        found = []
        for candidate in candidates - {word}:
            far = distance(word, candidate, slips)
            # SECURITY: how often a word is used is counted behind the gate, so hidden posts never move this order.
            if far <= slips and (uses := len(self.holding(candidate))):
                found.append(Near(candidate, far, uses))
        return sorted(found, key=lambda one: (one.slips, -one.uses, one.word))

    def holding(self, word: str) -> set[int]:
        """The readable rows in whose title or body ``word`` stands as it is."""
        self.deadline.check()
        keys: set[int] = set()
        for segment in self.segments:
            rows = segment.rows
            for name in (BODY, TITLE):
                keys.update(rows[number] for number in self.gate.opens_to(segment, segment.postings(name, word)[0]))
        return keys


# Postings -------------------------------------------------------------------------------------------------------------


def _best(parts: Iterable[Mapping[int, float]]) -> Mapping[int, float]:
    best: dict[int, float] = {}
    for weights in parts:
        if not best:
            best = dict(weights)
            continue
        for number, weight in weights.items():
            if weight > best.get(number, 0.0):
                best[number] = weight
    return best


def _word(segment: SegmentView, word: str, entries: tuple[str, ...]) -> dict[int, float]:
    weights: dict[int, float] = {}
    bonuses = {word: EXACT_BONUS}
    if len(entries) > 1:
        # "litige" means "litiges" rather than "litigation", though all three share a stem.
        bonuses.update(dict.fromkeys(plurals(word), PLURAL_BONUS))
        entries = tuple(dict.fromkeys((*entries, *plurals(word))))
    for name, worth in FIELDS:
        inside: dict[int, float] = {}
        for entry in entries:
            documents, counts = segment.postings(name, entry)
            bonus = bonuses.get(entry, 0.0)
            if name == BODY:
                for number, count in zip(documents, counts, strict=True):
                    weight = count / (count + 1.0) + bonus
                    if weight > inside.get(number, 0.0):
                        inside[number] = weight
            else:
                weight = worth + (bonus if name == TITLE else 0.0)
                for number in documents:
                    if weight > inside.get(number, 0.0):
                        inside[number] = weight
        for number, weight in inside.items():
            weights[number] = weights.get(number, 0.0) + weight
    return weights


def _run(
    segment: SegmentView, run: tuple[str, ...], asks: Callable[[str], tuple[str, ...]], deadline: Deadline
) -> dict[int, float]:
    """Words side by side in one field; a single word is the common case."""
    if len(run) == 1:
        return _word(segment, run[0], asks(run[0]))
    weights: dict[int, float] = {}
    for name, worth in FIELDS:
        among: set[int] | None = None
        for word in run:
            deadline.check()
            holding: set[int] = set()
            for entry in asks(word):
                holding.update(segment.postings(name, entry)[0])
            among = holding if among is None else among & holding
            if not among:
                break
        if not among:
            continue
        spots: list[dict[int, set[int]]] = []
        for word in run:
            deadline.check()
            merged: dict[int, set[int]] = {}
            for entry in asks(word):
                for number, places in segment.places(name, entry, among).items():
                    merged.setdefault(number, set()).update(places)
            spots.append(merged)
        for number in among:
            if any(all(start + i in spots[i][number] for i in range(1, len(run))) for start in spots[0][number]):
                weights[number] = weights.get(number, 0.0) + worth * len(run)
    return weights
