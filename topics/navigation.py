"""What topics put into the side bar."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from kit.navigation import Block, Entry
from people.models import Person
from topics import queries

SHOWN = 12


def block_of_topics(person: Person) -> Block | None:
    """The topics ``person`` follows under their full labels, with what is new in them; None without topics."""
    labels = queries.labels_for(person)
    followed = sorted(((pk, one) for pk, one in labels.items() if one.is_followed and not one.is_retired), key=_by_text)
    if not labels:
        return None
    unread = queries.unread_in_followed(person) if followed else {}
    return Block(
        label=_("Topics I follow"),
        entries=[
            Entry(
                url=reverse("topics:topic-detail", args=[one.public_id]),
                text=one.text,
                count=unread.get(pk, 0),
                is_quiet=True,
            )
            for pk, one in followed[:SHOWN]
        ],
        more_url=reverse("topics:topic-list"),
        more_label=_("All topics"),
        more_icon="folder-tree",
    )


def _by_text(followed: tuple[int, queries.Label]) -> str:
    return followed[1].text.casefold()
