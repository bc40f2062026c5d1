"""The frame's links: where Home, Inbox, Search and the rest are, the blocks rooms add, and the tabs of the phone.

Everything is lazy: a fragment or a redirect asks nothing. A place whose address does not exist yet is left out whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from kit import slots
from kit.navigation import BLOCKS, COUNTS, Block, Entry
from people.shortcuts import moved


@dataclass(frozen=True)
class Place:
    """A fixed point of the frame: shown in the side bar, and under ``tab`` at the bottom of the phone."""

    key: str
    url_name: str
    icon: str
    text: str | Promise
    tab: str | Promise = ""
    tab_icon: str = ""
    area: str = ""
    in_side: bool = True


PLACES = (
    Place("home", "walls:home", icon="house", text=_("Home"), tab=_("Home")),
    Place("inbox", "notifications:inbox", icon="inbox", text=_("Inbox"), tab=_("Inbox")),
    Place("wall", "walls:company-wall", icon="landmark", text=_("Company wall")),
    Place("people", "profiles:directory", icon="users", text=_("People"), area="/people/"),
    Place("groups", "groups:directory", icon="layout-grid", text=_("Groups"), tab=_("Groups"), tab_icon="users"),
    Place("direct", "groups:direct-list", icon="messages-square", text=_("Conversations"), area="/conversations/"),
    Place("saved", "walls:saved", icon="bookmark", text=_("Saved")),
    Place("write", "walls:thread-create", icon="square-pen", text=_("New thread"), tab=_("Write"), in_side=False),
    Place("search", "search:results", icon="search", text=_("Search"), tab=_("Search"), in_side=False),
)
TABS = ("home", "groups", "write", "inbox", "search")


def address_of(url_name: str, *args: object) -> str:
    """The address behind ``url_name``, or "" while nobody serves it."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


class Navigation:
    """What the frame links to, for one viewer and one request."""

    def __init__(self, request):
        self.person = request.user
        # SECURITY: the one answer for missing and hidden marks no place, or it would say something of the address.
        self.path = "" if getattr(request, "is_lost", False) else request.path

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Each reachable place by key, with its count."""
        counts = slots.named(COUNTS)
        entries = {}
        for place in PLACES:
            if url := address_of(place.url_name):
                count = counts[place.key](self.person) if place.key in counts else 0
                entries[place.key] = Entry(
                    url=url, text=str(place.text), icon=place.icon, count=count, key=place.key, area=place.area
                )
        return entries

    @property
    def places(self) -> list[Entry]:
        return [self.entries[place.key] for place in PLACES if place.in_side and place.key in self.entries]

    @property
    def tabs(self) -> list[Entry]:
        places = {place.key: place for place in PLACES}
        return [
            replace(
                self.entries[key],
                text=str(places[key].tab),
                icon=places[key].tab_icon or places[key].icon,
                area="/groups/" if key == "groups" else places[key].area,
            )
            for key in TABS
            if key in self.entries
        ]

    @property
    def beyond_tabs(self) -> list[Entry]:
        """What the side bar leads to beside the tabs and one's groups: a phone has it in the menu of the account."""
        of_blocks = [entry for block in self.blocks if not block.has_heading for entry in block.entries]
        more = [
            Entry(url=block.more_url, text=block.more_label, icon=block.more_icon)
            for block in self.blocks
            if block.more_url and block.more_icon
        ]
        return [entry for entry in self.places if entry.key not in TABS] + more + of_blocks

    @cached_property
    def blocks(self) -> list[Block]:
        return [block for fetch in slots.filled(BLOCKS) if (block := fetch(self.person))]

    @property
    def inbox(self) -> Entry | None:
        return self.entries.get("inbox")

    @property
    def home(self) -> str:
        return "/"

    @property
    def write(self) -> str:
        return address_of("walls:thread-create")

    @property
    def search(self) -> str:
        return address_of("search:results")

    @property
    def suggest(self) -> str:
        return address_of("search:suggest")

    @property
    def me(self) -> str:
        return address_of("profiles:person", self.person.public_id)

    @property
    def preferences(self) -> str:
        return address_of("people:preferences")

    @property
    def preference(self) -> str:
        """Where one preference (theme, language, density) is posted alone."""
        return address_of("people:preference-set")

    @property
    def sessions(self) -> str:
        return address_of("usersessions_list")

    @property
    def sign_out(self) -> str:
        return address_of("account_logout")

    @property
    def keys(self) -> str:
        return address_of("people:key-list")

    @property
    def own_keys(self) -> str:
        """The keys this person changed, for the scripts; "" where none."""
        return moved(self.person)


def navigation(request):
    """``navigation``: the links of the frame, for a signed-in viewer."""
    return {"navigation": Navigation(request) if request.user.is_authenticated else None}
