"""What topics put into the side bar."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from kit.navigation import Block, Entry
from people.models import Person
from topics import queries

SHOWN = 12


def block_of_topics(person: Person) -> Block | None:
    """The topics ``person`` follows under their full labels; two queries, none shown for who follows nothing."""
    topics = [follow.topic for follow in queries.followed_by(person)]
    if not topics:
        return None
    labels = queries.full_labels()
    topics.sort(key=lambda topic: labels[topic.pk].casefold())
    return Block(
        label=_("Topics I follow"),
        entries=[Entry(url=topic.get_absolute_url(), text=labels[topic.pk]) for topic in topics[:SHOWN]],
        more_url=reverse("topics:topic-list"),
        more_label=_("All topics"),
    )
