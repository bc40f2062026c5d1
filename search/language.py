"""The query language: what a person types, as a small typed tree. The same on every engine.

A query is a list of clauses that all have to hold; a clause is one or more terms joined by ``OR``; a term is a word,
a "phrase" or an ``operator:value``, each with a minus in front when it must not hold. There are no brackets, so the
tree has one level and nothing a person types can make it deep. No engine ever sees the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from search import words

QUERY_LIMIT = 256
TERM_LIMIT = 12
SHORTEST_PREFIX = 2

OPERATORS: dict[str, tuple[str, ...]] = {
    "from": ("de",),
    "in": ("dans",),
    "kind": ("nature",),
    "topic": ("thème", "theme"),
    "tag": ("étiquette", "etiquette"),
    "status": ("état", "etat"),
    "label": ("niveau",),
    "before": ("avant",),
    "after": ("après", "apres"),
    "has": ("a", "avec"),
    "is": ("est",),
}
"""Every operator with its other spellings; the French one that is shown comes first."""

_CANONICAL = {words.fold(name): key for key, others in OPERATORS.items() for name in (key, *others)}
_OR = frozenset(["OR", "OU", "|"])
_QUOTES = str.maketrans(dict.fromkeys("“”„«»＂", '"'))
_TERM = re.compile(
    r"""
    (?P<minus>-(?=[^\s-]))?
    (?:
        (?P<operator>[^\W\d_]{1,20}):(?!/|:) (?: "(?P<quoted>[^"]*)"? | (?P<value>[^\s"]*) )
      | "(?P<phrase>[^"]*)"?
      | (?P<word>[^\s"]+)
    )
    """,
    re.VERBOSE,
)


class QueryError(Exception):
    """A query that cannot be asked: a sentence for the person, and the part of the text that it is about."""

    def __init__(self, message: str, text: str, position: int = 0, length: int = 0) -> None:
        super().__init__(message)
        self.message, self.text, self.position, self.length = message, text, position, length

    @property
    def culprit(self) -> str:
        return self.text[self.position : self.position + self.length]


@dataclass(frozen=True, slots=True)
class Term:
    """What every term has: whether it is forbidden instead of asked for, and where it stood in the text."""

    is_negated: bool = False
    position: int = field(default=0, compare=False)
    length: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word(Term):
    """One written word: alternatives of which any will do, each a run of folded words that stand side by side."""

    written: str = field(default="", compare=False)
    runs: tuple[tuple[str, ...], ...] = ()
    is_prefix: bool = False

    def __str__(self) -> str:
        return "-" * self.is_negated + self.written

    @property
    def is_stop_word(self) -> bool:
        return all(
            word in words.STOP_WORDS or (len(word) == 1 and not word.isdigit()) for run in self.runs for word in run
        )


@dataclass(frozen=True, slots=True)
class Phrase(Term):
    """Words that stand side by side exactly as written, accents and case aside."""

    written: str = field(default="", compare=False)
    run: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-" * self.is_negated + f'"{self.written}"'


@dataclass(frozen=True, slots=True)
class Operator(Term):
    """``name:value`` under the operator's English name; what values mean is said by who registers the operator."""

    name: str = ""
    value: str = ""

    def __str__(self) -> str:
        value = f'"{self.value}"' if re.search(r"\s", self.value) or not self.value else self.value
        return "-" * self.is_negated + f"{self.name}:{value}"


Clause = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: clauses that must all hold. ``text`` is what was typed, cleaned of control characters."""

    text: str = field(default="", compare=False)
    clauses: tuple[Clause, ...] = ()

    def __str__(self) -> str:
        return " ".join(" OR ".join(str(term) for term in clause) for clause in self.clauses)

    def __bool__(self) -> bool:
        return bool(self.clauses)

    @property
    def terms(self) -> list[Any]:
        return [term for clause in self.clauses for term in clause]

    @property
    def operators(self) -> list[Operator]:
        """Operators that stand alone in their clause, in order: the tokens of the search field."""
        return [clause[0] for clause in self.clauses if len(clause) == 1 and isinstance(clause[0], Operator)]

    @property
    def has_words(self) -> bool:
        return any(isinstance(term, Word | Phrase) for term in self.terms)

    def without(self, *terms: Term) -> Query:
        """The same query less the clauses that consist of one of ``terms``."""
        clauses = tuple(clause for clause in self.clauses if not (len(clause) == 1 and clause[0] in terms))
        return Query("", clauses)

    def plus(self, term: Term) -> Query:
        return Query("", (*self.clauses, (term,)))


def clean(text: str) -> str:
    """``text`` in one Unicode form on one line, without control characters and half surrogates."""
    text = text.encode("utf-8", "ignore").decode()
    text = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    return unicodedata.normalize("NFC", text).translate(_QUOTES).strip()


def parse(text: str) -> Query:
    """The tree of ``text``. Raises :class:`QueryError`, which names the place and keeps the text."""
    text = clean(text)
    if len(text) > QUERY_LIMIT:
        raise QueryError(
            _("A search may be %(limit)s characters long. This one has %(length)s.")
            % {"limit": QUERY_LIMIT, "length": len(text)},
            text,
            QUERY_LIMIT,
            len(text) - QUERY_LIMIT,
        )
    clauses: list[Clause] = []
    joins = False
    count = 0
    for match in _TERM.finditer(text):
        if match["word"] in _OR and not match["minus"]:
            joins = bool(clauses)
            continue
        term = _term(match, text)
        if term is None:
            continue
        count += 1
        if count > TERM_LIMIT:
            raise QueryError(
                _("A search may have %(limit)s terms. “%(term)s” is one too many.")
                % {"limit": TERM_LIMIT, "term": match.group()},
                text,
                match.start(),
                len(match.group()),
            )
        if joins:
            clauses[-1] = (*clauses[-1], term)
        else:
            clauses.append((term,))
        joins = False
    return Query(text, tuple(clauses))


def _term(match: re.Match[str], text: str) -> Term | None:
    """One term of the tree; None for punctuation that asks for nothing."""
    place = {"is_negated": bool(match["minus"]), "position": match.start(), "length": len(match.group())}
    if match["operator"]:
        return _operator(match, text, place)
    if match["phrase"] is not None:
        run = tuple(part for token in words.tokens(match["phrase"]) for part in token.parts)
        return Phrase(**place, written=match["phrase"], run=run) if run else None
    written = match["word"]
    found = list(words.tokens(written))
    if not found:
        return None
    run = tuple(part for token in found for part in token.parts)
    runs = [run]
    if len(found) == 1 and found[0].joined:
        runs.append((found[0].joined,))
    is_prefix = written.endswith("*") and len(run[-1]) >= SHORTEST_PREFIX
    return Word(**place, written=written, runs=tuple(runs), is_prefix=is_prefix)


def _operator(match: re.Match[str], text: str, place: dict[str, Any]) -> Operator:
    name = _CANONICAL.get(words.fold(match["operator"]))
    if name is None:
        raise QueryError(
            _("There is no operator “%(name)s:”. To look for these words, put them in quotes.")
            % {"name": match["operator"]},
            text,
            place["position"],
            place["length"],
        )
    value = (match["quoted"] if match["quoted"] is not None else match["value"]).strip()
    if not value:
        raise QueryError(
            _("“%(name)s:” needs a value right after it.") % {"name": match["operator"]},
            text,
            place["position"],
            place["length"],
        )
    return Operator(**place, name=name, value=value)
