"""Entries of inboxes: telling people, and letting them say "read", "done" and "muted"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from groups import policy
from groups.models import Space
from kit import clock, slots
from notifications.live import tell_inbox
from notifications.models import OF_A_MATTER, STRENGTH, GroupLevel, GroupWish, Notification, Reason
from people.models import NotificationLevel, Person
from walls import services as walls
from walls.models import Follow, FollowState, Post

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
    readers = policy.addressees(post).filter(pk__in=set(reasons) - {actor.pk}).order_by("pk")
    said = GroupWish.objects.filter(space=post.thread.space_id, person__in=reasons).values_list("person", "level")
    wishes = dict(said)
    wanted = {
        person.pk: reasons[person.pk] for person in readers if _wants(person, reasons[person.pk], wishes.get(person.pk))
    }
    told = [pk for pk, reason in wanted.items() if _enter(fact_id, pk, post, reason, actor)]
    tell_inbox(told)
    return told


def _wants(person: Person, reason: Reason, wish: str | None) -> bool:
    """Whether ``person`` wants to be told; what they said of the group goes before what they said of all."""
    if wish == GroupLevel.EVERYTHING:
        return True
    if wish == GroupLevel.MENTIONS:
        return reason in _ALWAYS
    return reason in _LEVELS.get(NotificationLevel(person.notification_level), set(Reason))


@transaction.atomic
def _enter(fact_id: int, person_id: int, post: Post, reason: Reason, actor: Person) -> bool:
    """Write or renew the one entry of ``person_id`` for the thread of ``post``; False when it was told already."""
    now = clock.now()
    fresh = {"post": post, "actor": actor, "reason": reason, "facts": [fact_id]}
    fresh |= {"told_at": now, "changed_at": now, "to_mail_since": now}
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
    if not is_waiting or entry.to_mail_since is None:
        entry.to_mail_since = now
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
            defaults={"facts": [fact_id], "told_at": now, "changed_at": now, "to_mail_since": now},
        )
        if is_new or fact_id not in entry.facts:
            told.append(person_id)
        if not is_new and fact_id not in entry.facts:
            entry.facts = [*entry.facts, fact_id][-FACTS_KEPT:]
            entry.read_at = entry.done_at = None
            entry.told_at = entry.changed_at = entry.to_mail_since = now
            entry.save()
    transaction.on_commit(lambda: tell_inbox(told))
    return told


@transaction.atomic
def notify_of_matter(*, fact_id: int, about: str, people: Iterable[int], reason: Reason, actor: Person) -> list[int]:
    """Tell people of a matter of an upper floor (its public id): one entry for each and for each reason.

    Whom it concerns is asked here and each time it is shown (slot "inbox.about").
    """
    about_whom, _url_name = slots.named("inbox.about")[OF_A_MATTER[reason]]
    now = clock.now()
    told = []
    for person in Person.objects.filter(pk__in=people).exclude(pk=actor.pk).order_by("pk"):
        keys = about_whom(person)
        if keys is None or not keys.filter(public_id=about).exists():
            continue
        fresh = {"actor": actor, "facts": [fact_id], "told_at": now, "changed_at": now, "to_mail_since": now}
        _entry, is_new = Notification.objects.get_or_create(person=person, about=about, reason=reason, defaults=fresh)
        if is_new:
            told.append(person.pk)
    transaction.on_commit(lambda: tell_inbox(told))
    return told


@transaction.atomic
def put_away_matter(*, about: str, reason: Reason) -> None:
    """Nobody has to do anything about it any more: everybody's entry is put away, and their badges count along.

    SECURITY: but the entry of who is shown such matters no more: a frame to their open tab would tell that it moved.
    """
    about_whom, _url_name = slots.named("inbox.about")[OF_A_MATTER[reason]]
    now = clock.now()
    rows = Notification.objects.filter(about=about, reason=reason, done_at=None)
    told = Person.objects.filter(pk__in=rows.values("person"))
    people = [person.pk for person in told if about_whom(person) is not None]
    rows.filter(person__in=people).update(done_at=now, changed_at=now, read_at=Coalesce("read_at", now))
    transaction.on_commit(lambda: tell_inbox(people))


@transaction.atomic
def set_level(*, person: Person, space: Space, level: str) -> None:
    """Let ``person`` hear more or less of a group; raises Http404 where they may not read it.

    Raises ValidationError for another level, and for what is no group.
    """
    policy.require(person, "read", space)
    if level not in GroupLevel.values or not space.is_group:
        raise ValidationError(_("Choose one of the values offered."))
    if level == GroupLevel.USUAL:
        GroupWish.objects.filter(person=person, space=space).delete()
    else:
        GroupWish.objects.update_or_create(person=person, space=space, defaults={"level": level})


def mark_thread_read(*, person_id: int, thread_id: int, number: int) -> None:
    """The person read the thread up to post ``number``: its entry is read once that reaches the post it tells of."""
    rows = Notification.objects.filter(person=person_id, thread=thread_id, read_at=None)
    _mark(person_id, rows.filter(Q(post=None) | Q(post__number__lte=number)), "read_at")


def mark_read(*, person: Person, public_ids: Iterable[str]) -> int:
    """Mark these entries of the person's own inbox as read; the moment that undoes it (:func:`mark_unread`), or 0."""
    mine = Notification.objects.shown_to(person).filter(public_id__in=public_ids, read_at=None)
    now = clock.now()
    return _in_microseconds(now) if _mark(person.pk, mine, "read_at", now=now) else 0


def mark_unread(*, person: Person, moment: int) -> int:
    """Undo of :func:`mark_read`: what was marked at that moment (microseconds) is unread again; how many entries."""
    marked = Notification.objects.shown_to(person).exclude(read_at=None)
    keys = [pk for pk, at in marked.values_list("pk", "read_at") if _in_microseconds(at) == moment]
    if keys:
        Notification.objects.filter(pk__in=keys).update(read_at=None, changed_at=clock.now())
        tell_inbox([person.pk])
    return len(keys)


def _in_microseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def mark_done(*, person: Person, public_id: str) -> bool:
    """Put one entry away; False when it is not in the person's inbox."""
    mine = Notification.objects.shown_to(person).filter(public_id=public_id)
    return bool(_mark(person.pk, mine, "done_at", "read_at"))


@transaction.atomic
def mute(*, person: Person, public_id: str) -> str | None:
    """Hear only mentions of the thread of this entry, and put it away; None when there is no such entry.

    Answers the verb that brings back how the thread was followed before, for :func:`unmute`.
    """
    entry = Notification.objects.shown_to(person).exclude(thread=None).filter(public_id=public_id).first()
    if entry is None or entry.thread is None:
        return None
    was = Follow.objects.filter(person=person, thread=entry.thread).values_list("state", flat=True).first()
    walls.mute(person=person, thread=entry.thread)
    mark_done(person=person, public_id=public_id)
    return "follow" if was == FollowState.FOLLOWING else "unfollow"


@transaction.atomic
def unmute(*, person: Person, public_id: str, verb: str) -> bool:
    """Undo of :func:`mute` with what it answered: the entry is back; False when there is no such entry."""
    entry = Notification.objects.put_away_by(person).exclude(thread=None).filter(public_id=public_id).first()
    if entry is None or entry.thread is None:
        return False
    back = walls.follow if verb == "follow" else walls.unfollow
    back(person=person, thread=entry.thread)
    return bring_back(person=person, public_id=public_id)


def bring_back(*, person: Person, public_id: str) -> bool:
    """Undo of :func:`mark_done`; False when there is no such entry, or it may be seen no more."""
    rows = Notification.objects.put_away_by(person).filter(public_id=public_id)
    keys = list(rows.order_by().values_list("pk", flat=True))
    Notification.objects.filter(pk__in=keys).update(done_at=None, changed_at=clock.now())
    transaction.on_commit(lambda: tell_inbox([person.pk]))
    return bool(keys)


def renew(entries: QuerySet[Notification]) -> None:
    """Let the open screens of whose ``entries`` these are look again: the rule may show them no longer."""
    rows = dict(entries.filter(done_at=None).order_by().values_list("pk", "person_id"))
    if rows:
        Notification.objects.filter(pk__in=rows).update(changed_at=clock.now())
        people = set(rows.values())
        transaction.on_commit(lambda: tell_inbox(people))


def _mark(person_id: int, rows: QuerySet[Notification], *columns: str, now: dt.datetime | None = None) -> int:
    now = now or clock.now()
    keys = list(rows.order_by().values_list("pk", flat=True))
    if keys:
        stamp = dict.fromkeys(columns, now)
        Notification.objects.filter(pk__in=keys).update(changed_at=now, **stamp)
        transaction.on_commit(lambda: tell_inbox([person_id]))
    return len(keys)
