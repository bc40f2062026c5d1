"""The neutral form: what any source is turned into, and the only thing that is ever written into a company.

A form is a folder: `form.json` says where it comes from, one JSON-lines file per noun holds the records, and
`refused.jsonl` holds what the reader could not take, with its reason. The fields are described in docs/imports.md.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

VERSION = 1
REFERENCE = re.compile(r"\]\(import:(person|group|thread|post)/([^)\s]+)\)")

SourceId = Annotated[str, Field(min_length=1, max_length=200)]


class Record(BaseModel):
    """One line of a form; a field it does not know is an error, so a typing slip never loses anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: SourceId


class Person(Record):
    """Somebody who wrote or is named."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    is_robot: bool = False


class Group(Record):
    """What has readers: visibility says who."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    visibility: Literal["open", "closed", "hidden"] = "open"
    description: Annotated[str, Field(max_length=1_000)] = ""


class Thread(Record):
    """One conversation in a group."""

    group: SourceId
    title: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["discussion", "question", "idea", "announcement"] = "discussion"
    status: Literal["open", "answered", "closed"] = "open"
    topic: Annotated[str, Field(max_length=80)] = ""
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=10)] = []


class Post(Record):
    """One message. `text` is Markdown; `[shown](import:person/ID)` names a record of this form."""

    thread: SourceId
    author: SourceId
    at: dt.datetime
    text: Annotated[str, Field(min_length=1, max_length=50_000)]
    mentions: list[SourceId] = []
    quotes: list[SourceId] = []


class Reaction(Record):
    """One person's emoji on one post."""

    post: SourceId
    person: SourceId
    emoji: Annotated[str, Field(min_length=1, max_length=40)]


class Refused(BaseModel):
    """A record that is not taken: what it was, in the source's own id, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    noun: str
    id: str
    reason: str
    detail: str = ""


class Form(BaseModel):
    """`form.json`: where the records come from, how many rows the source had and what was noted on the way."""

    model_config = ConfigDict(extra="forbid")
    version: Literal[1] = 1
    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    fingerprint: str
    options: dict[str, str] = {}
    rows: dict[str, int] = {}
    notes: dict[str, int] = {}
    finished: bool = False


NOUNS: dict[str, type[Record]] = {
    "person": Person,
    "group": Group,
    "thread": Thread,
    "post": Post,
    "reaction": Reaction,
}
FILES = {
    "person": "people.jsonl",
    "group": "groups.jsonl",
    "thread": "threads.jsonl",
    "post": "posts.jsonl",
    "reaction": "reactions.jsonl",
}
REFUSED = "refused.jsonl"
PICTURES = "pictures"


def reference(noun: str, source_id: str) -> str:
    """The address by which a text names another record of its form."""
    return f"import:{noun}/{quote(source_id, safe='')}"


def references(text: str) -> Iterator[tuple[str, str]]:
    """(noun, source id) of every record that a text names, in order."""
    for match in REFERENCE.finditer(text):
        yield match[1], unquote(match[2])


class FormWriter:
    """Writes a form into a folder; before `finish()` it counts as none, so a killed reader leaves no half form."""

    def __init__(self, folder: Path, form: Form) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.form = folder, form
        self.form.finished = False
        self._save()
        self._files: dict[str, IO[str]] = {
            noun: (folder / name).open("w", encoding="utf-8") for noun, name in FILES.items()
        }
        self._refused = (folder / REFUSED).open("w", encoding="utf-8")

    def add(self, record: Record) -> None:
        """Append one record to the file of its noun."""
        noun = type(record).__name__.lower()
        self._files[noun].write(record.model_dump_json(exclude_defaults=True) + "\n")

    def try_add(self, noun: str, values: dict[str, object]) -> bool:
        """Append a record made of these values, or its refusal with the reason; says which."""
        try:
            record = NOUNS[noun](**values)  # type: ignore[arg-type]
        except ValidationError as problem:
            self.refuse(
                Refused(noun=noun, id=str(values.get("id", "")), reason=reason_of(problem), detail=detail_of(problem))
            )
            return False
        self.add(record)
        return True

    def refuse(self, refused: Refused) -> None:
        """Append what the reader could not take."""
        self._refused.write(refused.model_dump_json() + "\n")

    def keep_picture(self, sha256: str, content: bytes) -> None:
        """Keep a file that a text shows as `![words](import:picture/SHA256)`; once, however often it is shown."""
        folder = self.folder / PICTURES
        folder.mkdir(exist_ok=True)
        path = folder / sha256
        if not path.exists():
            path.write_bytes(content)

    def finish(self) -> None:
        """Close the files and mark the form as whole."""
        for file in (*self._files.values(), self._refused):
            file.close()
        self.form.finished = True
        self._save()

    def _save(self) -> None:
        path = self.folder / "form.json"
        draft = path.with_suffix(".draft")
        draft.write_text(self.form.model_dump_json(indent=1), encoding="utf-8")
        draft.replace(path)

    def __enter__(self) -> FormWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            for file in (*self._files.values(), self._refused):
                file.close()


def read_form(folder: Path) -> Form:
    """The head of a finished form; ValueError with a sentence when there is none, or it is of another version."""
    try:
        head = json.loads((folder / "form.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ValueError(f"{folder} holds no import form: {problem}") from problem
    if head.get("version") != VERSION:
        raise ValueError(
            f"{folder} holds an import form of version {head.get('version')}; this Parvis reads version {VERSION}."
        )
    form = Form.model_validate(head)
    if not form.finished:
        raise ValueError(f"{folder} holds an import form that was never finished; read the source again.")
    return form


def lines(folder: Path, noun: str) -> Iterator[tuple[int, bytes]]:
    """(offset in the file, line) of each record of one noun; nothing when the form has none."""
    path = folder / FILES[noun]
    if not path.exists():
        return
    with path.open("rb") as file:
        offset = 0
        for line in file:
            if line.strip():
                yield offset, line
            offset += len(line)


def refused_by_reader(folder: Path) -> Iterator[Refused]:
    """What the reader refused, in source order."""
    path = folder / REFUSED
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                yield Refused.model_validate_json(line)


def reason_of(problem: ValidationError) -> str:
    """A short fixed phrase for the first thing that is wrong: what the report counts by."""
    first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "record"
    return f"{place}: {first['type'].replace('_', ' ')}"


def detail_of(problem: ValidationError) -> str:
    """The sentence for the first thing that is wrong."""
    return problem.errors(include_url=False, include_input=False, include_context=False)[0]["msg"]
