"""Reader of a Zulip archive: a folder of `streams.json` and one gzipped JSON-lines file per stream.

The rows carry a display name and no account, so a person of this source *is* a display name
(docs/decisions/import-people-are-display-names.md); a mention carries the account's number and is joined to the name
under which that account was last seen to write.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from imports.neutral import Form, FormWriter, Refused
from imports.sources import SourceError
from imports.sources.zulip_html import read_html

SOURCE = "zulip"
RESOLVED = "✔ "
ROBOTS = {"Notification Bot", "Welcome Bot", "Email Gateway", "Reminder Bot"}
FIELDS = {
    "stream_id": int,
    "stream": str,
    "topic": str,
    "id": int,
    "sender": str,
    "timestamp": int,
    "content_html": str,
}


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever imports chose: visibility of the groups, address of the old chat, what threads are filed under.

    `topics`: "groups" files each thread under a topic named after its stream, "none" leaves them unfiled.
    """

    visibility: str = "open"
    site: str = ""
    topics: str = "groups"
    missing_file: str = "file not in the archive"

    def as_strings(self) -> dict[str, str]:
        return {
            "visibility": self.visibility,
            "site": self.site,
            "topics": self.topics,
            "missing_file": self.missing_file,
        }


@dataclass(slots=True)
class ThreadSeen:
    """What the survey learned of one thread: its last message, whether that is resolved, the topics that are one."""

    last_id: int = 0
    is_resolved: bool = False
    topics: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Survey:
    """First pass over the archive: what the second one needs to know before it reads a text."""

    site: str = ""
    rows: int = 0
    streams: dict[int, str] = field(default_factory=dict)
    messages: set[int] = field(default_factory=set)
    threads: dict[str, ThreadSeen] = field(default_factory=dict)
    senders: set[str] = field(default_factory=set)
    accounts: dict[str, str] = field(default_factory=dict)

    def person_named(self, *, user_id: str, shown: str) -> str | None:
        """The person an account's mention means: the name it last wrote under, else the name that is shown."""
        return self.accounts.get(user_id) or shown or None

    def post_exists(self, message_id: int) -> bool:
        return message_id in self.messages

    def thread_of(self, stream_id: int, topic: str) -> str | None:
        key = thread_id(stream_id, topic)
        return key if key in self.threads else None

    def group_of(self, stream_id: int) -> str | None:
        return str(stream_id) if stream_id in self.streams else None


def thread_id(stream_id: int, topic: str) -> str:
    """The source id of a thread: its stream and its topic, long topics by their digest.

    Resolving puts a check mark before the topic's name, so a topic and its resolved twin are one conversation.
    """
    topic = topic.removeprefix(RESOLVED)
    key = f"{stream_id}/{topic}"
    return key if len(key) <= 200 else f"{stream_id}/#{hashlib.sha256(topic.encode()).hexdigest()}"


def fingerprint(folder: Path) -> str:
    """A digest of the archive's files: another archive never continues this one's form."""
    digest = hashlib.sha256()
    for name in ["streams.json", *sorted({stream["file"] for stream in streams_of(folder)})]:
        path = folder / name
        digest.update(name.encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def streams_of(folder: Path) -> list[dict[str, Any]]:
    """The list of streams; SourceError with a sentence when the folder is not such an archive."""
    try:
        streams = json.loads((folder / "streams.json").read_text(encoding="utf-8"))
    except OSError as problem:
        raise SourceError(f"{folder} is no Zulip archive: it holds no readable streams.json.") from problem
    except ValueError as problem:
        raise SourceError(f"{folder}/streams.json is not JSON: {problem}") from problem
    wanted = {"stream_id": int, "stream": str, "file": str}
    if not isinstance(streams, list) or not all(
        isinstance(s, dict) and all(isinstance(s.get(k), t) for k, t in wanted.items()) for s in streams
    ):
        raise SourceError(f"{folder}/streams.json is no list of streams with stream_id, stream and file.")
    inside = folder.resolve()
    for stream in streams:
        path = (folder / stream["file"]).resolve()
        if not path.is_relative_to(inside) or not path.is_file():
            raise SourceError(f"{folder} lacks {stream['file']}, which streams.json names.")
    return streams


def rows_of(folder: Path, stream: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any] | None, str]]:
    """(place, row, problem) of every line of one stream: a line that is no row comes with its problem instead."""
    name = stream["file"]
    with gzip.open(folder / name, "rb") as file:
        for number, line in enumerate(file, 1):
            place = f"{name}:{number}"
            try:
                row = json.loads(line)
            except ValueError as problem:
                yield place, None, f"not JSON: {problem}"
                continue
            wrong = [k for k, kind in FIELDS.items() if not isinstance(row, dict) or type(row.get(k)) is not kind]
            if wrong:
                yield place, None, f"fields missing or of another type: {', '.join(wrong)}"
            else:
                yield place, row, ""


def survey(folder: Path, site: str, advance: Callable[[int], object]) -> Survey:
    """Read the whole archive once: ids, names, and under which name each mentioned account last appeared."""
    known = Survey(site=site.rstrip("/"))
    shown: dict[str, dict[str, int]] = {}
    for stream in streams_of(folder):
        known.streams[stream["stream_id"]] = stream["stream"]
        for _, row, _ in rows_of(folder, stream):
            known.rows += 1
            advance(1)
            if row is None:
                continue
            known.messages.add(row["id"])
            thread = known.threads.setdefault(thread_id(row["stream_id"], row["topic"]), ThreadSeen())
            thread.topics.add(row["topic"])
            if row["id"] > thread.last_id:
                thread.last_id, thread.is_resolved = row["id"], row["topic"].startswith(RESOLVED)
            known.senders.add(row["sender"].strip())
            if "data-user-id" in row["content_html"]:
                for mention in LexborHTMLParser(row["content_html"]).css("span.user-mention[data-user-id]"):
                    names = shown.setdefault(mention.attributes.get("data-user-id") or "", {})
                    name = mention.text().strip().removeprefix("@")
                    names[name] = max(names.get(name, 0), row["id"])
    for account, names in shown.items():
        wrote = {name: seen for name, seen in names.items() if name in known.senders} or names
        known.accounts[account] = max(wrote, key=lambda name: wrote[name])
    return known


def read_archive(
    folder: Path, into: Path, *, options: Options, advance: Callable[[int], object] = lambda n: None
) -> Form:
    """Turn an archive into a neutral form; each row becomes one post or one refusal with its reason.

    `advance` is called with 1 for every row, twice in all (survey, then reading).
    """
    streams = streams_of(folder)
    form = Form(source=SOURCE, fingerprint=fingerprint(folder), options=options.as_strings())
    known = survey(folder, options.site, advance)
    with FormWriter(into, form) as writer:
        reading = Reading(writer, known, options)
        for stream in streams:
            reading.group(stream)
        for stream in streams:
            for place, row, problem in rows_of(folder, stream):
                reading.row(place, row, problem)
                advance(1)
        form.rows = {"message": known.rows, "topic": sum(len(thread.topics) for thread in known.threads.values())}
        joined = sum(len(thread.topics) - 1 for thread in known.threads.values())
        reading.notes["topic joined with its resolved twin"] += joined
        form.notes = dict(sorted(reading.notes.items()))
    return form


class Reading:
    """The second pass: rows become records, people and threads come with their first row."""

    def __init__(self, writer: FormWriter, known: Survey, options: Options) -> None:
        self.writer, self.known, self.options = writer, known, options
        self.people: dict[str, bool] = {}
        self.threads: dict[str, bool] = {}
        self.messages: dict[int, str] = {}
        self.notes: Counter[str] = Counter()

    def group(self, stream: dict[str, Any]) -> None:
        """A stream is a group."""
        values = {"id": str(stream["stream_id"]), "name": group_name(stream["stream"])}
        self.writer.try_add("group", {**values, "visibility": self.options.visibility})

    def row(self, place: str, row: dict[str, Any] | None, problem: str) -> None:
        """A message is a post, or a refusal."""
        if row is None:
            self.writer.refuse(Refused(noun="post", id=place, reason="row cannot be read", detail=problem))
            return
        source_id = str(row["id"])
        if row["id"] in self.messages:
            detail = f"{place} repeats the message already taken from {self.messages[row['id']]}"
            self.writer.refuse(Refused(noun="post", id=source_id, reason="message is there twice", detail=detail))
            return
        read = read_html(row["content_html"], self.known, missing_file=self.options.missing_file)
        if not read.text.strip():
            self.writer.refuse(Refused(noun="post", id=source_id, reason="message has no text", detail=place))
            return
        thread, author = self.thread(row), self.person(row["sender"].strip())
        for name in read.mentions:
            self.person(name)
        try:
            at = dt.datetime.fromtimestamp(row["timestamp"], dt.UTC)
        except (ValueError, OverflowError, OSError):
            self.writer.refuse(
                Refused(noun="post", id=source_id, reason="date cannot be read", detail=f"{place}: {row['timestamp']}")
            )
            return
        post = {"id": source_id, "thread": thread, "author": author, "at": at, "text": read.text}
        post |= {"mentions": read.mentions, "quotes": read.quotes}
        if self.writer.try_add("post", post):
            self.messages[row["id"]] = place
            self.notes.update(read.notes)

    def person(self, name: str) -> str:
        """The person of a display name, written with its first appearance."""
        if name not in self.people:
            self.people[name] = self.writer.try_add("person", {"id": name, "name": name, "is_robot": name in ROBOTS})
        return name

    def thread(self, row: dict[str, Any]) -> str:
        """The thread of a topic, written with its first message."""
        key = thread_id(row["stream_id"], row["topic"])
        if key not in self.threads:
            is_resolved = self.known.threads[key].is_resolved
            title = row["topic"].removeprefix(RESOLVED).strip()
            values = {
                "id": key,
                "group": str(row["stream_id"]),
                "title": title,
                "topic": self.topic_of(row["stream_id"]),
            }
            self.threads[key] = self.writer.try_add("thread", {**values, "status": "closed" if is_resolved else "open"})
        return key

    def topic_of(self, stream_id: int) -> str:
        """The topic that a thread of this stream is filed under."""
        return group_name(self.known.streams.get(stream_id, "")) if self.options.topics == "groups" else ""


def group_name(stream: str) -> str:
    """A stream's name for people: the archive puts hyphens where the original had spaces."""
    return " ".join(stream.replace("-", " ").split())
