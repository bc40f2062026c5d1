"""The log as people read it: its newest entries in words, and whether it is whole."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.chain import BEGINNING
from archive.forms import hours_words
from archive.models import LogEntry
from archive.verifying import Broken, Head, first_fault, is_guarded
from kit import times
from kit.direction import isolated
from people.models import Person

SHOWN = 100
# PERF: a page looks at this many of the newest (40 µs each); the command looks at all.
LOOKED_AT = 10_000

KINDS = {
    "access.asked": gettext_lazy("asked for access"),
    "access.approved": gettext_lazy("approved an access"),
    "access.approved-for-nothing": gettext_lazy("approved an access; there was nothing to open"),
    "access.refused": gettext_lazy("refused an access"),
    "access.withdrawn": gettext_lazy("withdrew a request"),
    "access.lapsed": gettext_lazy("let a request lapse"),
    "access.ended": gettext_lazy("ended an access"),
    "administrator.made": gettext_lazy("made somebody administrator"),
    "administrator.reopened": gettext_lazy("opened the closed account of an administrator again"),
    "administrator.ended": gettext_lazy("took administration from somebody"),
    "administrator.mail-changed": gettext_lazy("changed an administrator’s mail address"),
    "account.mail-changed": gettext_lazy("changed somebody’s mail address"),
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry in words."""

    number: int
    at: dt.datetime
    who: str
    did: str
    about: str
    words: str
    hash: str


@dataclass(frozen=True, slots=True)
class LogState:
    """How the log is: entries in all, its head, the first broken one of the ``looked_at`` newest."""

    count: int
    looked_at: int
    head: Head | None
    broken: Broken | None
    is_guarded: bool

    @property
    def is_good(self) -> bool:
        return self.broken is None and self.is_guarded


def newest_lines() -> list[LogLine]:
    """The newest entries, newest first; two queries."""
    entries = list(LogEntry.objects.order_by("-number")[:SHOWN])
    said = {entry.number: _content(entry) for entry in entries}
    named = (str(content.get(name, "")) for content in said.values() for name in ("asked_by", "person"))
    keys = {entry.actor for entry in entries} | set(named)
    names = dict(Person.objects.filter(public_id__in=keys).values_list("public_id", "display_name"))
    return [_line(entry, said[entry.number], names) for entry in entries]


def _content(entry: LogEntry) -> dict[str, Any]:
    try:
        content = json.loads(entry.content)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _line(entry: LogEntry, content: dict[str, Any], names: dict[str, str]) -> LogLine:
    asker, about = content.get("asked_by"), []
    if asker and asker != entry.actor:
        about.append(_("of %(name)s") % {"name": isolated(names.get(asker, asker))})
    if person := content.get("person"):
        about.append(isolated(names.get(person, person)))
    if path := content.get("path"):
        about.append(str(path))
    if isinstance(hours := content.get("hours"), int):
        about.append(hours_words(hours))
    if until := content.get("until"):
        about.append(_("until %(moment)s") % {"moment": _moment(str(until))})
    return LogLine(
        number=entry.number,
        at=entry.at,
        who=names.get(entry.actor, entry.actor) or "Parvis",
        did=str(KINDS.get(entry.kind, entry.kind)),
        about=", ".join(about),
        words=str(content.get("reason", "")),
        hash=entry.hash,
    )


def _moment(text: str) -> str:
    try:
        return times.full(dt.datetime.fromisoformat(text))
    except ValueError:
        return text


def state_of_log() -> LogState:
    """The newest entries hashed again."""
    newest = list(LogEntry.objects.order_by("-number")[: LOOKED_AT + 1])[::-1]
    before = newest[0] if len(newest) > LOOKED_AT else None
    looked_at = newest[1:] if before else newest
    broken = first_fault(
        looked_at, number=before.number if before else 0, previous=before.hash if before else BEGINNING
    )
    head = Head(newest[-1].number, newest[-1].hash) if newest else None
    return LogState(newest[-1].number if newest else 0, len(looked_at), head, broken, is_guarded())
