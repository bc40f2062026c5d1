"""The keyboard shortcuts, said once: for the list of ``?``, for whoever wants other keys, and for the scripts.

``static/src/keys.js`` does what they say. It and the templates know each shortcut by the keys it has when nobody
changed it (``data-key="f"``); which keys a person has given it instead stands on the page (:func:`moved`).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kit.direction import isolated
from people.models import Person

#: keys pressed one after the other at most: "g h"
STROKES = 2
#: what a field for keys takes: two keys and the space between them
KEYS_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Shortcut:
    """``keys``: one key, or two in turn ("g h"). ``also``: a key that always does the same and is nobody's to give."""

    name: str
    keys: str
    does: str | Promise
    also: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Shortcuts that one looks for together."""

    title: str | Promise
    shortcuts: tuple[Shortcut, ...]


SECTIONS = (
    Section(
        gettext_lazy("Anywhere"),
        (
            Shortcut("new", "c", gettext_lazy("New thread")),
            Shortcut("search", "/", gettext_lazy("Search here")),
            Shortcut("undo", "z", gettext_lazy("Undo")),
            Shortcut("list", "?", gettext_lazy("This list")),
        ),
    ),
    Section(
        gettext_lazy("In lists and threads"),
        (
            Shortcut("next", "j", gettext_lazy("Next row or post")),
            Shortcut("previous", "k", gettext_lazy("Previous row or post")),
            Shortcut("open", "o", pgettext_lazy("verb", "Open"), also="Enter"),
            Shortcut("back", "u", gettext_lazy("Back to the list")),
            Shortcut("news", "n", gettext_lazy("Show new posts")),
            Shortcut("previous_unread", "[", gettext_lazy("Previous unread thread")),
            Shortcut("next_unread", "]", gettext_lazy("Next unread thread")),
            Shortcut("done", "e", gettext_lazy("Done (inbox), archive (managers)")),
            Shortcut("select", "x", gettext_lazy("Select")),
            Shortcut("select_to", "X", gettext_lazy("Select up to here")),
        ),
    ),
    Section(
        gettext_lazy("In a thread"),
        (
            Shortcut("reply", "r", gettext_lazy("Reply")),
            Shortcut("quote", "q", gettext_lazy("Reply quoting the selection")),
            Shortcut("accept", "a", gettext_lazy("Accept as answer")),
            Shortcut("follow", "f", gettext_lazy("Follow")),
            Shortcut("mute", "m", gettext_lazy("Mute")),
            Shortcut("save", "s", gettext_lazy("Save")),
        ),
    ),
    Section(
        pgettext_lazy("keys", "Go to"),
        (
            Shortcut("home", "g h", gettext_lazy("Go to Home")),
            Shortcut("inbox", "g i", gettext_lazy("Go to the inbox")),
            Shortcut("people", "g p", gettext_lazy("Go to people")),
            Shortcut("groups", "g g", gettext_lazy("Go to groups")),
            Shortcut("saved", "g s", gettext_lazy("Go to what I saved")),
        ),
    ),
)
SHORTCUTS = {shortcut.name: shortcut for section in SECTIONS for shortcut in section.shortcuts}

#: These work while one types, and are the same for everybody.
FIXED = (
    ("Ctrl K", gettext_lazy("Search or jump to")),
    ("Ctrl Enter", gettext_lazy("Send")),
    ("Esc", gettext_lazy("Close, then leave the field")),
)


def keys_of(person: Person) -> dict[str, str]:
    """The keys of every shortcut as ``person`` has them, by name; "" where one has none."""
    return {name: person.own_keys.get(name, shortcut.keys) for name, shortcut in SHORTCUTS.items()}


def moved(person: Person) -> str:
    """For the scripts: JSON from the keys a shortcut had to those it has, of those that ``person`` changed; or ""."""
    changed = {SHORTCUTS[name].keys: keys for name, keys in person.own_keys.items() if name in SHORTCUTS}
    return json.dumps(changed, separators=(",", ":"), ensure_ascii=False) if changed else ""


def tidy_keys(written: str) -> str:
    """``written`` as it is kept: one key, two with a space between, or nothing. Raises ValidationError."""
    strokes = unicodedata.normalize("NFC", written).split()
    if len(strokes) > STROKES or not all(_is_key(stroke) for stroke in strokes):
        raise ValidationError(_("Write one key, or two with a space between, as in g h."), code="keys")
    return " ".join(strokes)


def _is_key(stroke: str) -> bool:
    # What a browser calls a key that writes something is the one character that it writes.
    return len(stroke) == 1 and unicodedata.category(stroke)[0] not in "CZM"


def conflicts(keys: Mapping[str, str]) -> dict[str, list[str]]:
    """What can't be of ``keys`` (name → keys): for each shortcut in the way of another, sentences that say of which."""
    wrong: dict[str, list[str]] = {}
    given = {name: tuple(written.split()) for name, written in keys.items() if written}
    for one, mine in given.items():
        for other, theirs in given.items():
            if one == other or theirs[: len(mine)] != mine:
                continue
            words = {"keys": shown(keys[one]), "other": SHORTCUTS[other].does, "longer": shown(keys[other])}
            words = {name: isolated(str(word)) for name, word in words.items()}
            if mine == theirs:
                said = _("%(keys)s is also the key for “%(other)s”. Give one of the two another key, or none.")
            else:
                said = _("%(keys)s is also the first key for “%(other)s”: %(longer)s. Give one of the two another key.")
            wrong.setdefault(one, []).append(said % words)
    return wrong


def shown(keys: str) -> str:
    """``keys`` as one presses them: "X" is "Shift x"."""
    return " ".join(_presses(keys))


def _presses(keys: str) -> Iterator[str]:
    for stroke in keys.split():
        if stroke != stroke.lower() and len(stroke.lower()) == 1:
            yield "Shift"
        yield stroke.lower() if len(stroke.lower()) == 1 else stroke


def listed(person: Person) -> list[dict[str, object]]:
    """The whole map for a page: sections of rows with the keys of each (several where any of them does it)."""
    own = keys_of(person)
    sections: list[dict[str, object]] = [
        {"title": section.title, "rows": [_row(shortcut, own[shortcut.name]) for shortcut in section.shortcuts]}
        for section in SECTIONS
    ]
    fixed = [{"does": does, "keys": [keys.split()], "is_own": False} for keys, does in FIXED]
    return [*sections, {"title": _("Always, also while you write"), "rows": fixed}]


def _row(shortcut: Shortcut, keys: str) -> dict[str, object]:
    ways = [way for way in (shortcut.also, shown(keys)) if way]
    return {"does": shortcut.does, "keys": [way.split() for way in ways], "is_own": keys != shortcut.keys}
