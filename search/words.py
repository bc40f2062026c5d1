"""Words: how text becomes what is looked up, the same for writing, asking and highlighting.

French and English at once: a word is kept folded (lower case, no accents, ligatures written out) and beside it stand
its French and its English stem, marked with ``~``. Nothing here knows which language a text is in, as people mix them.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

STEM = "~"
"""Set before a stem in the index, so that stems and words never stand for each other by accident."""

LONGEST_WORD = 64
"""Longer runs of letters are cut: nobody types them, and each would be a term of its own."""

_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "＇": "'",
    }
)
_HYPHENS = "-‐‑–_"

# Elided French words: what stands before the apostrophe is grammar, what follows is the word.
_ELISIONS = frozenset("l d j m t s c n qu jusqu lorsqu puisqu quoiqu presqu quelqu".split())
# English endings after an apostrophe that are grammar too.
_POSSESSIVES = frozenset(["s"])

STOP_WORDS = frozenset(
    """
    a about after all also an and any are as at be because been but by can could did do does don't dont for from had
    has have he her him his how i if in into is it its just me more most my no not of on or our out so some such
    than that the their them then there these they this those to too up us was we were what when where which who why
    will with would you your au aux avec ce ces cet cette chez comme dans de des donc du elle elles en entre est et
    etait ete etre eux il ils je la le les leur leurs lui ma mais me meme mes moi mon ne nos notre nous on ont ou
    par pas pour qu que quel quelle quels quelles qui sa sans se ses si son sont sous sur ta te tes toi ton tu un
    une vos votre vous y sommes soient suis avait avons avez
    """.split()
)

_CHUNK = re.compile(
    r"""
      [^\W\d_]\+\+ | [cf]\#(?!\w)                               # C++, C#, F#
    | \d+ (?: [.,]\d+ )+ (?= \W | $ )                           # 2.7.4   4,2   10,000
    | \d{1,3} (?: [\u00a0\u202f]\d{3} )+ (?! \d )               # 14 000 with the space of French figures
    | [^\W_]+ (?: ['’‐‑_-] [^\W_]+ )*                           # words, with apostrophes and hyphens inside
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FEMININE = re.compile(r"ees?$")
_INNER = re.compile(r"['‐‑_-]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+$")


@dataclass(frozen=True, slots=True)
class Token:
    """One written word: where it stands, its parts in order, and the one-word spelling of a compound (``followup``)."""

    start: int
    end: int
    parts: tuple[str, ...]
    joined: str = ""


def fold(text: str) -> str:
    """``text`` as it is compared: compatibility forms, case and accents gone, ligatures written out."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold().translate(_LIGATURES)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in text if not unicodedata.combining(letter)).translate(_LIGATURES)


_stemmers = threading.local()


def _stem(word: str) -> tuple[str, str]:
    # PyStemmer objects are not safe to share between threads.
    try:
        french, english = _stemmers.pair
    except AttributeError:
        french, english = _stemmers.pair = Stemmer.Stemmer("french", 0), Stemmer.Stemmer("english", 0)
    return french.stemWord(word), english.stemWord(word)


@lru_cache(maxsize=100_000)
def stems(word: str) -> tuple[str, ...]:
    """The distinct French and English stems of a folded word; none for figures and stop words."""
    if word in STOP_WORDS or len(word) < 3 or any(letter.isdigit() for letter in word):
        return ()
    french, english = _stem(word)
    # The French stemmer wants its accents to see a feminine participle: "qualifiée" is "qualifiee" by now.
    french = _stem(_FEMININE.sub("e", word))[0] if word.endswith(("ee", "ees")) else french
    return tuple(sorted({stem for stem in (fold(french), fold(english)) if len(stem) >= 2}))


@lru_cache(maxsize=100_000)
def analyse(chunk: str) -> tuple[tuple[str, ...], str]:
    """Parts and one-word spelling of one run of letters as it was written."""
    folded = fold(chunk)
    if folded[-1] in "+#":
        return (folded,), ""
    if chunk[0].isdigit() and not chunk.isalnum():
        if _THOUSANDS.match(folded) or "\u00a0" in chunk or "\u202f" in chunk:
            parts = tuple(re.split(r"\D+", folded))
            return parts, "".join(parts)[:LONGEST_WORD]
        if re.fullmatch(r"\d+(?:[.,]\d+)+", folded):
            parts = tuple(part[:LONGEST_WORD] for part in re.split(r"[.,]", folded))
            return parts, folded.replace(",", ".")[:LONGEST_WORD]
    parts: list[str] = []
    joined = ""
    pieces = _INNER.split(folded)
    marks = _INNER.findall(folded)
    hyphened = any(mark != "'" for mark in marks)
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        mark = marks[index] if index < len(marks) else ""
        if mark == "'":
            rest = pieces[index + 1]
            if piece in _ELISIONS:
                index += 1
                continue
            if rest in _POSSESSIVES:
                parts.append(piece)
            else:
                # aujourd'hui, don't, O'Neill: one word; the second half is kept findable when it is a name.
                parts.append(piece + rest)
                if len(piece) <= 2 and len(rest) > 2 and not hyphened:
                    return tuple(p[:LONGEST_WORD] for p in parts), rest[:LONGEST_WORD]
            index += 2
            continue
        parts.append(piece)
        index += 1
    if hyphened and 1 < len(parts) <= 4:
        joined = "".join(parts)[:LONGEST_WORD]
    return tuple(part[:LONGEST_WORD] for part in parts if part), joined


def written(text: str) -> Iterator[re.Match[str]]:
    """The written words of ``text`` as they stand."""
    return _CHUNK.finditer(text)


def tokens(text: str) -> Iterator[Token]:
    """The written words of ``text`` in order, with their places in it."""
    for match in _CHUNK.finditer(text):
        parts, joined = analyse(match.group())
        if parts:
            yield Token(match.start(), match.end(), parts, joined)


@lru_cache(maxsize=100_000)
def entries(word: str) -> tuple[str, ...]:
    """What the index holds at the place of a folded word: itself and its marked stems."""
    return (word, *(STEM + stem for stem in stems(word) if stem != word))


def placed(text: str) -> dict[str, list[int]]:
    """Every entry of ``text`` with the numbers of its places, for one posting list each."""
    found: dict[str, list[int]] = {}
    place = 0
    for match in _CHUNK.finditer(text):
        parts, joined = analyse(match.group())
        if joined:
            for entry in entries(joined):
                found.setdefault(entry, []).append(place)
        for part in parts:
            for entry in entries(part):
                spots = found.get(entry)
                if spots is None:
                    found[entry] = [place]
                elif spots[-1] != place:
                    spots.append(place)
            place += 1
    return found


@lru_cache(maxsize=20_000)
def lookups(word: str) -> tuple[str, ...]:
    """The entries that a folded word asks for: the word as written first, then whatever shares a stem with it."""
    asked = [word]
    for stem in stems(word):
        asked += [STEM + stem, stem]
    return tuple(dict.fromkeys(asked))
