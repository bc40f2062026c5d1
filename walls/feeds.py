"""The lists of threads: home and its tabs, the wall of a space, of a topic, of a tag, what one saved.

Newest activity first, never ranked, 30 rows a page, by key and not by offset: a row that moves up is neither
shown twice nor lost. Each list asks :func:`readable_by` first and costs the same for a member of 1 or 200 groups.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Length, Substr
from django.utils.translation import ngettext

from groups.models import Membership, Space, SpaceType
from kit import clock, markdown
from people.models import Person
from topics import queries as topics
from topics.models import Tag, Topic, TopicFollow
from walls.models import Follow, FollowState, Kind, Move, Picture, Post, ReadMark, SavedThread, Status, Thread

ROWS = 30
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(slots=True)
class Feed:
    """One page of a list: rows ready to be drawn, and where the next page begins ('' at the end)."""

    threads: list[Thread] = field(default_factory=list)
    next_cursor: str = ""
    pinned: list[Thread] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)  # below the last row; the others stand above theirs

    @property
    def shown(self) -> list[Thread]:
        return [*self.pinned, *self.threads]

    @property
    def unread_count(self) -> int:
        return sum(thread.is_unread for thread in self.shown)

    @property
    def is_empty(self) -> bool:
        return not (self.threads or self.pinned or self.moves)


# Which threads ------------------------------------------------------------------------------------------------------
def readable(viewer: Person) -> QuerySet[Thread]:
    """Every thread ``viewer`` may read that still has its opening post."""
    return Thread.objects.readable_by(viewer).filter(deleted_at=None)


def everything(viewer: Person) -> QuerySet[Thread]:
    """The union of the walls ``viewer`` reads, without what they muted and without private conversations."""
    return readable(viewer).exclude(pk__in=_muted(viewer)).exclude(space__type=SpaceType.DIRECT)


def following(viewer: Person) -> QuerySet[Thread]:
    """My groups, the company wall, my own wall, and the threads and topics I follow; what I muted is out."""
    mine = _my_walls(viewer).exclude(type=SpaceType.DIRECT)
    followed = Follow.objects.filter(person=viewer, state=FollowState.FOLLOWING).values("thread_id")
    return (
        readable(viewer)
        .filter(Q(space__in=mine.values("pk")) | Q(pk__in=followed) | Q(topic__in=followed_topics(viewer)))
        .exclude(pk__in=_muted(viewer))
    )


def _my_walls(viewer: Person) -> QuerySet[Space]:
    mine = Membership.objects.filter(person=viewer).values("space_id")
    walls = Q(pk__in=mine)
    if viewer.is_employee:
        walls |= Q(type=SpaceType.COMMON) | Q(owner=viewer)
    return Space.objects.filter(walls)


def company_wall(viewer: Person) -> QuerySet[Thread]:
    """The wall of the company."""
    return readable(viewer).filter(space__type=SpaceType.COMMON)


def unanswered(viewer: Person) -> QuerySet[Thread]:
    """Open questions without a reply, wherever ``viewer`` reads."""
    return everything(viewer).filter(kind=Kind.QUESTION, status=Status.OPEN, reply_count=0)


def wall_of(viewer: Person, space: Space) -> QuerySet[Thread]:
    """The threads of one space."""
    return readable(viewer).filter(space=space)


def filed_under(viewer: Person, topic: Topic) -> QuerySet[Thread]:
    """What is filed under ``topic`` or below it."""
    return readable(viewer).filter(topic__path__startswith=topic.path)


def tagged(viewer: Person, tag: Tag) -> QuerySet[Thread]:
    """What carries ``tag``."""
    return readable(viewer).filter(tags=tag)


def written_by(viewer: Person, author: Person) -> QuerySet[Thread]:
    """Threads ``author`` opened, on any wall ``viewer`` reads."""
    return readable(viewer).filter(author=author).exclude(space__type=SpaceType.DIRECT)


def saved_by(viewer: Person) -> QuerySet[Thread]:
    """What ``viewer`` saved and may still read."""
    return readable(viewer).filter(pk__in=SavedThread.objects.filter(person=viewer).values("thread_id"))


def _muted(viewer: Person) -> QuerySet:
    return Follow.objects.filter(person=viewer, state=FollowState.MUTED).values("thread_id")


def followed_topics(viewer: Person) -> QuerySet:
    """The topics ``viewer`` follows and all below them: treebeard's path of a child begins with its parent's."""
    above = TopicFollow.objects.filter(person=viewer).annotate(path=F("topic__path"))
    return Topic.objects.filter(Exists(above.filter(path=_head_of(OuterRef("path"))))).values("pk")


def _head_of(path):
    return Substr(path, 1, Length(F("topic__path")))


# How they are shown -------------------------------------------------------------------------------------------------
def for_rows(threads: QuerySet[Thread], viewer: Person) -> QuerySet[Thread]:
    """``threads`` with all a row draws: two queries however many rows, ``read_number`` 0 where never read."""
    read = ReadMark.objects.filter(person=viewer, thread=OuterRef("pk")).values("number")[:1]
    return (
        threads.select_related("space__owner", "author", "last_author", "topic")
        .annotate(read_number=Coalesce(Subquery(read), 0, output_field=IntegerField()))
        .prefetch_related("tags")
    )


def dress(threads: Iterable[Thread], viewer: Person) -> list[Thread]:
    """Give each row ``unread`` (posts not read yet) and ``topic_path``; one query, none without topics."""
    threads = list(threads)
    labels = topics.full_labels() if any(thread.topic_id for thread in threads) else {}
    for thread in threads:
        thread.topic_path = labels.get(thread.topic_id, "")
        thread.unread = unread_in(thread, viewer)
        thread.is_unread = thread.unread > 0
    return threads


def unread_in(thread: Thread, viewer: Person) -> int:
    """Posts ``viewer`` has not read; what was said before they came counts as read until they open it."""
    if thread.read_number == 0 and thread.active_at < viewer.joined_at:
        return 0
    return max(0, thread.last_number - thread.read_number)


def page_of(threads: QuerySet[Thread], viewer: Person, cursor: str = "", rows: int = ROWS) -> Feed:
    """One page of ``threads`` after ``cursor``; a cursor that is no cursor begins at the top."""
    found = for_rows(_after(threads, viewer, cursor), viewer).newest_activity_first()[: rows + 1]
    shown = dress(found, viewer)
    more = shown[rows:]
    shown = shown[:rows]
    return Feed(shown, cursor_of(shown[-1]) if more else "")


def wall_page(threads: QuerySet[Thread], viewer: Person, cursor: str = "") -> Feed:
    """A page of a wall: pinned threads stand above the first page and not below."""
    feed = page_of(threads.filter(pinned_at=None), viewer, cursor)
    if not cursor:
        feed.pinned = dress(for_rows(threads.exclude(pinned_at=None), viewer).order_by("-pinned_at")[:10], viewer)
    return feed


def cursor_of(thread: Thread) -> str:
    """The place of ``thread`` in a list by activity: microseconds and public id, no key and no count."""
    return f"{(thread.active_at - _EPOCH) // dt.timedelta(microseconds=1)}.{thread.public_id}"


def moment_of(cursor: str) -> dt.datetime | None:
    """The moment a cursor names; None for what is no cursor."""
    moment = cursor.partition(".")[0]
    if not (moment.isascii() and moment.isdigit() and len(moment) < 18):
        return None
    return _EPOCH + dt.timedelta(microseconds=int(moment))


def _after(threads: QuerySet[Thread], viewer: Person, cursor: str) -> QuerySet[Thread]:
    at, public_id = moment_of(cursor), cursor.partition(".")[2]
    if at is None:
        return threads
    key = Thread.objects.readable_by(viewer).filter(public_id=public_id).values("pk")[:1]
    return threads.filter(Q(active_at__lt=at) | Q(active_at=at, pk__lt=Subquery(key)))


WATCHED_WALLS = 60


def walls_watched(viewer: Person) -> str:
    """The live streams that tell of new posts in what :func:`following` shows; one query."""
    walls = _my_walls(viewer).living().order_by("-pk").values_list("public_id", flat=True)[:WATCHED_WALLS]
    return " ".join(f"wall:{public_id}" for public_id in walls)


def version_now() -> int:
    """The version of a feed drawn now: microseconds, as walls count them."""
    return (clock.now() - _EPOCH) // dt.timedelta(microseconds=1)


# Counts -------------------------------------------------------------------------------------------------------------
def unread_by_space(viewer: Person) -> dict[int, int]:
    """Threads with something unread, by space key, in the groups ``viewer`` is in; one query a request."""
    # PERF: the side bar and the counts beside it ask the same; the viewer lives as long as the request.
    if "_unread_by_space" not in viewer.__dict__:
        viewer.__dict__["_unread_by_space"] = _unread_by_space(viewer)
    return viewer.__dict__["_unread_by_space"]


def _unread_by_space(viewer: Person) -> dict[int, int]:
    read = ReadMark.objects.filter(person=viewer, thread=OuterRef("pk")).values("number")[:1]
    rows = (
        readable(viewer)
        .filter(space__in=Membership.objects.filter(person=viewer).values("space_id"))
        .filter(active_at__gte=viewer.joined_at)
        .exclude(pk__in=_muted(viewer))
        .annotate(read_number=Coalesce(Subquery(read), 0, output_field=IntegerField()))
        .filter(read_number__lt=F("last_number"))
        .order_by()
        .values_list("space_id")
        .annotate(number=Count("pk"))
    )
    return dict(rows)


def counts_by_topic(viewer: Person) -> dict[int, int]:
    """Readable threads by topic key."""
    return _count_by(viewer, "topic_id")


def counts_by_tag(viewer: Person) -> dict[int, int]:
    """Readable threads by tag key."""
    return _count_by(viewer, "tags")


def _count_by(viewer: Person, column: str) -> dict[int, int]:
    rows = readable(viewer).exclude(**{column: None}).order_by().values_list(column).annotate(number=Count("pk"))
    return dict(rows)


def contents_of(space: Space) -> list[str]:
    """What stands in ``space``, in words: for the page that says what opening it would show."""
    threads = Thread.objects.filter(space=space, deleted_at=None).count()
    pictures = Picture.objects.filter(thread__space=space, post__deleted_at=None).count()
    said = []
    if threads:
        said.append(ngettext("%(count)d thread", "%(count)d threads", threads) % {"count": threads})
    if pictures:
        said.append(ngettext("%(count)d picture", "%(count)d pictures", pictures) % {"count": pictures})
    return said


@dataclass(frozen=True, slots=True)
class SpokenLast:
    """The newest post of a conversation: when, by whom, its first words."""

    at: dt.datetime
    by: str
    text: str


def spoken_last(viewer: Person, spaces: Iterable[int]) -> dict[int, SpokenLast]:
    """The newest post of each of ``spaces`` (keys) that ``viewer`` may read; one query."""
    newest = Post.objects.readable_by(viewer).standing().filter(thread__space=OuterRef("pk")).order_by("-posted_at")
    keys = Space.objects.filter(pk__in=list(spaces)).annotate(post=Subquery(newest.values("pk")[:1])).values("post")
    posts = Post.objects.filter(pk__in=keys).select_related("author", "thread")
    return {
        post.thread.space_id: SpokenLast(post.posted_at, post.author.display_name, markdown.excerpt(post.text, 120))
        for post in posts
    }
