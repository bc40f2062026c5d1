"""What topics put into the side bar."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from kit.navigation import Block, Entry
from people.models import Person
from topics import queries

SHOWN = 12


def block_of_topics(person: Person) -> Block | None:
    """The topics ``person`` follows under their full labels; none is shown for who follows nothing."""
    labels = queries.labels_for(person).values()
    followed = sorted((one for one in labels if one.is_followed and not one.is_retired), key=_by_text)
    if not followed:
        return None
    return Block(
        label=_("Topics I follow"),
        entries=[
            Entry(url=reverse("topics:topic-detail", args=[one.public_id]), text=one.text) for one in followed[:SHOWN]
        ],
        more_url=reverse("topics:topic-list"),
        more_label=_("All topics"),
    )


def _by_text(label: queries.Label) -> str:
    return label.text.casefold()
