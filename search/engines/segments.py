"""What lies on disk: the lean Whoosh schema, and read-only views of its segments with their caches.

Only Whoosh's storage is used (codec, merging, deletions). Its query objects, scorers and searchers are not: they weigh
with statistics over all documents, which would let a hidden post move the order of a public one.

A segment never changes once written (deletions apart), so whatever is read from it may be kept as long as it lives:
the caches hang on segments, and a reply adds a small segment instead of emptying them.
"""

from __future__ import annotations

import struct
import sys
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import cached_property

from whoosh import columns, fields, formats
from whoosh.reading import SegmentReader, TermNotFound

from search.words import STEM, placed

TITLE, BODY, CONTEXT = "title", "body", "context"
LAST_PLACE = 65_535
CACHED_POSTINGS = 400_000
"""How many postings one segment may keep decoded (about 8 bytes each, and what hangs on them)."""

_ONE_PLACE = [array("H", [place]).tobytes() for place in range(1024)]
"""Most words stand once in a post: their values are made once."""

_LENGTHS = struct.Struct("!ii")
"""How Whoosh keeps a term: the lengths of key and value, the key (its field in two bytes, the word), the value."""


class Places(formats.Format):
    """Posting value: the places of the word in its field, as 16-bit numbers."""

    def __init__(self) -> None:
        super().__init__()

    def fixed_value_size(self) -> None:
        return None

    @staticmethod
    def encode(places: list[int]) -> bytes:
        return array("H", places).tobytes()

    @staticmethod
    def decode(value: bytes) -> array:
        places = array("H")
        places.frombytes(value)
        return places


class WordsField(fields.FieldType):
    """Text as :mod:`search.words` sees it; Whoosh's own analyzers are not used."""

    indexed = True
    scorable = False
    stored = False
    analyzer = None
    vector = None

    def __init__(self) -> None:
        self.format = Places()

    def values(self, text: str) -> Iterator[tuple[bytes, bytes]]:
        """Every entry of ``text`` with its posting value."""
        encode, one = self.format.encode, _ONE_PLACE
        for entry, places in placed(text).items():
            if len(places) == 1 and places[0] < len(one):
                yield entry.encode(), one[places[0]]
                continue
            if places[-1] > LAST_PLACE:
                places = [place for place in places if place <= LAST_PLACE]
                if not places:
                    continue
            yield entry.encode(), encode(places)


class LongColumn(columns.NumericColumn):
    """Signed 64-bit numbers by document, read in one piece."""

    def __init__(self) -> None:
        super().__init__("q", 0)

    class Reader(columns.NumericColumn.Reader):
        def load(self) -> array:
            numbers = array("q")
            numbers.frombytes(bytes(self._dbfile.get(self._basepos, self._count * 8)))
            if sys.byteorder == "little":
                numbers.byteswap()
            numbers.extend([self._default] * (self._doccount - self._count))
            return numbers


def schema() -> fields.Schema:
    """Three fields of words, two numbers: which row it is, and who may read it."""
    return fields.Schema(
        title=WordsField(),
        body=WordsField(),
        context=WordsField(),
        row=fields.COLUMN(LongColumn()),
        gate=fields.COLUMN(LongColumn()),
    )


class SegmentView:
    """One segment, decoded as far as somebody asked."""

    def __init__(self, reader: SegmentReader) -> None:
        self._reader = reader
        self._lock = threading.RLock()
        self._postings: OrderedDict[tuple[str, str], tuple[array, array]] = OrderedDict()
        self._kept = 0
        self.size = reader.doc_count_all()
        self.deleted: frozenset[int] = frozenset()
        self.results: OrderedDict[tuple, Mapping[int, float]] = OrderedDict()

    @cached_property
    def rows(self) -> array:
        return self._column("row")

    @cached_property
    def gates(self) -> array:
        return self._column("gate")

    def _column(self, name: str) -> array:
        with self._lock:
            column = self._reader.schema[name].column_type
            if not self._reader.has_column(name):
                return array("q", bytes(8 * self.size))
            return self._reader._perdoc.column_reader(name, column).load()

    @cached_property
    def documents(self) -> dict[int, list[int]]:
        """Document numbers by row: one, unless a crash left an older copy beside it."""
        found: dict[int, list[int]] = {}
        for number, row in enumerate(self.rows):
            found.setdefault(row, []).append(number)
        return found

    def postings(self, field: str, entry: str) -> tuple[array, array]:
        """The documents that hold ``entry`` in ``field``, with how often; both empty when none does."""
        key = (field, entry)
        with self._lock:
            kept = self._postings.get(key)
            if kept is not None:
                self._postings.move_to_end(key)
                return kept
            found = array("I"), array("f")
            matcher = self._matcher(field, entry)
            # Whoosh's files keep one reading position for all threads, hence the lock; blocks are read whole for speed.
            while matcher is not None and matcher.is_active():
                matcher._read_ids()
                matcher._read_weights()
                found[0].extend(matcher._ids)
                found[1].extend(matcher._weights)
                matcher._next_block()
            self._postings[key] = found
            self._kept += len(found[0]) + 8
            while self._kept > CACHED_POSTINGS and len(self._postings) > 1:
                _, dropped = self._postings.popitem(last=False)
                self._kept -= len(dropped[0]) + 8
            return found

    def places(self, field: str, entry: str, among: set[int]) -> dict[int, array]:
        """Where ``entry`` stands in ``field`` of the documents ``among``."""
        found: dict[int, array] = {}
        with self._lock:
            matcher = self._matcher(field, entry)
            while matcher is not None and matcher.is_active():
                matcher._read_ids()
                matcher._read_values()
                for number, value in zip(matcher._ids, matcher._values, strict=True):
                    if number in among:
                        found[number] = Places.decode(value)
                matcher._next_block()
        return found

    def _matcher(self, field: str, entry: str):
        try:
            return self._reader._terms.matcher(field, entry.encode(), self._reader.schema[field].format)
        except (TermNotFound, KeyError):
            return None

    @cached_property
    def vocabulary(self) -> list[str]:
        """Every written word (no stem) of titles and bodies, in order.

        PERF: Whoosh's own walk makes five calls for each of its terms and takes three times as long.
        """
        table = self._reader._terms._tindex
        numbers = {number for name, number in self._reader._terms._fieldmap.items() if name in (TITLE, BODY)}
        with self._lock:
            held = bytes(table.dbfile.get(table.startofdata, table.endofdata - table.startofdata))
        found: set[bytes] = set()
        at, end, stem, lengths = 0, len(held), ord(STEM), _LENGTHS.unpack_from
        while at < end:
            key, value = lengths(held, at)
            word, at = at + 10, at + 8 + key + value
            if held[word] != stem and held[word - 1] in numbers:
                found.add(held[word : at - value])
        return b"\n".join(sorted(found)).decode().split("\n") if found else []

    @cached_property
    def mirrored(self) -> list[str]:
        """The same words spelt backwards, in order: for mistakes in a word's first half."""
        return sorted(word[::-1] for word in self.vocabulary)

    def words_from(self, prefix: str) -> list[str]:
        return _span(self.vocabulary, prefix)

    def words_to(self, suffix: str) -> list[str]:
        return [word[::-1] for word in _span(self.mirrored, suffix[::-1])]

    def close(self) -> None:
        with self._lock:
            self._reader.close()


def _span(ordered: list[str], prefix: str) -> list[str]:
    return ordered[bisect_left(ordered, prefix) : bisect_left(ordered, prefix + "\U0010ffff")]
