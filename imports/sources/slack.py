"""Reader of a Slack export: the zip as Slack writes it.

Channels become groups, messages posts. A Slack thread is a thread; what was said outside of one is cut where the
channel was silent for hours (docs/decisions/0243-a-channel-is-cut-where-it-is-silent.md).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from imports.html_to_markdown import CONVERTER
from imports.neutral import Form, FormWriter, Refused
from imports.sources import SourceError
from imports.sources.slack_text import emoji_named, to_markdown
from people.models import fold_name

SOURCE = "slack"
SILENCE = dt.timedelta(hours=8)
# What a zip says of itself is a hint: files are read to these limits and no further.
FILE_LIMIT, NAMES_LIMIT = 100_000_000, 500_000
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
SPOKEN = {"", "bot_message", "me_message", "file_share", "file_comment", "file_mention", "thread_broadcast"}
SPOKEN |= {"reply_broadcast", "slackbot_response", "ekm_access_denied"}


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever imports chose: visibility of the groups of public channels; private ones are always hidden."""

    visibility: str = "hidden"
    missing_file: str = "file not taken over"

    def as_strings(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(slots=True)
class Channel:
    """One channel of the export; `kind` is public, private, or a conversation that is not taken."""

    id: str
    name: str
    kind: str
    purpose: str = ""
    days: list[str] = field(default_factory=list)


class Export:
    """The zip, its people and its channels. Use as a context manager. Raises SourceError when it is no export."""

    def __init__(self, path: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as problem:
            raise SourceError(f"{path} is no zip that can be read: {problem}") from problem
        names = self.zip.namelist()
        if len(names) > NAMES_LIMIT:
            raise SourceError(f"{path} holds {len(names):,} files; the limit is {NAMES_LIMIT:,}.")
        found = sorted((name for name in names if name.split("/")[-1] in ("channels.json", "groups.json")), key=len)
        if not found:
            raise SourceError(f"{path} is no Slack export: it holds no channels.json.")
        self.root = found[0].rpartition("/")[0] + "/" if "/" in found[0] else ""
        self.people = {str(one.get("id")): one for one in self.table("users.json")}
        self.channels = list(self._channels(names))

    def __enter__(self) -> Export:
        return self

    def __exit__(self, *problem: object) -> None:
        self.zip.close()

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of one file at the top; none when it is not there."""
        if self.root + name not in self.zip.namelist():
            return []
        return [row for row in self.rows(self.root + name) if isinstance(row, dict)]

    def rows(self, name: str) -> list[Any]:
        """A list as JSON. Raises SourceError when it is none, or larger than anybody writes."""
        try:
            with self.zip.open(name) as file:
                content = file.read(FILE_LIMIT + 1)
            if len(content) > FILE_LIMIT:
                raise SourceError(f"{name} is larger than {FILE_LIMIT:,} bytes.")
            rows = json.loads(content)
        except (ValueError, zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as problem:
            if isinstance(problem, SourceError):
                raise
            raise SourceError(f"{name} cannot be read: {problem}") from problem
        except RecursionError as problem:
            raise SourceError(f"{name} is nested too deep.") from problem
        if not isinstance(rows, list):
            raise SourceError(f"{name} is no list.")
        return rows

    def _channels(self, names: list[str]) -> Iterator[Channel]:
        days: dict[str, list[str]] = {}
        for name in sorted(names):
            folder, _, file = name.removeprefix(self.root).rpartition("/")
            if folder and "/" not in folder and DAY.fullmatch(file):
                days.setdefault(folder, []).append(name)
        tables = [("channels.json", "public"), ("groups.json", "private"), ("mpims.json", "direct")]
        for table, kind in [*tables, ("dms.json", "direct")]:
            for row in self.table(table):
                source_id, name = str(row.get("id") or ""), str(row.get("name") or row.get("id") or "")
                mine = days.pop(name, None) or days.pop(source_id, [])
                yield Channel(source_id or name, name, kind, _value(row.get("purpose")), mine)
        for folder, mine in days.items():
            # A folder that no table names: who could read it is not known.
            yield Channel(f"folder:{folder}", folder, "private", "", mine)


def _value(said: object) -> str:
    return str(said.get("value") or "") if isinstance(said, dict) else ""


def fingerprint(path: Path) -> str:
    """A digest of the export: another one never continues its form."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_export(path: Path, into: Path, *, options: Options, advance: Callable[[int], object] = lambda n: None) -> Form:
    """Turn an export into a neutral form; each message becomes one post or one refusal with its reason."""
    form = Form(source=SOURCE, fingerprint=fingerprint(path), options=options.as_strings())
    with Export(path) as export, FormWriter(into, form) as writer:
        reading = Reading(writer, export, options)
        for channel in export.channels:
            reading.channel(channel, advance)
        form.rows = {"message": reading.count}
        form.notes = dict(sorted(reading.notes.items()))
    return form


class Reading:
    """Messages become records; people, groups and threads come with their first one."""

    def __init__(self, writer: FormWriter, export: Export, options: Options) -> None:
        self.writer, self.export, self.options = writer, export, options
        self.names = {one.id: one.name for one in export.channels if one.kind != "direct"}
        self.people: set[str] = set()
        self.seen: dict[str, str] = {}
        self.notes: Counter[str] = Counter()
        self.count = 0
        self.current = ""
        self.last: dt.datetime | None = None
        self.threads: set[str] = set()

    def channel(self, channel: Channel, advance: Callable[[int], object]) -> None:
        """One channel with all its days."""
        if channel.kind != "direct":
            visibility = self.options.visibility if channel.kind == "public" else "hidden"
            name = (fold_name(channel.name) or channel.id)[:80]
            values = {"id": channel.id, "name": name, "visibility": visibility}
            self.writer.try_add("group", values | {"description": channel.purpose[:1_000]})
        self.current, self.last = "", None
        self.threads = set()
        for day in channel.days:
            try:
                rows = self.export.rows(day)
            except SourceError as problem:
                self._refused(day, "file of a day cannot be read", str(problem))
                continue
            for number, row in enumerate(sorted(rows, key=_moment), 1):
                self.count += 1
                try:
                    self.message(channel, f"{day}:{number}", row)
                except (
                    TypeError,
                    ValueError,
                    KeyError,
                    AttributeError,
                    ArithmeticError,
                    OSError,
                    RecursionError,
                ) as problem:
                    self._refuse(f"{day}:{number}", "message cannot be read", type(problem).__name__)
                advance(1)

    def _refused(self, place: str, reason: str, detail: str) -> None:
        self.count += 1
        self._refuse(place, reason, detail)

    def _refuse(self, place: str, reason: str, detail: str = "") -> None:
        self.writer.refuse(Refused(noun="post", id=place, reason=reason, detail=detail))

    def message(self, channel: Channel, place: str, row: Any) -> None:
        """One message: a post, or a refusal."""
        if not isinstance(row, dict) or not _seconds(row.get("ts")):
            self._refuse(place, "row cannot be read")
            return
        source_id, subtype = f"{channel.id}/{row['ts']}", str(row.get("subtype") or "")
        if channel.kind == "direct":
            # SECURITY: two people spoke there; an import has no right to let a third one read it.
            self._refuse(source_id, "direct conversation is not taken", place)
            return
        if subtype not in SPOKEN:
            self._refuse(source_id, f"notice of Slack: {subtype}", place)
            return
        if source_id in self.seen:
            self._refuse(source_id, "message is there twice", f"{place} repeats {self.seen[source_id]}")
            return
        mentions: list[str] = []
        notes: Counter[str] = Counter()
        text = self._text(row, subtype, mentions, notes)
        if not text.strip():
            self._refuse(source_id, "message has no text", place)
            return
        at = dt.datetime.fromtimestamp(_seconds(row["ts"]), dt.UTC)
        author = self._author(row)
        for one in mentions:
            self._person(one)
        thread, answers = self._thread(channel, row, at)
        post = {"id": source_id, "thread": thread, "author": author, "at": at, "text": text, "mentions": mentions}
        if self.writer.try_add("post", post | {"quotes": answers}):
            self.seen[source_id] = place
            self.notes.update(notes)
            self.notes["message that was edited: its last text taken"] += "edited" in row
            self._reactions(source_id, row)

    # What a message says ----------------------------------------------------------------------------------------------

    def _text(self, row: dict[str, Any], subtype: str, mentions: list[str], notes: Counter[str]) -> str:
        said = str(row.get("text") or "")
        comment = row.get("comment")
        files = [one for one in [row.get("file"), *(row.get("files") or [])] if isinstance(one, dict)]
        if subtype in ("file_share", "file_comment"):
            # The sentence is Slack's own ("… uploaded a file: …"); what a person said stands beside the file.
            first = files[0].get("initial_comment") if files else None
            spoken = comment if subtype == "file_comment" else first
            if isinstance(spoken, dict):
                said = str(spoken.get("comment") or "")
            elif files and "uploaded a file" in said:
                said = ""
        parts = [to_markdown(said, self._known, mentions)]
        for one in row.get("attachments") or []:
            if isinstance(one, dict) and not one.get("is_msg_unfurl") and not one.get("from_url"):
                unfurled = "\n".join(str(one.get(key) or "") for key in ("pretext", "title", "text") if one.get(key))
                quoted = to_markdown(unfurled or str(one.get("fallback") or ""), self._known, [])
                parts.append("\n".join(f"> {line}".rstrip() for line in quoted.split("\n")) if quoted else "")
            elif isinstance(one, dict):
                notes["preview of a link left out"] += 1
        for one in files:
            notes["file named, not taken"] += 1
            parts.append(self._named(one))
        return "\n\n".join(part for part in parts if part.strip())

    def _named(self, file: dict[str, Any]) -> str:
        name = " ".join(str(file.get("title") or file.get("name") or file.get("id") or "?").split())[:120]
        size = file.get("size")
        shown = [name, str(file.get("mimetype") or "")[:100], f"{size:,} B" if isinstance(size, int) else ""]
        words = CONVERTER.escape(" · ".join(part for part in shown if part), set())
        return f"📎 {words} *({self.options.missing_file})*"

    def _known(self, noun: str, source_id: str) -> tuple[str, str] | None:
        if noun == "group":
            return (source_id, self.names[source_id]) if source_id in self.names else None
        return (source_id, self._name(source_id)) if source_id in self.export.people else None

    # Who, where, and what others put under it -------------------------------------------------------------------------

    def _author(self, row: dict[str, Any]) -> str:
        comment = row.get("comment")
        said = row.get("user") or (comment.get("user") if isinstance(comment, dict) else "")
        file = row.get("file")
        said = said or (file.get("user") if isinstance(file, dict) else "")
        if said:
            return self._person(str(said)[:200])
        name = fold_name(str(row.get("username") or row.get("bot_id") or "bot"))[:80] or "bot"
        key = f"bot:{row.get('bot_id') or name}"[:200]
        if key not in self.people:
            self.people.add(key)
            self.writer.try_add("person", {"id": key, "name": name, "is_robot": True})
        return key

    def _person(self, source_id: str) -> str:
        if source_id not in self.people:
            self.people.add(source_id)
            is_robot = bool(self.export.people.get(source_id, {}).get("is_bot")) or source_id == "USLACKBOT"
            self.writer.try_add("person", {"id": source_id, "name": self._name(source_id), "is_robot": is_robot})
        return source_id

    def _name(self, source_id: str) -> str:
        row = self.export.people.get(source_id, {})
        profile = row.get("profile")
        inner = profile if isinstance(profile, dict) else {}
        for said in (row.get("real_name"), inner.get("real_name"), inner.get("display_name"), row.get("name")):
            if name := fold_name(str(said or ""))[:80].strip():
                return name
        return fold_name(source_id)[:80] or "?"

    def _thread(self, channel: Channel, row: dict[str, Any], at: dt.datetime) -> tuple[str, list[str]]:
        """The thread of a message and what it answers: Slack's own, or the talk it stands in."""
        own = str(row.get("thread_ts") or "")
        if own and _seconds(own):
            opening = f"{channel.id}/{own}"
            return self._opened(channel, opening), [opening] if opening in self.seen else []
        if self.last is None or at - self.last > SILENCE or not self.current:
            self.current = f"{channel.id}/{row['ts']}"
        self.last = at
        return self._opened(channel, self.current), []

    def _opened(self, channel: Channel, thread: str) -> str:
        if thread not in self.threads:
            self.threads.add(thread)
            self.writer.try_add("thread", {"id": thread, "group": channel.id})
        return thread

    def _reactions(self, post: str, row: dict[str, Any]) -> None:
        given = row.get("reactions")
        for one in [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []:
            shown, users = emoji_named(str(one.get("name") or "")), one.get("users")
            for user in users if isinstance(users, list) else []:
                person = self._person(str(user)[:200])
                values = {"id": f"{post}/{one.get('name')}/{person}"[:200], "post": post, "person": person}
                self.writer.try_add("reaction", values | {"emoji": shown})


def _seconds(value: object) -> float:
    """The moment a Slack stamp names, in seconds; 0 when it names none."""
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _moment(row: object) -> float:
    return _seconds(row.get("ts")) if isinstance(row, dict) else 0.0
