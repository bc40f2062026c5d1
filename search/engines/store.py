"""The index folder: which generation is current, its segments, and up to which fact it has heard.

    index/current          name of the generation that is served
    index/g-<random>/      one Whoosh index for each findable; ``heard.json``: the fact up to which all were heard,
                           and those that were told before the index was built and so are in it
    index/rebuild.json     progress of a rebuild that is under way
    index/rebuild.lock     held by the one process that rebuilds

SECURITY: Whoosh keeps Python pickles, so the folder is for the server's user alone and is never copied from elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader

from search.engines.lean import LeanWriter
from search.engines.segments import SegmentView, schema

VERSION = 3
"""Raise it when the schema or :mod:`search.words` changes: every index of an older version is rebuilt by itself."""

MERGE_FACTOR = 8


class Unusable(Exception):
    """There is no index here that can be read: missing, damaged, or of another version."""


class Generation:
    """One whole index in one folder: a Whoosh index for each findable, so that each has words of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.heard = json.loads((folder / "heard.json").read_text())
            if self.heard["version"] != VERSION:
                raise Unusable(f"version {self.heard['version']}, not {VERSION}")
            built = self.heard.get("built", {})
            self._built_after, self._missing = built.get("after", 0), frozenset(built.get("missing", ()))
            self._storage = FileStorage(str(folder))
            self._parts = {name: Part(self._storage, name) for name in self.heard["parts"]}
        except Unusable:
            raise
        except Exception as error:
            raise Unusable(f"{type(error).__name__}: {error}") from error

    @classmethod
    def make(
        cls, root: Path, heard: int, parts: Iterable[str], *, built_after: int = 0, missing: Iterable[int] = ()
    ) -> Generation:
        """An empty one, not yet current, for findables with these labels.

        ``built_after``: it will be filled with rows read after every fact up to this one, but for ``missing``.
        """
        folder = root / f"g-{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700, parents=True)
        parts = sorted(parts)
        for name in parts:
            FileIndex.create(FileStorage(str(folder)), schema(), _name(name))
        built = {"after": built_after, "missing": sorted(missing)}
        _write(folder / "heard.json", {"version": VERSION, "fact": heard, "parts": parts, "built": built})
        return cls(folder)

    def was_built_after(self, fact: int) -> bool:
        """True when what this fact touched was read after it, so that to hear it again would write the same again."""
        return 0 < fact <= self._built_after and fact not in self._missing

    def note_heard(self, fact: int) -> None:
        """Keep that every fact up to ``fact`` is in the index. After the commit, never before."""
        self.heard = {**self.heard, "fact": fact}
        _write(self.folder / "heard.json", self.heard)

    def part(self, label: str) -> Part:
        """The index of one findable. Raises :class:`Unusable` when it was made before there was such a findable."""
        try:
            return self._parts[label]
        except KeyError:
            raise Unusable(f"it knows nothing of {label}") from None

    def parts(self) -> list[Part]:
        """The indexes of all findables."""
        return list(self._parts.values())

    def size(self) -> int:
        """Standing documents of all parts."""
        return sum(len(part.rows()) for part in self._parts.values())


class Part:
    """The Whoosh index of one findable."""

    def __init__(self, storage: FileStorage, label: str) -> None:
        self._storage = storage
        self._index = FileIndex(storage, indexname=_name(label))
        self._lock = threading.Lock()
        self._views: dict[str, SegmentView] = {}
        self._toc: tuple[int, list[SegmentView]] = (-1, [])

    def segments(self) -> list[SegmentView]:
        """Views of the newest commit; those of unchanged segments are the same objects as before."""
        with self._lock:
            newest = self._index.latest_generation()
            if newest == self._toc[0]:
                return self._toc[1]
            try:
                toc = self._index._read_toc()
                views: dict[str, SegmentView] = {}
                for segment in toc.segments:
                    name = segment.segment_id()
                    view = self._views.get(name) or SegmentView(SegmentReader(self._storage, toc.schema, segment))
                    view.deleted = frozenset(segment.deleted_docs())
                    views[name] = view
            except Exception as error:
                raise Unusable(f"{type(error).__name__}: {error}") from error
            # Views that fell out are not closed: another thread may still read them; the last reference closes.
            self._views = views
            self._toc = (toc.generation, list(views.values()))
            return self._toc[1]

    def rows(self) -> set[int]:
        """Row keys of every standing document."""
        return {row for view in self.segments() for number, row in enumerate(view.rows) if number not in view.deleted}

    @contextlib.contextmanager
    def writing(self, *, megabytes: int = 32, patience: float = 10) -> Iterator[Changes]:
        """Collect changes; all of them are committed at the end, or none."""
        writer = LeanWriter(self._index, patience=patience, megabytes=megabytes)
        try:
            yield (changes := Changes(writer, self.segments()))
        except BaseException:
            writer.cancel()
            raise
        changes.writer.commit(mergetype=_merge)


class Changes:
    """What is to be written in one commit."""

    def __init__(self, writer: LeanWriter, segments: list[SegmentView]) -> None:
        self.writer = writer
        self._segments = segments

    def add(self, document: dict) -> None:
        self.writer.add_document(**{name: value for name, value in document.items() if value != ""})

    def drop(self, row: int) -> None:
        """Mark every copy of this row deleted. Nothing happens when there is none."""
        for segment, view in zip(self.writer.segments, self._segments, strict=True):
            for number in view.documents.get(row, ()):
                if not segment.is_deleted(number):
                    segment.delete_document(number)


def _merge(writer: LeanWriter, segments: list) -> list:
    """Merge eight segments of one size class, and what is a third deleted: each post moves a few times only."""
    kept, tiers = [], {}
    for segment in segments:
        size, gone = segment.doc_count_all(), segment.deleted_count()
        tier = max(0, (size - gone).bit_length() // 3)
        tiers.setdefault(tier, []).append(segment)
        if gone * 3 > size:
            tiers.setdefault("worn", []).append(segment)
    merged: set[str] = set()
    for tier, members in tiers.items():
        if tier == "worn" or len(members) >= MERGE_FACTOR:
            for segment in members:
                if segment.segment_id() not in merged:
                    merged.add(segment.segment_id())
                    reader = SegmentReader(writer.storage, writer.schema, segment)
                    writer.add_reader(reader)
                    reader.close()
                    writer._added = True
    kept = [segment for segment in segments if segment.segment_id() not in merged]
    return kept


class Store:
    """The folder of generations, and the one that is served."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._current: tuple[str, Generation] | None = None

    def current(self) -> Generation:
        """The generation that is served now. Raises :class:`Unusable`."""
        try:
            name = (self.root / "current").read_text().strip()
        except OSError as error:
            raise Unusable("no index yet") from error
        with self._lock:
            if self._current is None or self._current[0] != name:
                if "/" in name or not (self.root / name).is_dir():
                    raise Unusable("no such generation")
                self._current = (name, Generation(self.root / name))
            elif not self._current[1].folder.is_dir():
                self._current = None
                raise Unusable("the folder is gone")
            return self._current[1]

    def serve(self, generation: Generation) -> None:
        """Make ``generation`` the one that is served, at once for every process, and drop the older ones."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        replacement = self.root / f"current.{secrets.token_hex(4)}"
        replacement.write_text(generation.folder.name)
        os.replace(replacement, self.root / "current")
        for folder in self.root.glob("g-*"):
            if folder != generation.folder:
                shutil.rmtree(folder, ignore_errors=True)

    def forget(self) -> None:
        """Drop what is kept in memory; the next call reads the folder again."""
        with self._lock:
            self._current = None


def _name(label: str) -> str:
    """How Whoosh calls the files of a part: letters only, since its own patterns split at underscores and dots."""
    return "".join(letter for letter in label if letter.isalpha())


def _write(path: Path, content: dict) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content))
    os.replace(part, path)
