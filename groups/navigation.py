"""What groups put into the side bar."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from groups import policy, queries
from groups.models import Space, SpaceType
from kit.navigation import Action, Block, Entry
from people.models import Person
from people.queries import company_seen_by

SHOWN = 40


def block_of_groups(person: Person) -> Block:
    """The groups of ``person`` with the icon of their type, and what is new in them."""
    groups = queries.first_groups(person, SHOWN + 1)
    unread = queries.unread_counts(person) if groups else {}
    may_create = policy.may_create_groups(person, company_seen_by(person))
    return Block(
        label=_("My groups"),
        entries=[entry_of(space, unread.get(space.pk, 0)) for space in groups[:SHOWN]],
        add_url=reverse("groups:group-create") if may_create else "",
        add_label=_("New group"),
        more_url=reverse("groups:directory") + "?show=mine" if len(groups) > SHOWN else "",
        more_label=_("All my groups"),
        empty_url=reverse("groups:directory"),
        empty_text=_("Join or start a group") if may_create else _("Join a group"),
    )


def actions_of(person: Person) -> list[Action]:
    """What the palette offers: a new group, for who may make one, and a private conversation."""
    actions = [
        Action(
            url=reverse("groups:direct-create"),
            text=_("Start a private conversation"),
            icon="messages-square",
            words=_("write message direct"),
        )
    ]
    if policy.may_create_groups(person, company_seen_by(person)):
        made = Action(
            url=reverse("groups:group-create"), text=_("Start a group"), icon="plus", words=_("new create team")
        )
        actions.append(made)
    return actions


def entry_of(space: Space, unread: int) -> Entry:
    """A group as a link of the side bar; hidden in plum, with guests in amber."""
    heard = {
        SpaceType.OPEN: _(", open"),
        SpaceType.CLOSED: _(", closed"),
        SpaceType.HIDDEN: _(", hidden"),
    }[SpaceType(space.type)]
    has_guests = getattr(space, "has_guests", False)
    return Entry(
        url=space.get_absolute_url(),
        text=space.name,
        icon="id-card-lanyard" if has_guests else space.icon,
        hint=heard + (_(", has guests") if has_guests else ""),
        count=unread,
        tone="guesty" if has_guests else "veil" if space.type == SpaceType.HIDDEN else "",
        key=f"space:{space.public_id}",
    )


def count_of_conversations(person: Person) -> int:
    """How many threads in private conversations hold something new."""
    return sum(row.threads for row in queries.unread(person) if row.type == SpaceType.DIRECT)
