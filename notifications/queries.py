"""What an inbox shows."""

from __future__ import annotations

from django.db.models import BigIntegerField, QuerySet

from kit.prepared import Prepared
from notifications.models import NEEDS_YOU, Notification
from people.models import Person

PAGE = 60
_ANY_UNREAD = Prepared(
    lambda person: Notification.objects.filter(person_id=person, read_at=None, done_at=None).values_list("pk")[:1],
    person=BigIntegerField(),
)


def inbox(viewer: Person) -> QuerySet[Notification]:
    """The open entries ``viewer`` may still see, newest first, with what a line shows."""
    return Notification.objects.shown_to(viewer).select_related(
        "thread__space", "space", "post", "post__author", "actor"
    )


def sections(entries: list[Notification]) -> tuple[list[Notification], list[Notification]]:
    """Entries that need the person, and those of what they follow."""
    needs = [entry for entry in entries if entry.reason in NEEDS_YOU]
    return needs, [entry for entry in entries if entry.reason not in NEEDS_YOU]


def unread_count(viewer: Person) -> int:
    """The badge: unread entries the viewer may still see."""
    # PERF: most pages are looked at with nothing unread; the rule is asked only for entries there are.
    if not _ANY_UNREAD.rows(person=viewer.pk):
        return 0
    return Notification.objects.shown_to(viewer).unread().count()
