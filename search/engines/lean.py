"""Writing a segment in fewer steps than Whoosh takes: the files are its own, the way there is ours.

Three things of Whoosh's cost most of the time of indexing, and none is needed here: it looks up the length of a field
once per posting, it sorts single postings, of which there are eighty a post, instead of words, and past its limit of
memory it pickles each of them. A segment is written document by document, so the postings of a word are in order as
they come: only the words have to be sorted.
"""

from __future__ import annotations

import heapq
import itertools
import pickle
from array import array
from collections.abc import Iterable, Iterator
from operator import itemgetter

from whoosh import fields
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter
from whoosh.filedb.filestore import FileStorage
from whoosh.writing import SegmentWriter

Postings = tuple[str, bytes, array, list[bytes]]
"""Field, word, the documents that hold it in ascending order, and its posting value in each."""

POSTING_BYTES = 12
TERM_BYTES = 300
"""What a posting and a word take of memory, the value's own bytes apart."""

_word = itemgetter(0, 1)


class Pool:
    """Postings by word, spilled to ``storage`` when they take more than ``limit`` bytes."""

    def __init__(self, storage: FileStorage, limit: int) -> None:
        self.fieldnames: set[str] = set()
        self._storage = storage
        self._limit = limit
        self._size = 0
        self._words: dict[tuple[str, bytes], tuple[array, list[bytes]]] = {}
        self._runs: list[str] = []

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """One posting as Whoosh hands it over when it merges segments; its weight is read from its value."""
        name, word, document, _weight, value = posting
        self.fieldnames.add(name)
        self.add_all(name, [(word, value)], document)

    def add_all(self, name: str, values: Iterable[tuple[bytes, bytes]], document: int) -> None:
        """The words of one field of ``document``, which is not below any document added before."""
        words = self._words
        for word, value in values:
            held = words.get((name, word))
            if held is None:
                words[(name, word)] = array("I", (document,)), [value]
                self._size += TERM_BYTES
            else:
                held[0].append(document)
                held[1].append(value)
            # A value of one place is shared by all postings; the others are objects of their own.
            self._size += POSTING_BYTES if len(value) == 2 else POSTING_BYTES + 40 + len(value)
        if self._size > self._limit:
            self._spill()

    def iter_postings(self) -> Iterator[Postings]:
        """All of it, by field and word. Can be walked once."""
        runs = [self._read(name) for name in self._runs]
        if not runs:
            return self._sorted()
        ordered = heapq.merge(*runs, self._sorted(), key=_word)
        return (_joined(word, list(parts)) for word, parts in itertools.groupby(ordered, _word))

    def cleanup(self) -> None:
        """Remove what was spilled."""
        for name in self._runs:
            self._storage.delete_file(name)
        self._runs.clear()

    def _sorted(self) -> Iterator[Postings]:
        words = self._words
        return ((*key, *words[key]) for key in sorted(words))

    def _spill(self) -> None:
        name = f"{len(self._runs)}.run"
        with self._storage.create_file(name).raw_file() as file:
            for postings in self._sorted():
                pickle.dump(postings, file, pickle.HIGHEST_PROTOCOL)
        self._runs.append(name)
        self._words, self._size = {}, 0

    def _read(self, name: str) -> Iterator[Postings]:
        with self._storage.open_file(name).raw_file() as file:
            while True:
                try:
                    yield pickle.load(file)  # noqa: S301 - written by this process, in a folder only it may write
                except EOFError:
                    return


def _joined(word: tuple[str, bytes], parts: list[Postings]) -> Postings:
    documents, values = parts[0][2], parts[0][3]
    for part in parts[1:]:
        documents.extend(part[2])
        values.extend(part[3])
    return (*word, documents, values)


class LeanFieldWriter(W3FieldWriter):
    """Whoosh's writer of posting lists, a block at a time."""

    def add_postings(self, schema: fields.Schema, _lengths: None, words: Iterable[Postings]) -> None:
        before = None
        for name, word, documents, values in words:
            if name != before:
                if before is not None:
                    self.finish_field()
                self.start_field(name, schema[name])
                before = name
            self.start_term(word)
            block = self._postwriter
            limit = block._blocklimit
            for first in range(0, len(documents), limit):
                if first:
                    block._write_block()
                block._ids = documents[first : first + limit]
                block._values = values[first : first + limit]
                # A place takes two bytes, and the weight of a posting is how many there are.
                block._weights = array("f", [len(value) >> 1 for value in block._values])
                block._maxweight = max(block._weights)
            self.finish_term()
        if before is not None:
            self.finish_field()


class LeanCodec(W3Codec):
    """Whoosh's codec without lengths of fields, which weigh nothing here, and without compression.

    PERF: compressing every block of 128 postings costs an eighth of indexing, and time again at every reading.
    """

    length_stats = False

    def __init__(self) -> None:
        super().__init__(compression=0)

    def field_writer(self, storage, segment) -> LeanFieldWriter:
        return LeanFieldWriter(self, storage, segment)


class LeanWriter(SegmentWriter):
    """Whoosh's writer for our one schema: fields of words, and numbers in columns."""

    def __init__(self, index, *, patience: float, megabytes: int) -> None:
        super().__init__(index, timeout=patience, codec=LeanCodec())
        self.pool = Pool(self._tempstorage, megabytes << 20)

    def add_document(self, **document: str | int) -> None:
        """Add one row: text for every field of words that has any, numbers for the columns."""
        self._check_state()
        documents, number = self.perdocwriter, self.docnum
        documents.start_doc(number)
        for name in sorted(document):
            field, value = self.schema[name], document[name]
            if field.indexed:
                self.pool.fieldnames.add(name)
                self.pool.add_all(name, field.values(value), number)
            documents.add_field(name, field, None, 0)
            if field.column_type:
                documents.add_column_value(name, field.column_type, field.to_column_value(value))
        documents.finish_doc()
        self._added = True
        self.docnum += 1


__all__ = ["LeanCodec", "LeanWriter", "Pool"]
