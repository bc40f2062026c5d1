"""Marking what was found: our own highlighter, which folds accents and stems as the index does, and escapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.language import Phrase, Query, Word
from search.words import STEM, STOP_WORDS, Token, analyse, entries, lookups, tokens, written

EXCERPT = 240
LEAD = 60


@dataclass(frozen=True, slots=True)
class Marker:
    """What is marked: entries, beginnings, and runs of words that only count side by side. ``key`` says it all."""

    asked: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    runs: tuple[tuple[str, ...], ...] = ()
    _known: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    _initials: frozenset[str] = field(default=frozenset(), init=False, compare=False, repr=False)
    key: str = field(default="", init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        begins = frozenset(word.lstrip(STEM)[0] for word in (*self.asked, *self.beginnings))
        object.__setattr__(self, "_initials", begins)
        object.__setattr__(self, "key", repr((sorted(self.asked), self.beginnings, self.runs)))

    @classmethod
    def of(cls, query: Query, instead: Mapping[str, tuple[str, ...]] | None = None) -> Marker:
        """A marker for the terms of ``query`` that are asked for, and the words that stood in for them."""
        asked: set[str] = set()
        beginnings, runs = [], []
        for term in query.terms:
            if term.is_negated:
                continue
            if isinstance(term, Phrase):
                runs.append(term.run)
            elif isinstance(term, Word):
                if term.is_prefix:
                    beginnings.append(term.runs[0][-1])
                for run in term.runs:
                    if len(run) > 1:
                        runs.append(run)
                    elif run[0] not in STOP_WORDS:
                        asked.update(lookups(run[0]))
                asked.update((instead or {}).get(term.written, ()))
        return cls(frozenset(asked), tuple(beginnings), tuple(runs))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each marked stretch, neighbours joined."""
        known = self._known
        # PERF: a page of results says the same few hundred words thousands of times; each is looked at once.
        stretches = [
            match.span()
            for match in written(text)
            if (known[match[0]] if match[0] in known else known.setdefault(match[0], self._is_asked(match[0])))
        ]
        if self.runs:
            found = list(tokens(text))
            for run in self.runs:
                wanted = [set(lookups(word)) for word in run]
                for first in range(len(found)):
                    if last := _side_by_side(found, first, wanted):
                        stretches += [(token.start, token.end) for token in found[first:last]]
        spans: list[tuple[int, int]] = []
        for start, end in sorted(set(stretches)):
            if spans and text[spans[-1][1] : start] in ("", " ", "\u00a0"):
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        return spans

    def _is_asked(self, word: str) -> bool:
        # No stemmer changes how a word begins: most plain words need no look at their stems.
        if word.isascii() and word.isalpha() and word[0].lower() not in self._initials:
            return False
        parts, joined = analyse(word)
        asked, beginnings = self.asked, self.beginnings
        for part in (*parts, joined) if joined else parts:
            if not asked.isdisjoint(entries(part)) or (beginnings and part.startswith(beginnings)):
                return True
        return False


def _side_by_side(found: list[Token], first: int, wanted: list[set[str]]) -> int:
    """The index after the last token of a run of ``wanted`` that begins at ``first``; 0 when there is none."""
    at, index = first, 0
    while index < len(wanted):
        if at >= len(found):
            return 0
        for part in found[at].parts:
            if index >= len(wanted) or wanted[index].isdisjoint(entries(part)):
                return 0
            index += 1
        at += 1
    return at


def mark(text: str, marker: Marker) -> SafeString:
    """``text`` escaped, with ``<mark>`` round what was found."""
    return _marked(text, marker.spans(text))


def excerpt(text: str, marker: Marker, width: int = EXCERPT) -> SafeString:
    """About ``width`` characters of ``text`` round the densest stretch of what was found, marked and escaped."""
    text = " ".join(text.split())
    spans = marker.spans(text)
    first = _densest(spans, width) if spans else 0
    start = max(0, first - LEAD)
    if len(text) - start < width:
        start = max(0, len(text) - width)
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = len(text)
    if end - start > width:
        end = text.rfind(" ", start, start + width)
        end = end if end > start else start + width
    seen = [(max(left, start), min(right, end)) for left, right in spans if left < end and right > start]
    inside = [(left - start, right - start) for left, right in seen]
    # SECURITY: every character that people wrote goes through escape(); the marks and dots are ours.
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return mark_safe(before + _marked(text[start:end], inside) + after)


def _densest(spans: list[tuple[int, int]], width: int) -> int:
    """Where to begin so that most marked characters are seen; the first of several such places."""
    best, most = spans[0][0], -1
    for index, (left, _) in enumerate(spans):
        seen = sum(right - start for start, right in spans[index : index + 40] if right < left + width - LEAD)
        if seen > most:
            best, most = left, seen
    return best


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> SafeString:
    parts, at = [], 0
    for left, right in spans:
        parts += [escape(text[at:left]), "<mark>", escape(text[left:right]), "</mark>"]
        at = right
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))
