"""What people write, invented: bodies of English or French words drawn after Zipf, rendered once and indexed once.

A body is used by many posts; what makes a post its own is a last sentence of words that few others have.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

from bench.bulk import escaped
from bench.search import words
from kit import languages, markdown
from search.engines.postgres.vectors import FIELDS, quoted
from search.words import STEM, placed

VOCABULARY, OWN_WORDS, BODIES = 30_000, 60_000, 5_000
_PLACES = {letter: (first, last) for _, letter, first, last in FIELDS}
_BODY = FIELDS[0][1]


@dataclass(frozen=True, slots=True)
class Indexed:
    """Text as a part of a tsvector written out: its entries, its words without stems, and how many places it takes."""

    entries: str
    spoken: frozenset[str]
    places: int


def indexed(text: str, letter: str = _BODY, after: int = 0) -> Indexed:
    """``text`` in one field, its first word at the place ``after`` those before it."""
    found = placed(text)
    first, last = _PLACES[letter]
    places = 1 + max((spot for spots in found.values() for spot in spots), default=-1)
    if first + after + places > last:
        raise ValueError("The texts of a bench are short: nothing of them lies beyond the last place.")
    entries = " ".join(
        f"{quoted(entry)}:{','.join(f'{first + after + spot}{letter}' for spot in dict.fromkeys(spots))}"
        for entry, spots in found.items()
    )
    return Indexed(escaped(entries), frozenset(entry for entry in found if not entry.startswith(STEM)), places)


@dataclass(frozen=True, slots=True)
class Body:
    """One text: as it was typed, drawn and read, escaped for COPY; ``plain`` as it is read, for an excerpt."""

    source: str
    html: str
    text: str
    plain: str
    language: str
    index: Indexed


class Texts:
    """Everything that is written in one company, the same for the same seed."""

    def __init__(self, seed: int = 7, bodies: int = BODIES) -> None:
        self._random = random.Random(seed)
        # A small company for a test has fewer words.
        share = min(1.0, bodies / BODIES)
        size, own = int(VOCABULARY * share), int(OWN_WORDS * share)
        self._known = {"en": words(1, size), "fr": words(2, size)}
        self._zipf = list(accumulate(1 / (rank + 2.7) for rank in range(size)))
        self._small = {language: sorted(few) for language, few in languages._WORDS.items()}
        self._own = [word + suffix for word in dict.fromkeys(words(3, own // 4)) for suffix in ("", "an", "ol", "ix")]
        self.spoken: set[str] = set()
        self.bodies = [self._body() for _ in range(bodies)]

    def _body(self) -> Body:
        chance = self._random
        language = "fr" if chance.random() < 0.6 else "en"
        count = min(400, int(chance.lognormvariate(3.5, 0.7)) + 6)
        paragraphs = []
        while count > 0:
            said = [self._sentence(language) for _ in range(chance.randint(1, 4))]
            count -= sum(len(one.split()) for one in said)
            paragraphs.append(" ".join(said))
        if chance.random() < 0.15:
            paragraphs.insert(1, "\n".join(f"* {self._sentence(language)}" for _ in range(chance.randint(2, 5))))
            paragraphs.append(self._sentence(language))
        source = "\n\n".join(paragraphs)
        made = markdown.render(source)
        index = indexed(made.text)
        self.spoken |= index.spoken
        said_in = languages.of(made.text)
        return Body(escaped(source), escaped(made.html), escaped(made.text), made.text, said_in, index)

    def _sentence(self, language: str) -> str:
        chance = self._random
        said = self._drawn(language, chance.randint(4, 12))
        for small in chance.choices(self._small[language], k=len(said) // 2 + 1):
            said.insert(chance.randint(0, len(said)), small)
        if chance.random() < 0.05:
            said[1] = f"**{said[1]}**"
        said[0] = said[0].capitalize()
        return " ".join(said) + "."

    def _drawn(self, language: str, count: int) -> list[str]:
        return self._random.choices(self._known[language], cum_weights=self._zipf, k=count)

    def title(self) -> str:
        """A title of a few words."""
        said = self._drawn("fr" if self._random.random() < 0.6 else "en", self._random.randint(2, 8))
        return " ".join(said).capitalize()[:200].rstrip()

    def own_words(self) -> str:
        """Half of the time "", else a sentence of two words of which most stand in a handful of posts."""
        if self._random.random() < 0.5:
            return ""
        first, second = (self._own[int(len(self._own) * self._random.random() ** 2)] for _ in range(2))
        return f"Lot {first} {second}."
