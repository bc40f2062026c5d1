"""First pass over the mail: headers into a small SQLite file, and which mails are one thread.

A thread is what hangs together by `References` and `In-Reply-To`, also over mails that are not there; what answers but
names nothing joins the latest thread of the same subject. Ids go round in circles, name themselves or thousands: they
are joined, not followed, so nothing can loop.

SECURITY: threads never reach over two groups, whatever their headers say: an answer in an open list does not bring the
mails it answers from a closed circle with it, nor the other way round.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imports.sources.mail import boxes
from imports.sources.mail.headers import Header, header_of

PRIVATE = "private"
# An answer without references joins a thread of its subject that was alive so shortly before.
ALIVE = dt.timedelta(days=60)
TABLES = """
CREATE TABLE mail (n INTEGER PRIMARY KEY, place TEXT, key TEXT, marks TEXT, home TEXT, author TEXT, name TEXT, at TEXT,
  title TEXT, base TEXT, tags TEXT, is_answer INTEGER, answers TEXT, refused TEXT, detail TEXT, thread INTEGER);
CREATE INDEX mail_key ON mail (key);
CREATE TABLE node (id INTEGER PRIMARY KEY, home TEXT, key TEXT, UNIQUE (home, key));
CREATE TABLE list (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE note (words TEXT);
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """What the survey knows of one mail: why it is refused, or its thread and the mail it answers."""

    n: int
    place: str
    key: str
    author: str
    at: dt.datetime | None
    title: str
    thread: str
    answers: str
    refused: str
    detail: str


class Survey:
    """The headers of all mails, asked in SQL: nothing of the mail is held in memory. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.path = path
        self.base = sqlite3.connect(path)
        self.before: dt.datetime | None = None
        self.base.executescript("PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF;" + TABLES)

    def __enter__(self) -> Survey:
        return self

    def __exit__(self, *problem: object) -> None:
        self.base.close()
        self.path.unlink(missing_ok=True)

    def read(self, files: Sequence[Path], *, one_group: str, advance: Callable[[int], object]) -> None:
        """Read every header block; then join what is one thread."""
        n = 0
        for path in files:
            self.before = None
            for raw in boxes.mails(path):
                n += 1
                self._add(n, raw, one_group)
                advance(1)
        self._join()

    def _add(self, n: int, raw: boxes.Raw, one_group: str) -> None:
        try:
            header = header_of(raw)
        except Exception as problem:  # noqa: BLE001, RUF100 - one hostile mail never ends an import
            self._refuse(n, raw.place, "mail cannot be read", f"its header: {type(problem).__name__}")
            return
        if header.at is None and self.before is not None:
            # Files of mail grow at their end: this one came after the one before it.
            header.at = self.before
            header.notes.append("date of the mail before it in its file for one that is missing or cannot be")
        elif header.at is None and not header.refused:
            header.refused = "date cannot be read"
        if header.refused:
            self._refuse(n, raw.place, header.refused, raw.problem or header.key)
            return
        home = "group" if one_group else (f"list:{header.list_id}" if header.list_id else PRIVATE)
        if header.list_id and not one_group:
            self.base.execute("INSERT OR IGNORE INTO list VALUES (?, ?)", [header.list_id, header.list_name])
        self.before = header.at
        key = self._own_key(n, raw, header)
        if key is None:
            return
        self.base.executemany("INSERT INTO note VALUES (?)", [[note] for note in header.notes])
        subject = header.subject
        self.base.execute(
            f"INSERT INTO mail VALUES ({', '.join('?' * 16)})",  # noqa: S608
            [
                *(
                    n,
                    raw.place,
                    key,
                    "\n".join(header.marks),
                    home,
                    header.author,
                    header.name,
                    str(header.at),
                    subject.title,
                ),
                *(subject.base, "\n".join(subject.tags), subject.is_answer, "\n".join(header.answers), "", "", None),
            ],
        )

    def _own_key(self, n: int, raw: boxes.Raw, header: Header) -> str | None:
        """The id under which this mail comes in; None when the same mail is there already."""
        key = header.key
        asked = "SELECT marks, place FROM mail WHERE key = ?"
        while known := self.base.execute(asked, [key]).fetchone():
            marks, place = known
            if sum(one == other for one, other in zip(marks.split("\n"), header.marks, strict=True)) >= 2:
                detail = f"{raw.place} repeats the mail already taken from {place}"
                self._refuse(n, header.key, "mail is there twice", detail)
                return None
            if key != header.key:
                key = f"{header.key}#{n}"
                break
            key = f"{header.key}#{header.marks[2][:12]}"
        if key == header.key:
            return key
        header.notes.append("id that another mail has too")
        return key

    def _refuse(self, n: int, key: str, reason: str, detail: str) -> None:
        self.base.execute(
            "INSERT INTO mail (n, place, key, marks, refused, detail) VALUES (?, '', ?, '', ?, ?)",
            [n, f"refused:{key}", reason, detail],
        )

    # Threads ----------------------------------------------------------------------------------------------------------

    def _join(self) -> None:
        parents = array("q", [0])

        def root(node: int) -> int:
            while parents[node] != node:
                parents[node] = parents[parents[node]]
                node = parents[node]
            return node

        def node_of(home: str, key: str) -> int:
            done = self.base.execute("INSERT OR IGNORE INTO node (home, key) VALUES (?, ?)", [home, key])
            if done.rowcount:
                parents.append(len(parents))
                return len(parents) - 1
            return int(self.base.execute("SELECT id FROM node WHERE home = ? AND key = ?", [home, key]).fetchone()[0])

        nodes = array("q")
        numbers = array("q")
        for n, home, key, answers in self.base.execute("SELECT n, home, key, answers FROM mail WHERE refused = ''"):
            node = node_of(home, key)
            numbers.append(n)
            nodes.append(node)
            for one in answers.split("\n") if answers else ():
                parents[root(node_of(home, one))] = root(node)
        self.base.executemany(
            "UPDATE mail SET thread = ? WHERE n = ?", ((root(node), n) for n, node in zip(numbers, nodes, strict=True))
        )
        self._join_by_subject(parents, root)
        self.base.execute("CREATE INDEX mail_thread ON mail (thread)")

    def _join_by_subject(self, parents: array[int], root: Callable[[int], int]) -> None:
        """Answers that name nothing that is here go to the thread of their subject that was alive last."""
        seen: set[int] = set()
        latest: dict[tuple[str, str], tuple[int, dt.datetime]] = {}
        rows = self.base.execute("SELECT home, base, at, is_answer, thread FROM mail WHERE refused = '' ORDER BY at, n")
        for home, base, at, is_answer, thread in rows:
            moment = dt.datetime.fromisoformat(at)
            before = latest.get((home, base))
            is_first = thread not in seen
            seen.add(thread)
            if is_first and is_answer and base and before and moment - before[1] <= ALIVE:
                parents[root(thread)] = root(before[0])
            if base:
                latest[home, base] = (thread, moment)
        moved = [(root(thread), thread) for thread in seen if root(thread) != thread]
        self.base.execute("CREATE INDEX mail_joined ON mail (thread)")
        self.base.executemany("UPDATE mail SET thread = ? WHERE thread = ?", moved)
        self.base.execute("DROP INDEX mail_joined")
        self.base.executemany("INSERT INTO note VALUES (?)", [["thread joined by its subject"]] * len(moved))

    # What the second pass asks ----------------------------------------------------------------------------------------

    def homes(self) -> Iterator[tuple[str, str]]:
        """(home, name) of every group that mail stands in; the private one has no name of its own."""
        yield from self.base.execute(
            "SELECT home, coalesce((SELECT name FROM list WHERE 'list:' || list.id = home), '') FROM mail"
            " WHERE refused = '' GROUP BY home ORDER BY min(n)"
        )

    def people(self) -> Iterator[tuple[str, str]]:
        """(address, name) of everybody who wrote, under the name they used most."""
        rows = self.base.execute(
            "SELECT author, name, count(*) AS times FROM mail WHERE refused = '' GROUP BY author, name"
            " ORDER BY author, times DESC, name"
        )
        before = None
        for author, name, _ in rows:
            if author != before:
                yield author, name
            before = author

    def threads(self) -> Iterator[tuple[str, str, str, list[str]]]:
        """(id, home, title, tags) of every thread: those of its first mail that is no answer."""
        rows = self.base.execute(
            "SELECT thread, key, home, title, tags FROM mail WHERE refused = '' ORDER BY thread, is_answer, at, n"
        )
        before = None
        for thread, key, home, title, tags in rows:
            if thread != before:
                yield key, home, title, tags.split("\n") if tags else []
            before = thread

    def name_threads(self) -> None:
        """Let each mail know the id of its thread: the key of the mail that gives the title."""
        self.base.executescript(
            "CREATE TABLE opening (thread INTEGER PRIMARY KEY, key TEXT);"
            "INSERT OR IGNORE INTO opening SELECT thread, key FROM mail WHERE refused = ''"
            " ORDER BY thread, is_answer, at, n;"
        )

    def mail(self, n: int) -> Mail:
        """What is known of the n-th mail of the source."""
        row = self.base.execute(
            "SELECT mail.n, place, mail.key, author, at, title, opening.key, answers, refused, detail, mail.thread"
            " FROM mail LEFT JOIN opening ON opening.thread = mail.thread WHERE mail.n = ?",
            [n],
        ).fetchone()
        number, place, key, author, at, title, thread, answers, refused, detail, node = row
        if refused:
            key = key.removeprefix("refused:")
        moment = dt.datetime.fromisoformat(at) if at else None
        answered = self._answered(answers, node) if answers else ""
        return Mail(number, place, key, author or "", moment, title or "", thread or "", answered, refused, detail)

    def _answered(self, answers: str, thread: int) -> str:
        """The mail this one answers itself, when it is here and in the same thread."""
        for key in reversed(answers.split("\n")):
            if self.base.execute("SELECT 1 FROM mail WHERE key = ? AND thread = ?", [key, thread]).fetchone():
                return key
        return ""

    def notes(self) -> dict[str, int]:
        """What was noted on the way, with its count."""
        return dict(self.base.execute("SELECT words, count(*) FROM note GROUP BY words"))
