"""The keyboard shortcuts, said once: for the help dialog and its page; ``static/src/keys.js`` does what they say."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Shortcut:
    """``keys`` as pressed, in order; ``is_single`` ones can be switched off (WCAG 2.1.4)."""

    keys: tuple[str, ...]
    does: str | Promise
    is_single: bool = True


SHORTCUTS = (
    Shortcut(("Ctrl K",), _("Search or jump to"), is_single=False),
    Shortcut(("/",), _("Search here")),
    Shortcut(("c",), _("New thread")),
    Shortcut(("j", "k"), _("Next, previous row or post")),
    Shortcut(("Enter", "o"), pgettext_lazy("verb", "Open")),
    Shortcut(("u",), _("Back to the list")),
    Shortcut(("n",), _("Show new posts")),
    Shortcut(("[", "]"), _("Previous, next unread thread")),
    Shortcut(("r",), _("Reply")),
    Shortcut(("q",), _("Reply quoting the selection")),
    Shortcut(("a",), _("Accept as answer")),
    Shortcut(("f",), _("Follow")),
    Shortcut(("m",), _("Mute")),
    Shortcut(("s",), _("Save")),
    Shortcut(("e",), _("Done (inbox), archive (managers)")),
    Shortcut(("x",), _("Select")),
    Shortcut(("Shift x",), _("Select up to here")),
    Shortcut(("z",), _("Undo")),
    Shortcut(("g h",), _("Go to Home")),
    Shortcut(("g i",), _("Go to the inbox")),
    Shortcut(("g p",), _("Go to people")),
    Shortcut(("g g",), _("Go to groups")),
    Shortcut(("g s",), _("Go to what I saved")),
    Shortcut(("Ctrl Enter",), _("Send"), is_single=False),
    Shortcut(("Esc",), _("Close, then leave the field"), is_single=False),
    Shortcut(("?",), _("This list")),
)
