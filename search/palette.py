"""The palette: what one may jump to, whom one may know, what one may do, and what one opened last."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kit import slots
from kit.ids import ALPHABET, LENGTH
from kit.navigation import ACTIONS, Action
from people.models import Person, fold_words
from search import suggestions
from search.findables import Option
from search.highlight import Marker
from search.language import Query, QueryError, parse

#: addresses a browser may ask about at once
VISITED = 12
SHOWN_VISITED = 6
#: actions offered before a word is typed, and then
FIRST_ACTIONS = 5
SHOWN_ACTIONS = 5

TITLES: dict[str, str | Promise] = {
    "recent": _("Opened last"),
    "jump": _("Jump to"),
    "people": _("People"),
    "do": _("Do"),
}
_THING = re.compile(rf"/[a-z]{{1,20}}/[{ALPHABET}]{{{LENGTH}}}/")


@dataclass(frozen=True, slots=True)
class Line:
    """One line to choose: ``person`` where it is somebody, ``keys`` of the shortcut that does the same."""

    option: Option
    person: Person | None = None
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under their title."""

    name: str
    lines: list[Line]

    @property
    def title(self) -> str | Promise:
        return TITLES[self.name]


def sections(*, viewer: Person, text: str, visited: Iterable[str] = ()) -> tuple[list[Section], Marker]:
    """What the palette lists for ``text``, and what is to be marked in it.

    Without words: which of the addresses ``visited`` ``viewer`` may find now, by the names they have now.
    """
    try:
        query = parse(text)
    except QueryError:
        query = Query()
    if not query:
        found = [Section("recent", _opened_last(viewer, visited)), Section("do", _actions(viewer, "")[:FIRST_ACTIONS])]
        return [section for section in found if section.lines], Marker()
    blocks = {block.name: block for block in suggestions.suggest(viewer=viewer, query=query)}
    jump = [Line(option) for name in suggestions.PLACES if name in blocks for option in blocks[name].options]
    people = blocks.get("person")
    found = [
        Section("jump", jump),
        Section("people", [Line(*pair) for pair in zip(people.options, people.rows, strict=True)] if people else []),
        Section("do", _actions(viewer, text)[:SHOWN_ACTIONS]),
    ]
    marker = Marker.of(Query("", tuple(suggestions.typed(query))))
    return [section for section in found if section.lines], marker


def _opened_last(viewer: Person, visited: Iterable[str]) -> list[Line]:
    # SECURITY: the browser says only where it was; each thing is asked of the rule anew, so that a group one was taken
    # out of is no longer named, and a guessed address gives what a free one gives: nothing.
    addresses = [address for address in list(visited)[:VISITED] if _THING.fullmatch(address)]
    return [Line(option) for option in suggestions.standing_at(viewer=viewer, addresses=addresses)][:SHOWN_VISITED]


def _actions(viewer: Person, text: str) -> list[Line]:
    asked = fold_words(text).split()
    offered: list[Action] = [action for fetch in slots.filled(ACTIONS) for action in fetch(viewer)]
    return [
        Line(Option(action.url, action.text, action.icon, ""), keys=action.keys)
        for action in offered
        if _holds(fold_words(f"{action.text} {action.words}").split(), asked)
    ]


def _holds(inside: list[str], asked: list[str]) -> bool:
    return all(any(word.startswith(begun) for word in inside) for begun in asked)
