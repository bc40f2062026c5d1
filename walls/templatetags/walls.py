"""Words and drawings of threads: kind, state, place, and the buttons under a post."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from groups.models import Space, SpaceType
from kit import markdown
from kit.direction import isolated
from kit.templatetags.parvis import icon
from people.models import Person
from walls import fragments
from walls.models import Kind, Status, Thread

register = template.Library()

KIND_ICONS = {
    Kind.DISCUSSION: "message-square",
    Kind.QUESTION: "circle-question-mark",
    Kind.IDEA: "lightbulb",
    Kind.ANNOUNCEMENT: "megaphone",
    Kind.PRAISE: "heart-handshake",
}
SPACE_ICONS = {
    SpaceType.COMMON: "landmark",
    SpaceType.PERSONAL: "user",
    SpaceType.OPEN: "hash",
    SpaceType.CLOSED: "lock",
    SpaceType.HIDDEN: "eye-off",
    SpaceType.PAGE: "file-text",
    SpaceType.DIRECT: "messages-square",
}


@register.simple_tag
def kind_icon(kind: str, size: str = "") -> SafeString:
    """The drawing of a kind of thread."""
    return icon(KIND_ICONS.get(kind, "message-square"), size)


@register.simple_tag
def space_icon(space: Space, size: str = "") -> SafeString:
    """The drawing of a kind of place."""
    return icon("eye-off" if space.is_named_readers else SPACE_ICONS.get(space.type, "hash"), size)


@register.simple_tag
def thread_row(thread: Thread, *, is_compact: bool, shows_place: bool) -> SafeString:
    """One thread of a list, drawn once for everybody to whom it looks the same."""
    return fragments.row_fragment(thread, is_compact=bool(is_compact), shows_place=bool(shows_place))


@register.simple_tag
def person_url(person: Person) -> str:
    """The page of a person."""
    return markdown.ADDRESSES["person"].format(id=person.public_id)


@register.filter
def place_name(space: Space) -> str:
    """What a place is called where its name alone does not say it."""
    if space.type == SpaceType.COMMON:
        return _("Company wall")
    if space.type == SpaceType.PERSONAL and space.owner:
        return _("%(name)s’s wall") % {"name": isolated(space.owner.display_name)}
    if space.is_named_readers:
        return _("Named readers")
    return space.name or _("Private conversation")


@register.filter
def place_word(space: Space) -> str:
    """The word before a place inside a sentence: "on" the Company wall, "in" a group, "for" named readers."""
    if space.type in (SpaceType.COMMON, SpaceType.PERSONAL):
        return pgettext("wall", "on")
    return pgettext("readers", "for") if space.is_named_readers else pgettext("group", "in")


@register.filter
def place_within(space: Space) -> str:
    """What a place is called inside a sentence, after :func:`place_word` or "to": "a private conversation"."""
    if space.type == SpaceType.COMMON:
        return pgettext("within a sentence", "the Company wall")
    if space.type == SpaceType.PERSONAL and space.owner:
        return pgettext("within a sentence", "%(name)s’s wall") % {"name": isolated(space.owner.display_name)}
    if space.is_named_readers:
        return pgettext("within a sentence", "named readers")
    return space.name or pgettext("within a sentence", "a private conversation")


@register.filter
def place_url(space: Space) -> str:
    """Where a place is shown."""
    if space.type == SpaceType.COMMON:
        return "/wall/"
    if space.type == SpaceType.PERSONAL and space.owner:
        return person_url(space.owner)
    if space.is_named_readers:
        return ""
    return f"/conversations/{space.public_id}/" if space.type == SpaceType.DIRECT else f"/groups/{space.public_id}/"


@register.simple_tag
def state_chip(thread: Thread) -> SafeString | str:
    """Kind and state as a chip; nothing for an open discussion."""
    tone, drawing, words = _state(thread)
    if not words:
        return ""
    return format_html('<span class="chip{}">{}{}</span>', f" {tone}" if tone else "", icon(drawing), words)


def _state(thread: Thread) -> tuple[str, str, str]:
    closed = {
        Status.CLOSED: ("", "lock", pgettext("thread", "closed")),
        Status.ARCHIVED: ("", "archive", pgettext("thread", "archived")),
    }
    if thread.status in closed:
        tone, drawing, state = closed[thread.status]
        if thread.kind == Kind.QUESTION:
            return tone, drawing, _("Question: %(state)s") % {"state": state}
        if thread.kind == Kind.IDEA:
            return tone, drawing, _("Idea: %(state)s") % {"state": state}
        return tone, drawing, state.capitalize()
    if thread.kind == Kind.QUESTION:
        if thread.status == Status.ANSWERED:
            return "good", "circle-check", _("Question: answered")
        return "open", "circle-question-mark", _("Question: open")
    if thread.kind == Kind.IDEA:
        return "open", "lightbulb", _("Idea: open")
    if thread.kind == Kind.ANNOUNCEMENT:
        return "", "megaphone", _("Announcement")
    if thread.kind == Kind.PRAISE:
        return "good", "heart-handshake", _("Praise")
    return "", "", ""


@register.filter
def label_words(label: str) -> str:
    """A label in words."""
    from groups.models import Label

    return str(Label(label).label) if label in Label.values else ""


@register.filter
def has_reacted(mine: object, emoji: str) -> bool:
    """True when ``emoji`` is among the viewer's own reactions (None in fragments sent to everybody)."""
    return bool(mine) and emoji in mine


@register.filter
def without_thumb(tally: dict[str, int]) -> list[tuple[str, int]]:
    """The reactions besides the thumb, most used first."""
    return sorted(((e, n) for e, n in tally.items() if e != "👍"), key=lambda row: (-row[1], row[0]))


@register.filter
def thumbs(tally: dict[str, int]) -> int:
    """How many thumbs."""
    return tally.get("👍", 0)


@register.filter
def kind_words(kind: str) -> str:
    """A kind in words."""
    return str(Kind(kind).label) if kind in Kind.values else ""
