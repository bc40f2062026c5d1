"""Verbs of who was away: noting it, marking what happened meanwhile as read, and taking that back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from kit import clock
from notifications import news
from notifications.models import Notification, Visit
from notifications.models.visits import AWAY_FROM
from notifications.services.inbox import mark_read, mark_unread
from people.models import Person
from walls import services as walls


def note_visit(person: Person) -> None:
    """``person`` opened a page; who did so for the first time in days was away."""
    now = clock.now()
    visit, is_new = Visit.objects.get_or_create(person=person, defaults={"seen_at": now})
    if is_new or visit.seen_at >= now:
        return
    fresh: dict[str, object] = {"seen_at": now}
    if now - visit.seen_at >= AWAY_FROM:
        fresh |= {"away_since": visit.seen_at, "back_at": now, "caught_up_at": None, "before": {}, "entries_at": 0}
    # Of two pages that are opened at once one has been away.
    Visit.objects.filter(person=person, seen_at=visit.seen_at).update(**fresh)


@transaction.atomic
def catch_up(*, person: Person, until: dt.datetime) -> int:
    """Mark all that happened until a moment as read: threads and entries of the inbox; how many of both.

    The moment is when the page was drawn: what came since is not marked. Undone by :func:`take_back_catch_up`.
    """
    since = news.since_for(person)
    entries = Notification.objects.shown_to(person).unread().filter(told_at__lte=until)
    keys = list(entries.values_list("public_id", flat=True))
    moment = mark_read(person=person, public_ids=keys) if keys else 0
    threads = news.unread_keys(person, since=since)
    marked = walls.mark_read_until(person=person, threads=threads, until=until)
    if marked or keys:
        Visit.objects.update_or_create(
            person=person, defaults={"caught_up_at": clock.now(), "before": marked, "entries_at": moment}
        )
    return len(marked) + len(keys)


@transaction.atomic
def take_back_catch_up(*, person: Person) -> None:
    """Undo of :func:`catch_up`: what was unread is unread again, but what was read on since."""
    visit = Visit.objects.select_for_update().filter(person=person).first()
    if visit is None or visit.caught_up_at is None:
        return
    walls.mark_as_before(person=person, marked={int(key): (was, last) for key, (was, last) in visit.before.items()})
    mark_unread(person=person, moment=visit.entries_at)
    visit.caught_up_at, visit.before, visit.entries_at = None, {}, 0
    visit.save(update_fields=["caught_up_at", "before", "entries_at"])
