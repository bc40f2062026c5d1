"""What happened while somebody did not look: by place, most posts first; for who was away, and for the digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from groups.models import Label, Space, SpaceType
from kit import clock
from notifications.models import NEEDS_YOU, GroupLevel, GroupWish, Notification, Visit
from people.models import Person
from walls import feeds, listing
from walls.models import Kind, Post, Thread

#: who was not away for days is shown this much
A_WEEK = dt.timedelta(days=7)
# PERF: of so many threads, those with the newest activity, posts are counted; whoever was away longer has Home.
LOOKED_AT = 400
PLACES, IN_A_PLACE, ON_TOP = 12, 3, 10


@dataclass(frozen=True, slots=True)
class Place:
    """One wall: its threads with most new posts, how many more have some, and all their new posts."""

    space: Space
    threads: list[Thread]
    more: int
    posts: int


@dataclass(frozen=True, slots=True)
class News:
    """What the person has not read, beside what needs them: each thread stands once."""

    announced: list[Thread] = field(default_factory=list)
    answered: list[Thread] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    threads: int = 0
    posts: int = 0
    elsewhere: int = 0  # threads of places that are not shown

    @property
    def is_empty(self) -> bool:
        return not self.threads


@dataclass(frozen=True, slots=True)
class _Row:
    key: int
    space: int
    posts: int
    is_announced: bool
    is_answered: bool


def since_for(viewer: Person) -> dt.datetime:
    """From when on what happened is shown: since they were away, or for a week; a month at most."""
    visit = Visit.objects.filter(person=viewer).first()
    since = visit.away_since if visit and visit.away_since and visit.is_recent else clock.now() - A_WEEK
    return max(since, listing.counts_since(viewer))


def needing(viewer: Person) -> QuerySet[Notification]:
    """The unread entries of the inbox that need ``viewer``, newest first."""
    return Notification.objects.shown_to(viewer).unread().filter(reason__in=NEEDS_YOU)


def offer(viewer: Person) -> Visit | None:
    """The absence that ``viewer`` is back from, while something of it is unread; None when there is none."""
    visit = Visit.objects.filter(person=viewer).first()
    if visit is None or not visit.is_offered:
        return None
    return visit if not of(viewer, since=since_for(viewer)).is_empty or needing(viewer).exists() else None


def unread(viewer: Person, *, since: dt.datetime, is_for_mail: bool = False) -> Any:
    """The threads of ``viewer``'s own walls, follows and topics with posts since then that they have not read.

    ``new_posts`` counts those of others. Groups of which they want to hear mentions only are left out; of a mail,
    hidden places and confidential threads too, for nothing of theirs leaves the site.
    """
    quiet = GroupWish.objects.filter(person=viewer, level=GroupLevel.MENTIONS).values("space")
    new = Post.objects.standing().filter(thread=OuterRef("pk"), posted_at__gt=since, number__gt=OuterRef("read_number"))
    counted = new.exclude(author=viewer).order_by().values("thread").annotate(count=Count("pk")).values("count")
    threads = feeds.unread_since(viewer, since).exclude(space__in=quiet)
    if is_for_mail:
        threads = threads.exclude(space__type=SpaceType.HIDDEN).exclude(label=Label.CONFIDENTIAL)
    return threads.annotate(new_posts=Coalesce(Subquery(counted, output_field=IntegerField()), 0)).filter(
        new_posts__gt=0
    )


def unread_keys(viewer: Person, *, since: dt.datetime) -> list[int]:
    """The keys of :func:`unread`, those that are looked at."""
    return list(unread(viewer, since=since).newest_activity_first().values_list("pk", flat=True)[:LOOKED_AT])


def of(viewer: Person, *, since: dt.datetime, but: Collection[int] = (), is_for_mail: bool = False) -> News:
    """What happened since then, without the threads ``but`` (keys). The rule is asked here."""
    rows = [
        _Row(key, space, posts, kind == Kind.ANNOUNCEMENT and opened > since, bool(accepted and accepted > since))
        for key, space, posts, kind, opened, accepted in unread(viewer, since=since, is_for_mail=is_for_mail)
        .newest_activity_first()
        .values_list("pk", "space_id", "new_posts", "kind", "opened_at", "accepted_at")[:LOOKED_AT]
        if key not in but
    ]
    announced = [row for row in rows if row.is_announced][:ON_TOP]
    answered = [row for row in rows if row.is_answered and not row.is_announced][:ON_TOP]
    on_top = {row.key for row in (*announced, *answered)}
    by_place = _by_place(row for row in rows if row.key not in on_top)
    shown = by_place[:PLACES]
    keys = [*on_top, *(row.key for place in shown for row in place[:IN_A_PLACE])]
    threads = _drawn(keys, {row.key: row.posts for row in rows})
    places = [_place(place, threads) for place in shown if place[0].key in threads]
    return News(
        [threads[row.key] for row in announced if row.key in threads],
        [threads[row.key] for row in answered if row.key in threads],
        places,
        threads=len(rows),
        posts=sum(row.posts for row in rows),
        elsewhere=sum(len(place) for place in by_place[PLACES:]),
    )


def _by_place(rows: Iterable[_Row]) -> list[list[_Row]]:
    """Rows by place, the place and the thread with most posts first; as many: the newest."""
    places: dict[int, list[_Row]] = {}
    for row in rows:
        places.setdefault(row.space, []).append(row)
    ordered = [sorted(place, key=lambda row: -row.posts) for place in places.values()]
    return sorted(ordered, key=lambda place: -sum(row.posts for row in place))


def _place(rows: list[_Row], threads: dict[int, Thread]) -> Place:
    shown = [threads[row.key] for row in rows[:IN_A_PLACE] if row.key in threads]
    return Place(shown[0].space, shown, len(rows) - len(shown), sum(row.posts for row in rows))


def _drawn(keys: Collection[int], posts: dict[int, int]) -> dict[int, Thread]:
    """The threads that the rule gave just now, with all a line draws."""
    rows = Thread.objects.filter(pk__in=keys)
    found = {}
    for thread in rows.select_related("space__owner", "author", "last_author", "accepted__author"):
        thread.new_posts = posts[thread.pk]
        found[thread.pk] = thread
    return found
