"""Segments written in fewer steps hold what Whoosh's own writer would have put into them."""

from __future__ import annotations

import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader

from search.engines.lean import LeanWriter, Pool
from search.engines.segments import BODY, Places, SegmentView, schema
from search.words import placed

TEXTS = [
    "The pump leaks again, the pump on line four.",
    "La pompe fuit : voir l'équipe qualité.",
    "word " * 300,
    "Pumps and valves, qualités et équipes",
]


def pool_of(folder, *, limit: int) -> Pool:
    pool = Pool(FileStorage(str(folder)), limit)
    field = schema()[BODY]
    for number, text in enumerate(TEXTS):
        pool.add_all(BODY, field.values(text), number)
    return pool


def told(pool: Pool) -> list[tuple]:
    return [(name, word, list(documents), values) for name, word, documents, values in pool.iter_postings()]


def test_what_was_spilled_comes_back_in_order_and_whole(tmp_path):
    spilled = pool_of(tmp_path, limit=1)
    assert len(list(tmp_path.iterdir())) == len(TEXTS), "each text was too much for the memory"
    assert told(spilled) == told(pool_of(tmp_path / "none", limit=1 << 20))
    spilled.cleanup()
    assert not list(tmp_path.iterdir())


def test_the_places_of_every_word_are_those_of_its_text(tmp_path):
    for _name, word, documents, values in told(pool_of(tmp_path, limit=1 << 20)):
        for document, value in zip(documents, values, strict=True):
            assert list(Places.decode(value)) == placed(TEXTS[document])[word.decode()]


@pytest.fixture
def an_index(tmp_path):
    """``an_index(name)``: an empty index in a folder of its own."""

    def make(name: str) -> FileIndex:
        folder = tmp_path / name
        folder.mkdir()
        return FileIndex.create(FileStorage(str(folder)), schema(), "words")

    return make


def views(index: FileIndex) -> list[SegmentView]:
    toc = index._read_toc()
    return [SegmentView(SegmentReader(index.storage, toc.schema, segment)) for segment in toc.segments]


def test_a_word_in_more_documents_than_a_block_holds_is_found_in_each_with_its_weight(an_index):
    index = an_index("many")
    writer = LeanWriter(index, patience=1, megabytes=1)
    for number in range(1000):
        writer.add_document(body="pump " * (1 + number % 3), row=number, gate=7)
    writer.commit()
    (view,) = views(index)
    documents, weights = view.postings(BODY, "pump")
    assert list(documents) == list(range(1000))
    assert list(weights) == [1 + number % 3 for number in range(1000)]
    assert list(view.rows) == list(range(1000))
    assert set(view.gates) == {7}


def test_merged_segments_hold_what_one_segment_would(an_index):
    apart, whole = an_index("apart"), an_index("whole")
    for number, text in enumerate(TEXTS):
        writer = LeanWriter(apart, patience=1, megabytes=1)
        writer.add_document(body=text, row=number, gate=1)
        writer.commit(merge=False)
    assert len(views(apart)) == len(TEXTS)
    LeanWriter(apart, patience=1, megabytes=1).commit(optimize=True)
    writer = LeanWriter(whole, patience=1, megabytes=1)
    for number, text in enumerate(TEXTS):
        writer.add_document(body=text, row=number, gate=1)
    writer.commit()
    (merged,), (one,) = views(apart), views(whole)
    assert merged.vocabulary == one.vocabulary
    for word in one.vocabulary:
        assert [list(part) for part in merged.postings(BODY, word)] == [list(part) for part in one.postings(BODY, word)]
        everyone = set(range(len(TEXTS)))
        assert merged.places(BODY, word, everyone) == one.places(BODY, word, everyone)
