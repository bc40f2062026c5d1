"""The content folder, read and checked: what comes out of here refers only to what exists in here."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"


class ContentError(ValueError):
    """A content file says something that cannot be; the message names the file."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    key: str
    name: str
    mail: str
    language: str
    time_zone: str
    headline: str
    department: str = ""
    place: str = ""
    manager: str = ""
    phone: str = ""
    employer: str = ""
    sponsor: str = ""
    until: str = ""
    left: str = ""
    read_until: str = ""
    follows: tuple[str, ...] = ()
    photo: bool = False
    administrator: bool = False
    editor: bool = False

    @property
    def is_employee(self) -> bool:
        return not self.employer


@dataclass(frozen=True, slots=True)
class Asking:
    who: str
    at: str
    note: str


@dataclass(frozen=True, slots=True)
class Inviting:
    who: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class DemoGroup:
    key: str
    name: str
    type: str
    made: str
    managers: tuple[str, ...]
    members: tuple[str, ...]
    purpose: str
    label: str
    guests: tuple[str, ...] = ()
    invited: tuple[Inviting, ...] = ()
    asking: tuple[Asking, ...] = ()
    archived: str = ""

    @property
    def everybody(self) -> set[str]:
        return {*self.managers, *self.members, *self.guests}


@dataclass(frozen=True, slots=True)
class DemoTopic:
    key: str
    en: str
    fr: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoPost:
    by: str
    at: str
    text: str
    language: str
    key: str = ""
    quoted: str = ""
    quoted_text: str = ""
    accepted: str = ""
    deleted: str = ""
    edits: tuple[Edit, ...] = ()
    reactions: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoThread:
    key: str
    wall: str
    kind: str
    title: str
    language: str
    label: str
    posts: tuple[DemoPost, ...]
    topic: str = ""
    tags: tuple[str, ...] = ()
    pinned: str = ""
    closed_by: str = ""
    closed: str = ""
    archived_by: str = ""
    archived: str = ""
    followers: tuple[str, ...] = ()
    savers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    praised: tuple[str, ...] = ()
    votes: tuple[str, ...] = ()
    read: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    name: str
    language: str
    time_zone: str
    doors: tuple[str, ...]
    people: dict[str, DemoPerson]
    groups: dict[str, DemoGroup]
    topics: dict[str, DemoTopic]
    threads: dict[str, DemoThread]


def read_content(folder: Path = CONTENT) -> Content:
    """Everything in ``folder``; ContentError names the file that does not hold together."""
    company = _toml(folder / "company.toml")
    content = Content(
        name=company["name"],
        language=company["language"],
        time_zone=company["time_zone"],
        doors=tuple(company["doors"]),
        people={key: _person(key, table) for key, table in _toml(folder / "people.toml").items()},
        groups={key: _group(key, table) for key, table in _toml(folder / "groups.toml").items()},
        topics={topic.key: topic for topic in _topics(_toml(folder / "topics.toml")["topic"], "")},
        threads={path.stem: _thread(path) for path in sorted(folder.glob("threads/*/*.toml"))},
    )
    for thread in content.threads.values():
        _check(thread, content)
    return content


def mails_behind_doors(folder: Path = CONTENT) -> list[str]:
    """The mail addresses of those who are entered with one click on the sign-in page, in the order to offer them."""
    people = _toml(folder / "people.toml")
    return [people[key]["mail"] for key in _toml(folder / "company.toml")["doors"]]


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path.name}: {error}") from error


def _names(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _person(key: str, table: dict[str, Any]) -> DemoPerson:
    return DemoPerson(key=key, **{**table, "follows": _names(table.get("follows", ""))})


def _group(key: str, table: dict[str, Any]) -> DemoGroup:
    return DemoGroup(
        key=key,
        **{
            **table,
            **{role: _names(table.get(role, "")) for role in ("managers", "members", "guests")},
            "invited": tuple(Inviting(**one) for one in table.get("invited", ())),
            "asking": tuple(Asking(**one) for one in table.get("asking", ())),
        },
    )


def _topics(tables: list[dict[str, Any]], parent: str) -> list[DemoTopic]:
    topics = []
    for table in tables:
        topics.append(DemoTopic(table["key"], table["en"], table["fr"], parent))
        topics.extend(_topics(table.get("children", []), table["key"]))
    return topics


def _thread(path: Path) -> DemoThread:
    table = _toml(path)
    try:
        posts = tuple(_post(one, table["language"]) for one in table.pop("post"))
        for end in ("closed", "archived"):
            if end in table:
                table |= {end: table[end]["at"], f"{end}_by": table[end]["by"]}
        for names in ("followers", "savers", "readers", "praised", "votes"):
            table[names] = _names(table.get(names, ""))
        table["tags"] = tuple(table.get("tags", ()))
        return DemoThread(key=path.stem, title=table.pop("title", ""), posts=posts, **table)
    except (KeyError, TypeError) as error:
        raise ContentError(f"{path.name}: {error}") from error


def _post(table: dict[str, Any], language: str) -> DemoPost:
    quote = table.pop("quote", {})
    return DemoPost(
        **{
            "language": language,
            **table,
            "quoted": quote.get("of", ""),
            "quoted_text": quote.get("text", ""),
            "edits": tuple(Edit(**one) for one in table.get("edits", ())),
            "reactions": {emoji: _names(who) for emoji, who in table.get("reactions", {}).items()},
        }
    )


def members_of(wall: str, content: Content) -> set[str]:
    """The keys of those who may write on ``wall``: a group's key, ``company``, ``person:key`` or ``direct:keys``."""
    kind, _, who = wall.partition(":")
    if kind == "direct":
        return set(who.split())
    if kind in ("company", "person"):
        return {person.key for person in content.people.values() if person.is_employee}
    return content.groups[kind].everybody


def _check(thread: DemoThread, content: Content) -> None:
    """Whoever acts in ``thread`` may write there, and what it names is there."""
    writers = set(thread.readers) or members_of(thread.wall, content)
    if thread.label != "shared":
        writers = {key for key in writers if content.people[key].is_employee}
    acting = {post.by for post in thread.posts} | set(thread.votes) | set(thread.followers)
    for post in thread.posts:
        acting |= {key for keys in post.reactions.values() for key in keys}
    if strangers := acting - writers:
        raise ContentError(f"{thread.key}: {', '.join(sorted(strangers))} may not write on {thread.wall}.")
    if thread.topic and thread.topic not in content.topics:
        raise ContentError(f"{thread.key}: no topic {thread.topic!r}.")
    keys = {post.key for post in thread.posts}
    for post in thread.posts:
        if post.quoted not in {"", *keys}:
            raise ContentError(f"{thread.key}: quotes {post.quoted!r}, which is no post here.")
        if {post.by} & {key for keys in post.reactions.values() for key in keys}:
            raise ContentError(f"{thread.key}: {post.by} applauds their own post of {post.at}.")
