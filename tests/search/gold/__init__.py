"""Reads the gold set into the database and its queries into objects. Knows no engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from groups import services as groups
from groups.models import Role, Space, SpaceType
from kit import clock
from people.models import Person
from tests.search.writing import write_post, write_thread
from topics.models import Topic

FOLDER = Path(__file__).parent


@dataclass
class GoldQuery:
    """One line of ``queries.txt``."""

    phenomenon: str
    text: str
    wanted: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    first: str = ""
    is_exact: bool = False
    fails_because: str = ""


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("# ")]


def queries() -> list[GoldQuery]:
    found, phenomenon = [], ""
    for line in lines("queries.txt"):
        if line.startswith("## "):
            phenomenon = line[3:].strip()
            continue
        text, _, expected = line.partition("=>")
        query = GoldQuery(phenomenon, text.strip())
        expected, _, query.fails_because = (part.strip() for part in expected.partition("?"))
        for word in expected.split():
            if word == "=":
                query.is_exact = True
            elif word.startswith("!"):
                query.unwanted.append(word[1:])
            elif word.startswith("^"):
                query.first = word[1:]
                query.wanted.append(word[1:])
            else:
                query.wanted.append(word)
        found.append(query)
    return found


@dataclass
class Company:
    """The gold company: rows by their keys in the files."""

    people: dict = field(default_factory=dict)
    spaces: dict = field(default_factory=dict)
    topics: dict = field(default_factory=dict)
    threads: dict = field(default_factory=dict)

    @property
    def viewer(self) -> Person:
        return self.people["hannah"]


def make_company() -> Company:
    company = Company()
    company.spaces["common"] = groups.make_common_space(name="Corvanne")
    for line in lines("company.txt"):
        kind, _, rest = line.partition(" ")
        key, *fields = (part.strip() for part in rest.split("|"))
        if kind == "person":
            person = Person(email=f"{key}@example.test", display_name=fields[0], headline=fields[1])
            person.save()
            groups.make_personal_space(person=person)
            company.people[key] = person
        elif kind == "group":
            space = Space.objects.create(type=SpaceType.OPEN, name=fields[0], purpose=fields[1])
            groups.add_member(space=space, person=company.viewer, role=Role.MANAGER)
            company.spaces[key] = space
        else:
            labels = {"label_en": fields[1], "label_fr": fields[2]}
            parent = company.topics.get(fields[0])
            if parent is not None:
                parent = Topic.objects.get(pk=parent.pk)
            company.topics[key] = Topic.objects.add_child(parent, labels) if parent else Topic.objects.add_root(labels)
    for line in lines("corpus.txt"):
        _write(company, line)
    return company


def _write(company: Company, line: str) -> None:
    key, facts, title, text = (part.strip() for part in line.split(" | ", 3)) if " | | " not in line else _reply(line)
    told = dict(fact.split("=", 1) for fact in facts.split())
    author = company.people[told["by"]]
    moment = dt.datetime.fromisoformat(told["on"]).replace(hour=10, tzinfo=dt.UTC)
    with clock.set_to(moment):
        if "." in key:
            write_post(thread=company.threads[key.split(".")[0]], author=author, source=text)
            return
        company.threads[key] = write_thread(
            space=company.spaces[told["in"]],
            author=author,
            title=title,
            source=text,
            kind=told.get("kind", "discussion"),
            status=told.get("status", "open"),
            topic=company.topics.get(told.get("topic", "")),
            tags=told["tags"].split(",") if "tags" in told else (),
        )


def _reply(line: str) -> tuple[str, str, str, str]:
    key, facts, text = (part.strip(" |") for part in line.split(" | ", 2))
    return key, facts, "", text


__all__ = ["Company", "GoldQuery", "make_company", "queries"]
