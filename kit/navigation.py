"""What rooms put into the frame: blocks of links for the side bar, and counts for its entries.

``slots.fill("navigation.blocks", "groups", block_of_groups, order=20)`` where ``block_of_groups(person)`` returns
a :class:`Block` or None; ``slots.fill("navigation.counts", "inbox", count_for)`` where ``count_for(person)`` returns
an int.
Each is asked once a page, only when the page draws the side bar, and may cost one query.

``slots.fill("navigation.actions", "walls", actions_of)`` where ``actions_of(person)`` returns a list of
:class:`Action`: what the palette offers to do. It is asked while somebody types there, and costs no query of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

BLOCKS = "navigation.blocks"
COUNTS = "navigation.counts"
ACTIONS = "navigation.actions"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One link of the side bar. ``hint`` is heard, not seen: ", closed, has guests"."""

    url: str
    text: str
    icon: str = ""
    hint: str = ""
    count: int = 0
    tone: str = ""  # "veil" for hidden groups, "guesty" for those with guests
    key: str = ""  # name of the place, for shortcuts and counts
    is_unread: bool = False
    is_quiet: bool = False  # its count makes it no bolder
    area: str | None = None  # how addresses of pages below it begin; its own address when nothing is said
    current: str = ""  # what `at` found: "page", "true" or nothing

    def standing(self, path: str, here: str = "") -> str:
        """ "page" on its own page, "true" on one below it or about the thing ``here`` (a public id), else nothing."""
        area = self.url if self.area is None else self.area
        if self.url == path:
            return "page"
        is_below = bool(area) and path.startswith(area)
        return "true" if is_below or (here and here in self.url) else ""

    def at(self, path: str, here: str = "") -> Entry:
        """This entry as the page at ``path`` shows it."""
        standing = self.standing(path, here)
        return replace(self, current=standing) if standing else self

    @property
    def _is_loud(self) -> bool:
        return self.is_unread or bool(self.count and not self.is_quiet)

    @property
    def classes(self) -> str:
        return " ".join(name for name in (self.tone, "unread" if self._is_loud else "") if name)


@dataclass(frozen=True, kw_only=True)
class Block:
    """A titled list of links. ``add_url`` draws the plus; without entries ``empty_text`` links to ``empty_url``."""

    label: str
    entries: list[Entry] = field(default_factory=list)
    has_heading: bool = True
    add_url: str = ""
    add_label: str = ""
    more_url: str = ""
    more_label: str = ""
    more_icon: str = ""  # with one, the menu of the phone leads there too
    empty_url: str = ""
    empty_text: str = ""

    def at(self, path: str, here: str = "") -> Block:
        """This block as the page at ``path`` shows it."""
        return replace(self, entries=[entry.at(path, here) for entry in self.entries])


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something one goes somewhere to do. ``words``: others it is found by; ``keys``: first keys of its shortcut."""

    url: str
    text: str
    icon: str
    words: str = ""
    keys: str = ""
