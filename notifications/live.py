"""The inbox as a stream: its badge counts along on every open screen of its owner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Max

from live import push
from live.streams import StreamState
from notifications.models import Notification
from people.models import Person


class InboxStream:
    """Streams whose key is a person's; nobody watches another's."""

    name = "inbox"

    def open(self, viewer: Person, public_ids: Collection[str]) -> Mapping[str, StreamState]:
        return {viewer.public_id: self.states([viewer.pk])[viewer.pk]} if viewer.public_id in public_ids else {}

    def states(self, keys: Collection[int]) -> Mapping[int, StreamState]:
        newest = Notification.objects.filter(person__in=keys).values("person").annotate(newest=Max("changed_at"))
        versions = {row["person"]: int(row["newest"].timestamp() * 1_000_000) for row in newest}
        return {key: StreamState(key, (key,), versions.get(key, 0)) for key in keys}

    def readers(self, key: int, person_ids: Collection[int]) -> set[int]:
        return {key} & set(person_ids)


def tell_inbox(person_ids: Iterable[int]) -> None:
    """Push the unread count to the open screens of these people."""
    for person in Person.objects.filter(pk__in=push.wanted("inbox", person_ids)):
        unread = Notification.objects.shown_to(person).unread().count()
        state = InboxStream().states([person.pk])[person.pk]
        push.push("inbox", state, {"": {"type": "inbox", "unread": unread, "version": state.version}})
