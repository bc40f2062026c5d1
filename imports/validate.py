"""A whole form is checked before anything of it is written.

Each record that breaks a rule is refused with its reason and its source id, and what hangs on it with it. What holds is
listed in a small SQLite file beside the form, so that a form of any size is written in order with little memory.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from imports.neutral import (
    FILES,
    NOUNS,
    Form,
    Group,
    Person,
    Post,
    Reaction,
    Record,
    Refused,
    Thread,
    detail_of,
    lines,
    read_form,
    reason_of,
    references,
    refused_by_reader,
)
from kit import clock
from people.models import NAME_LIMIT, fold_name

EARLIEST = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)
CHECKED = "checked.sqlite3"
TABLES = """
CREATE TABLE record (noun TEXT, id TEXT, offset INTEGER, home TEXT, at TEXT, PRIMARY KEY (noun, id)) WITHOUT ROWID;
CREATE TABLE refused (noun TEXT, id TEXT, reason TEXT, detail TEXT);
CREATE TABLE unknown (noun TEXT, id TEXT, named_by TEXT);
"""


class Checked:
    """A validated form, read in the order in which it is written. Use as a context manager: it keeps files open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.form: Form = read_form(folder)
        self._index = sqlite3.connect(folder / CHECKED)
        self._files = {noun: (folder / name).open("rb") for noun, name in FILES.items() if (folder / name).exists()}

    def __enter__(self) -> Checked:
        return self

    def __exit__(self, *problem: object) -> None:
        self._index.close()
        for file in self._files.values():
            file.close()

    def count(self, noun: str) -> int:
        """How many records of this noun hold."""
        return int(self._index.execute("SELECT count(*) FROM record WHERE noun = ?", [noun]).fetchone()[0])

    def ids(self, noun: str) -> Iterator[str]:
        """The source ids of all records of one noun that hold."""
        rows = self._index.execute("SELECT id FROM record WHERE noun = ?", [noun])
        while chunk := rows.fetchmany(1_000):
            yield from (source_id for (source_id,) in chunk)

    def has(self, noun: str, source_id: str) -> bool:
        """Whether such a record holds."""
        found = self._index.execute("SELECT 1 FROM record WHERE noun = ? AND id = ?", [noun, source_id]).fetchone()
        return found is not None

    def people(self) -> Iterator[Person]:
        yield from (Person.model_validate_json(line) for line in self._read("person", "offset"))

    def groups(self) -> Iterator[Group]:
        yield from (Group.model_validate_json(line) for line in self._read("group", "offset"))

    def threads(self) -> Iterator[Thread]:
        yield from (Thread.model_validate_json(line) for line in self._read("thread", "offset"))

    def posts_of(self, thread: str) -> Iterator[Post]:
        """The posts of one thread, oldest first; at the same moment in the order of the file."""
        yield from (Post.model_validate_json(line) for line in self._read("post", "at, offset", home=thread))

    def reactions(self) -> Iterator[Reaction]:
        yield from (Reaction.model_validate_json(line) for line in self._read("reaction", "offset"))

    def refused(self) -> Iterator[Refused]:
        """Everything that will not be written, the reader's refusals first."""
        yield from refused_by_reader(self.folder)
        for noun, source_id, reason, detail in self._index.execute("SELECT noun, id, reason, detail FROM refused"):
            yield Refused(noun=noun, id=source_id, reason=reason, detail=detail)

    def unknown_references(self) -> Counter[str]:
        """How many times a text names a record that is not there, by noun: those stay plain words."""
        return Counter(dict(self._index.execute("SELECT noun, count(*) FROM unknown GROUP BY noun")))

    def _read(self, noun: str, order: str, home: str | None = None) -> Iterator[bytes]:
        where, values = ("noun = ?", [noun]) if home is None else ("noun = ? AND home = ?", [noun, home])
        rows = self._index.execute(f"SELECT offset FROM record WHERE {where} ORDER BY {order}", values)  # noqa: S608
        file = self._files.get(noun)
        while chunk := rows.fetchmany(1_000):
            for (offset,) in chunk:
                if file is not None:
                    file.seek(offset)
                    yield file.readline()


def validate(folder: Path, advance: Callable[[int], object] = lambda n: None) -> Checked:
    """Check every record of a form; what it answers lists what holds, what is refused and why.

    Raises ValueError with a sentence when the folder holds no finished form.
    """
    read_form(folder)
    path = folder / CHECKED
    path.unlink(missing_ok=True)
    index = sqlite3.connect(path)
    try:
        index.execute("PRAGMA synchronous=OFF")
        index.execute("PRAGMA journal_mode=OFF")
        index.executescript(TABLES)
        check = Check(index, latest=clock.now() + dt.timedelta(days=1))
        for noun in NOUNS:
            for offset, line in lines(folder, noun):
                check.line(noun, offset, line)
                advance(1)
        index.execute("CREATE INDEX by_home ON record (noun, home, at, offset)")
        check.empty_threads()
        index.execute(
            "DELETE FROM unknown WHERE EXISTS"
            " (SELECT 1 FROM record WHERE record.noun = unknown.noun AND record.id = unknown.id)"
        )
        index.commit()
    finally:
        index.close()
    return Checked(folder)


class Check:
    """One pass over the records, in the order people, groups, threads, posts, reactions."""

    def __init__(self, index: sqlite3.Connection, *, latest: dt.datetime) -> None:
        self.index, self.latest = index, latest

    def line(self, noun: str, offset: int, line: bytes) -> None:
        """Take one record, or refuse it."""
        try:
            record = NOUNS[noun].model_validate_json(line)
        except ValidationError as problem:
            self.refuse(noun, f"{FILES[noun]}@{offset}", reason_of(problem), detail_of(problem))
            return
        wrong = self.wrong(noun, record)
        if wrong:
            self.refuse(noun, record.id, *wrong)
            return
        home, at = "", ""
        if isinstance(record, Thread):
            home = record.group
        elif isinstance(record, Post):
            home, at = record.thread, record.at.astimezone(dt.UTC).isoformat()
            named = {*references(record.text), *(("post", quoted) for quoted in record.quotes)}
            self.index.executemany("INSERT INTO unknown VALUES (?, ?, ?)", [(*one, record.id) for one in named])
        elif isinstance(record, Reaction):
            home = record.post
        self.index.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?)", [noun, record.id, offset, home, at])

    def wrong(self, noun: str, record: Record) -> tuple[str, str] | None:
        """(reason, detail) of the first rule this record breaks."""
        if self.holds(noun, record.id):
            return "id is there twice", "another record of this noun has the same id"
        for field in ("name", "title", "text", "description"):
            words = getattr(record, field, None)
            if words and "\x00" in words:
                return f"{field} holds a NUL character", ""
        if isinstance(record, Person | Group) and not fold_name(record.name):
            return "name has no visible character", ""
        if isinstance(record, Person | Group) and len(fold_name(record.name)) > NAME_LIMIT:
            return "name is too long", f"written out it has more than {NAME_LIMIT} characters"
        if isinstance(record, Thread):
            return self.missing("group", record.group)
        if isinstance(record, Reaction):
            return self.missing("post", record.post) or self.missing("person", record.person)
        if isinstance(record, Post):
            if not record.text.strip():
                return "text has no visible character", ""
            if record.at.tzinfo is None:
                return "date has no time zone", record.at.isoformat()
            if not EARLIEST <= record.at <= self.latest:
                return "date is impossible", record.at.isoformat()
            return self.missing("thread", record.thread) or self.missing("person", record.author)
        return None

    def missing(self, noun: str, source_id: str) -> tuple[str, str] | None:
        """The refusal of a record that hangs on something which is not there or was refused."""
        return None if self.holds(noun, source_id) else (f"its {noun} is missing or was refused", f"{noun} {source_id}")

    def holds(self, noun: str, source_id: str) -> bool:
        found = self.index.execute("SELECT 1 FROM record WHERE noun = ? AND id = ?", [noun, source_id]).fetchone()
        return found is not None

    def refuse(self, noun: str, source_id: str, reason: str, detail: str) -> None:
        self.index.execute("INSERT INTO refused VALUES (?, ?, ?, ?)", [noun, source_id, reason, detail])

    def empty_threads(self) -> None:
        """A thread without a post that holds would be a hole on a wall."""
        empty = "noun = 'thread' AND NOT EXISTS (SELECT 1 FROM record p WHERE p.noun = 'post' AND p.home = record.id)"
        found = "SELECT 'thread', id, 'thread has no post', '' FROM record"
        self.index.execute(f"INSERT INTO refused {found} WHERE {empty}")
        self.index.execute(f"DELETE FROM record WHERE {empty}")  # noqa: S608
