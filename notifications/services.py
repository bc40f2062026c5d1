"""Verbs that tell people, and that let them say "read" and "done"."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from groups import policy
from groups.models import Space
from kit import clock
from notifications.live import tell_inbox
from notifications.models import STRENGTH, Notification, Reason
from people.models import NotificationLevel, Person
from walls.models import Post

FACTS_KEPT = 50

_ALWAYS = {
    Reason.MENTION,
    Reason.DIRECT,
    Reason.NAMED,
    Reason.REQUEST,
    Reason.INVITATION,
    Reason.ADMITTED,
    Reason.PRAISED,
    Reason.INHERITED,
    Reason.LOOKS_IN,
    Reason.LOOKED_IN,
}
_REPLIES = _ALWAYS | {Reason.REPLY, Reason.WALL, Reason.ACCEPTED}
_LEVELS = {NotificationLevel.MENTIONS: _ALWAYS, NotificationLevel.REPLIES: _REPLIES}


def notify_of_post(*, fact_id: int, post: Post, reasons: dict[int, Reason], actor: Person | None = None) -> list[int]:
    """Tell people (key → reason) of ``post``: one entry per person and thread; the keys of those who were told.

    Asks the rule at this moment, so who lost access between the post and now hears nothing. Hearing the same
    fact twice changes nothing.
    """
    actor = actor or post.author
    readers = policy.addressees(post).filter(pk__in=set(reasons) - {actor.pk})
    wanted = {person.pk: reasons[person.pk] for person in readers if _wants(person, reasons[person.pk])}
    told = [pk for pk, reason in wanted.items() if _enter(fact_id, pk, post, reason, actor)]
    tell_inbox(told)
    return told


def _wants(person: Person, reason: Reason) -> bool:
    return reason in _LEVELS.get(NotificationLevel(person.notification_level), set(Reason))


@transaction.atomic
def _enter(fact_id: int, person_id: int, post: Post, reason: Reason, actor: Person) -> bool:
    """Write or renew the one entry of ``person_id`` for the thread of ``post``; False when it was told already."""
    now = clock.now()
    fresh = {"post": post, "actor": actor, "reason": reason, "facts": [fact_id], "told_at": now, "changed_at": now}
    entry, is_new = Notification.objects.select_for_update().get_or_create(
        person_id=person_id, thread_id=post.thread_id, defaults=fresh
    )
    if is_new:
        return True
    if fact_id in entry.facts:
        return False
    is_waiting = entry.read_at is None and entry.done_at is None
    if is_waiting and STRENGTH[entry.reason] < STRENGTH[reason]:
        # The stronger reason stays, with the post and the person it speaks of.
        entry.count += 1
    else:
        entry.count = entry.count + 1 if is_waiting else 1
        entry.post, entry.actor, entry.reason = post, actor, reason
    entry.facts = [*entry.facts, fact_id][-FACTS_KEPT:]
    entry.read_at = entry.done_at = None
    entry.told_at = entry.changed_at = now
    entry.save()
    return True


@transaction.atomic
def notify_of_space(*, fact_id: int, space: Space, people: Iterable[int], reason: Reason, actor: Person) -> list[int]:
    """Tell people of an invitation, a request or an admission: one entry per group, reason and person asking."""
    now = clock.now()
    told = []
    for person_id in people:
        entry, is_new = Notification.objects.get_or_create(
            person_id=person_id,
            space=space,
            thread=None,
            reason=reason,
            actor=actor,
            defaults={"facts": [fact_id], "told_at": now, "changed_at": now},
        )
        if is_new or fact_id not in entry.facts:
            told.append(person_id)
        if not is_new and fact_id not in entry.facts:
            entry.facts = [*entry.facts, fact_id][-FACTS_KEPT:]
            entry.read_at = entry.done_at = None
            entry.told_at = entry.changed_at = now
            entry.save()
    transaction.on_commit(lambda: tell_inbox(told))
    return told


def mark_thread_read(*, person_id: int, thread_id: int) -> None:
    """The person looked at the thread: its entry is read."""
    _mark(person_id, Notification.objects.filter(person=person_id, thread=thread_id, read_at=None), "read_at")


def mark_read(*, person: Person, public_ids: Iterable[str]) -> int:
    """Mark these entries of the person's own inbox as read; how many there were."""
    mine = Notification.objects.shown_to(person).filter(public_id__in=public_ids, read_at=None)
    return _mark(person.pk, mine, "read_at")


def mark_done(*, person: Person, public_id: str) -> bool:
    """Put one entry away; False when it is not in the person's inbox."""
    return bool(
        _mark(person.pk, Notification.objects.shown_to(person).filter(public_id=public_id), "done_at", "read_at")
    )


def bring_back(*, person: Person, public_id: str) -> bool:
    """Undo :func:`mark_done`."""
    rows = Notification.objects.filter(person=person, public_id=public_id).exclude(done_at=None)
    changed = rows.update(done_at=None, changed_at=clock.now())
    tell_inbox([person.pk])
    return bool(changed)


def _mark(person_id: int, rows: QuerySet[Notification], *columns: str) -> int:
    now = clock.now()
    keys = list(rows.order_by().values_list("pk", flat=True))
    if keys:
        stamp = dict.fromkeys(columns, now)
        Notification.objects.filter(pk__in=keys).update(changed_at=now, **stamp)
        transaction.on_commit(lambda: tell_inbox([person_id]))
    return len(keys)
