"""Matching on PostgreSQL: the same questions as :mod:`search.engines.matching`, answered by SQL behind the same gate.

SECURITY: the gate stands in every statement below but one. Words that may stand in for others come from a table of all
words, in one row however many they are; each is then asked for behind the gate, before they are counted and cut to a
few, and those that nothing readable holds are no rows of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from search import sql
from search.engines.deadline import Deadline
from search.engines.postgres import asking
from search.engines.postgres.questions import Asking, Question, ask_together
from search.engines.postgres.rows import mark
from search.engines.postgres.vectors import lexeme
from search.engines.slips import Near, distance, kept_part
from search.engines.weighing import (
    ENOUGH,
    TYPO_CANDIDATES,
    Gate,
    Matches,
    can_be_widened,
    nearest,
    slips_allowed,
    sorted_out,
)
from search.findables import Findable
from search.language import Clause, Term, Word

FEW_SPACES = 64
"""The gate of who reads no more spaces is asked of the index, together with the words; of others row by row, hashed."""

_SPOKEN = "('''' || w.word || ''':AB')::tsquery"
"""A tsquery for a word of ours in titles and bodies."""


class Selected(Mapping[int, float]):
    """Weight by row key, as a statement that others may build upon; fetched when somebody looks inside.

    ``newest``: the statement for the last :data:`sql.NEWEST` rows alone, with the same parameters.
    """

    def __init__(
        self,
        statement: str,
        newest: str,
        parameters: list[Any],
        deadline: Deadline,
        widen: Callable[[], Mapping[int, float] | None] = lambda: None,
    ) -> None:
        self.statement, self.newest, self.parameters = statement, newest, parameters
        self._deadline, self._widen = deadline, widen

    def settled(self) -> Mapping[int, float]:
        """This, or what is asked instead because nothing readable holds one of the words as it stands."""
        other = self.otherwise()
        return self if other is None else other

    def otherwise(self) -> Mapping[int, float] | None:
        """What is asked instead; None where each word stands in something readable. For who found nothing."""
        widen, self._widen = self._widen, lambda: None
        return widen()

    @cached_property
    def _fetched(self) -> dict[int, float]:
        found = dict(sql.rows_of(self.statement, self.parameters, self._deadline))
        if not found and (other := self.otherwise()) is not None:
            return dict(other)
        return found

    def __getitem__(self, key: int) -> float:
        return self._fetched[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self._fetched)

    def __len__(self) -> int:
        return len(self._fetched)

    def items(self) -> Any:
        return self._fetched.items()


class PostgresMatching:
    """Questions about one findable behind one gate."""

    def __init__(self, one: Findable, gate: Gate, deadline: Deadline) -> None:
        self.deadline = deadline
        self.instead: dict[str, tuple[str, ...]] = {}
        self._label = one.label
        self._is_hopeful = one.page is not None
        self._behind, self._behind_parameters = _behind(one, gate)

    def match(self, clauses: Iterable[Clause], *, least: float = ENOUGH) -> Matches:
        """Rows for which every clause holds; clauses hold words and phrases only. ``least``: weight of a hit."""
        return ask_together([self.matching(clauses, least=least)], self.deadline)[0]

    def matching(self, clauses: Iterable[Clause], *, least: float = ENOUGH) -> Asking[Matches]:
        """:meth:`match` as a search that can be asked together with others."""
        asked, forbidden = sorted_out(clauses)
        terms = [one for clause in asked for one in clause if not one.is_negated]
        if not self._is_hopeful or not all(len(clause) == 1 for clause in asked):
            pieces, lost = yield from self._widened(terms)
            return Matches(self._weighed(asked, forbidden, pieces, lost, least), self.instead)
        # PERF: where each clause is one term and something is found, each term stands somewhere: nobody has to ask. Of
        # posts something mostly is; among people, groups and topics mostly nothing, and there it is asked first.
        pieces, doubtful = self._as_they_stand(terms)

        def widen() -> Mapping[int, float] | None:
            widened, lost = ask_together([self._widened(doubtful)], self.deadline)[0]
            if not (widened or lost):
                return None
            return self._weighed(asked, forbidden, {**pieces, **widened}, lost, least)

        return Matches(self._weighed(asked, forbidden, pieces, set(), least, widen), self.instead)

    def _weighed(
        self,
        asked: list[Clause],
        forbidden: list[Clause],
        instead: dict[int, asking.Piece],
        lost: set[int],
        least: float,
        widen: Callable[[], Mapping[int, float] | None] = lambda: None,
    ) -> Mapping[int, float]:
        """What is asked, terms as they stand or by the pieces ``instead``; nothing where a whole clause is ``lost``."""
        if any(all(id(one) in lost for one in clause) for clause in asked):
            return {}
        pieces = [
            asking.clause(clause, [instead.get(id(one)) or asking.term(one) for one in clause]) for clause in asked
        ]
        whole = asking.all_of(pieces, [[asking.plain(one) for one in clause] for clause in forbidden])
        weighed, newest = (
            "SELECT key AS pk, weight FROM (SELECT r.key, "  # noqa: S608 - our own text, values are parameters
            f"round(({whole.weight}) * 1e4) / 1e4 AS weight FROM search_row r "
            f"WHERE {self._behind} AND r.words @@ %s::tsquery {among}) found WHERE weight >= %s"
            for among in ("OFFSET 0", f"ORDER BY r.key DESC LIMIT {sql.NEWEST}")
        )
        parameters = [*whole.parameters, *self._behind_parameters, whole.query, least]
        return Selected(weighed, newest, parameters, self.deadline, widen)

    # Widening ---------------------------------------------------------------------------------------------------------

    def _as_they_stand(self, terms: Sequence[Term]) -> tuple[dict[int, asking.Piece], list[Word]]:
        """How to ask for beginnings, and the words for which others might stand in."""
        pieces: dict[int, asking.Piece] = {}
        doubtful = []
        for one in terms:
            if isinstance(one, Word) and one.is_prefix:
                pieces[id(one)] = asking.term(one, beginning=one.runs[-1][-1])
            elif isinstance(one, Word) and can_be_widened(one):
                doubtful.append(one)
        return pieces, doubtful

    def _widened(self, terms: Sequence[Term]) -> Asking[tuple[dict[int, asking.Piece], set[int]]]:
        """What is asked in the place of terms, by their identity; and those that nothing readable meets."""
        pieces, doubtful = self._as_they_stand(terms)
        lost: set[int] = set()
        if doubtful:
            held = dict((yield self._held([asking.plain(one) for one in doubtful])))
            for number, one in enumerate(doubtful):
                if not held[str(number)] and not (yield from self._find_instead(one, pieces)):
                    lost.add(id(one))
        return pieces, lost

    def _find_instead(self, one: Word, pieces: dict[int, asking.Piece]) -> Asking[bool]:
        word = one.runs[-1][-1]
        found = sorted(begun for begun, _ in (yield self._beginning(word)))
        beginning = word if len(found) > asking.FEW else ""
        if not found:
            found = nearest((yield from self._near(word)))
        if not found:
            return False
        self.instead[one.written] = tuple(found[:TYPO_CANDIDATES])
        pieces[id(one)] = asking.term(one, tuple(found), beginning)
        return True

    def near(self, word: str) -> list[Near]:
        """Readable words a slip or two away: the closest first, of these the most used by what is readable."""
        return ask_together([self._near(word)], self.deadline)[0]

    def _near(self, word: str) -> Asking[list[Near]]:
        slips = slips_allowed(word)
        if not slips:
            return []
        close = {}
        ((candidates, _),) = yield self._candidates(word, slips)
        for candidate in candidates.split():
            if (far := distance(word, candidate, slips)) <= slips:
                close[candidate] = far
        # SECURITY: asked also where no word is close, or the number of questions would tell of words in hidden posts;
        # how often a word is used is counted behind the gate, so hidden posts never move this order.
        used = yield self._used(sorted(close))
        found = [Near(candidate, close[candidate], uses) for candidate, uses in used]
        return sorted(found, key=lambda one: (one.slips, -one.uses, one.word))

    def holding(self, word: str) -> set[int]:
        """The readable rows in whose title or body ``word`` stands as it is."""
        return ask_together([self._holding(word)], self.deadline)[0]

    def _holding(self, word: str) -> Asking[set[int]]:
        rows = yield Question(self._rows("'', r.key"), [*self._behind_parameters, lexeme(word, "AB")])
        return {key for _, key in rows}

    # Statements -------------------------------------------------------------------------------------------------------

    def _rows(self, what: str, query: str = "%s::tsquery") -> str:
        return f"SELECT {what} FROM search_row r WHERE {self._behind} AND r.words @@ {query}"  # noqa: S608

    def _held(self, queries: list[str]) -> Question:
        """For each tsquery, by its number, whether anything behind the gate meets it."""
        held = f"SELECT %s, EXISTS ({self._rows('1')})::int"
        parameters = [
            value for number, query in enumerate(queries) for value in (str(number), *self._behind_parameters, query)
        ]
        return Question(" UNION ALL ".join([held] * len(queries)), parameters)

    def _beginning(self, word: str) -> Question:
        """The words that begin so and stand in a title or body behind the gate."""
        # No word of ours holds a quote or a backslash.
        statement = (
            "SELECT w.word, 1 FROM (SELECT DISTINCT word FROM search_word WHERE label = %s AND word LIKE %s) w "  # noqa: S608
            f"WHERE (SELECT EXISTS ({self._rows('1', _SPOKEN)}))"
        )
        return Question(statement, [self._label, _like(word), *self._behind_parameters])

    def _candidates(self, word: str, slips: int) -> Question:
        """Words that share with ``word`` a beginning or an end that the slips left alone, with a blank between them.

        SECURITY: one row, or the number of rows would tell how many words there are in what one may not read.
        """
        keep = kept_part(word, slips)
        statement = (
            "SELECT COALESCE(string_agg(word, ' '), ''), 0 FROM search_word WHERE label = %s AND word <> %s "
            "AND length(word) BETWEEN %s AND %s AND (word LIKE %s OR reverse(word) LIKE %s)"
        )
        lengths = (len(word) - slips, len(word) + slips)
        ends = (_like(word[:keep]), _like(word[::-1][:keep]))
        return Question(statement, [self._label, word, *lengths, *ends])

    def _used(self, words: list[str]) -> Question:
        """In how many titles and bodies behind the gate each word stands; those that stand in none are left out."""
        statement = (
            "SELECT w.word, c.uses FROM unnest(%s::text[]) w (word) "  # noqa: S608 - our own text
            f"CROSS JOIN LATERAL ({self._rows('count(*)', _SPOKEN)}) c (uses) WHERE c.uses > 0"
        )
        return Question(statement, [words, *self._behind_parameters])


def _behind(one: Findable, gate: Gate) -> tuple[str, list[Any]]:
    """SQL and parameters for the rows of a findable that lie behind ``gate``."""
    # SECURITY: no numbers at all is a gate that is shut; the overlap of an empty array holds for no row.
    numbers = [mark(one.label)] if gate.numbers is None else sorted(gate.numbers)
    # PERF: one literal: PostgreSQL parses thousands of elements of ARRAY[…] one by one, in each statement again.
    written = f"{{{','.join(map(str, numbers))}}}"
    if len(numbers) <= FEW_SPACES:
        behind, parameters = "r.marks && %s::int[]", [written]
    else:
        # PERF: the index looks up each number by itself; who reads hundreds of spaces reads most of what the words
        # find. As = ANY(…) each number would be estimated by itself, each time: 5 ms for 2,800. IS TRUE keeps it a
        # filter.
        behind, parameters = "(r.marks[1] IN (SELECT unnest(%s::int[]))) IS TRUE", [written]
        if one.page is None:
            # PERF: the words of a group's name stand in very many posts: the index is asked for groups alone.
            behind, parameters = f"r.marks && %s::int[] AND {behind}", [f"{{{mark(one.label)}}}", written]
    if gate.rows is not None:
        return f"{behind} AND r.label = %s AND r.key = ANY(%s::bigint[])", [*parameters, one.label, sorted(gate.rows)]
    # PERF: a filter too: the primary key, in which the label comes second, would be read from its beginning to its end.
    return f"{behind} AND (r.label = %s) IS TRUE", [*parameters, one.label]


def _like(beginning: str) -> str:
    return beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
