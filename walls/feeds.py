"""The lists of threads: home and its tabs, the wall of a space, of a topic, of a tag, what one saved; and their counts.

Each asks the rule first and costs the same for a member of 1 or 200 groups; ``walls.listing`` pages them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Length, Substr
from django.utils.translation import ngettext

from groups.models import Membership, Space, SpaceType
from groups.policy import Standing, Viewer
from groups.queries import UnreadIn
from kit import markdown
from kit.prepared import Prepared
from people.models import Person
from topics.models import Topic, TopicFollow
from walls.listing import Listing, counts_since
from walls.models import Follow, FollowState, Kind, Picture, Post, ReadMark, Revision, SavedThread, Status, Thread

NOT_PRIVATE = ~Q(space__type=SpaceType.DIRECT)


# Which threads ------------------------------------------------------------------------------------------------------
def readable(viewer: Viewer) -> QuerySet[Thread]:
    """Every thread ``viewer`` may read that still has its opening post."""
    return Thread.objects.readable_by(viewer).filter(deleted_at=None)


def _heard(viewer: Viewer) -> QuerySet[Thread]:
    """What they may read and did not mute."""
    muted = Follow.objects.filter(person_id=viewer.pk, state=FollowState.MUTED).values("thread_id")
    return readable(viewer).exclude(pk__in=muted)


def _everything(viewer: Viewer) -> QuerySet[Thread]:
    return _heard(viewer).filter(NOT_PRIVATE)


def _on_my_walls(viewer: Viewer) -> QuerySet[Thread]:
    return _everything(viewer).filter(space__in=_my_walls(viewer))


def _my_walls(viewer: Viewer) -> QuerySet[Space, Any]:
    """The keys of the walls that are the viewer's own business, as rows of one column; the rule is asked beside it."""
    walls = _i_am_in(viewer)
    if viewer.is_employee:
        # PERF: a union, each part by an index: as one condition PostgreSQL looks through all spaces.
        common = Space.objects.filter(type=SpaceType.COMMON).values_list("pk")
        walls = walls.union(common, Space.objects.filter(owner_id=viewer.pk).values_list("pk"))
    return walls


def _i_am_in(viewer: Viewer) -> QuerySet[Any, Any]:
    return Membership.objects.filter(person_id=viewer.pk).values_list("space_id")


def _followed(viewer: Viewer) -> QuerySet[Thread]:
    # Who follows a thread has not muted it: the row says one of both.
    followed = Follow.objects.filter(person_id=viewer.pk, state=FollowState.FOLLOWING)
    return readable(viewer).filter(pk__in=followed.values("thread_id"))


def _in_followed_topics(viewer: Viewer) -> QuerySet[Thread]:
    return _heard(viewer).filter(topic__in=_followed_topics(viewer))


def _followed_topics(viewer: Viewer) -> QuerySet:
    """The topics ``viewer`` follows and all below them: treebeard's path of a child begins with its parent's."""
    above = TopicFollow.objects.filter(person_id=viewer.pk).annotate(path=F("topic__path"))
    return Topic.objects.filter(Exists(above.filter(path=_head_of(OuterRef("path"))))).order_by().values("pk")


def _head_of(path):
    return Substr(path, 1, Length(F("topic__path")))


def _unanswered(viewer: Viewer) -> QuerySet[Thread]:
    return _everything(viewer).filter(kind=Kind.QUESTION, status=Status.OPEN, reply_count=0)


def _written_by(viewer: Viewer, author) -> QuerySet[Thread]:
    return readable(viewer).filter(NOT_PRIVATE, author_id=author)


def _saved(viewer: Viewer) -> QuerySet[Thread]:
    return readable(viewer).filter(pk__in=SavedThread.objects.filter(person_id=viewer.pk).values("thread_id"))


KEY = models.BigIntegerField()
PATH = models.CharField()

# My groups, the company wall, my own wall, and the threads and topics I follow; what I muted is out.
FOLLOWING = Listing(wide=_on_my_walls, narrow=(_followed, _in_followed_topics))
# The union of the walls one reads, without private conversations.
EVERYTHING = Listing(wide=_everything)
COMPANY_WALL = Listing(lambda viewer: readable(viewer).filter(space__type=SpaceType.COMMON))
# Open questions without a reply, wherever one reads.
UNANSWERED = Listing(_unanswered)
WALL = Listing(lambda viewer, space: readable(viewer).filter(space_id=space), space=KEY)
# What is filed under a topic (its ``path``) or below it.
FILED_UNDER = Listing(
    lambda viewer, path: readable(viewer).filter(topic__path__startswith=path), path=models.CharField()
)
TAGGED = Listing(lambda viewer, tag: readable(viewer).filter(tags=tag), tag=KEY)
# Threads somebody opened, on any wall the viewer reads.
WRITTEN_BY = Listing(_written_by, author=KEY)
# What the viewer saved and may still read.
SAVED = Listing(narrow=(_saved,))


# Counts -------------------------------------------------------------------------------------------------------------
# PERF: a hundred is more than anybody can answer today, and costs the same in a company of a million posts.
COUNTED = 100
_FIRST_UNANSWERED = Prepared(
    lambda viewer: _unanswered(viewer).order_by("-active_at").values_list("pk")[:COUNTED]  # the order of its index
)
_WAITING = Prepared(
    lambda viewer: _unanswered(viewer).filter(topic__in=_followed_topics(viewer)).newest_activity_first()[:4]
)


def count_of_unanswered(viewer: Person) -> int:
    """How many open questions have no reply, wherever ``viewer`` reads; :data:`COUNTED` for that many and more."""
    return len(_FIRST_UNANSWERED.rows(Standing.of(viewer), viewer=viewer.pk))


def unanswered_in_my_topics(viewer: Person) -> list[Thread]:
    """The newest open questions filed under what ``viewer`` follows."""
    return _WAITING.rows(Standing.of(viewer), viewer=viewer.pk)


WATCHED_WALLS = 60


def _watched(viewer: Viewer) -> QuerySet[Space]:
    return Space.objects.filter(pk__in=_my_walls(viewer)).living().order_by("-pk").values_list("public_id", flat=True)


_WATCHED = Prepared(lambda viewer: _watched(viewer)[:WATCHED_WALLS])


def walls_watched(viewer: Person) -> str:
    """The live streams that tell of new posts in what :data:`FOLLOWING` shows; one query."""
    return " ".join(f"wall:{public_id}" for public_id in _WATCHED.rows(Standing.of(viewer), viewer=viewer.pk))


def _with_news(threads: QuerySet[Thread], viewer: Viewer, since) -> QuerySet[Thread]:
    read = ReadMark.objects.filter(person_id=viewer.pk, thread=OuterRef("pk")).values("number")[:1]
    return (
        threads.filter(active_at__gte=since)
        .annotate(read_number=Coalesce(Subquery(read), 0, output_field=IntegerField()))
        .filter(read_number__lt=F("last_number"))
        .order_by()
    )


def unread_since(viewer: Person, since: dt.datetime) -> QuerySet[Thread]:
    """Of what :data:`FOLLOWING` lists, what was active since then and ``viewer`` has not read to its end.

    ``read_number`` says how far they read, 0 for what they never opened.
    """
    return _with_news(FOLLOWING.threads(viewer), viewer, since)


def _unread_query(viewer: Viewer, since) -> QuerySet:
    news = _with_news(_heard(viewer).filter(space__in=_i_am_in(viewer)), viewer, since)
    return news.values_list("space_id", "space__type").annotate(number=Count("pk"))


def _unread_in_topics_query(viewer: Viewer, since) -> QuerySet:
    news = _with_news(_in_followed_topics(viewer), viewer, since)
    return news.values_list("topic_id").annotate(number=Count("pk"))


_UNREAD_IN_TOPICS = Prepared(_unread_in_topics_query, since=models.DateTimeField())
_UNREAD = Prepared(_unread_query, since=models.DateTimeField())


def unread_by_space(viewer: Person) -> list[UnreadIn]:
    """Threads with something unread in the groups and conversations ``viewer`` is in; one query."""
    rows = _UNREAD.rows(Standing.of(viewer), viewer=viewer.pk, since=counts_since(viewer))
    return [UnreadIn(*row) for row in rows]


def unread_by_topic(viewer: Person) -> dict[int, int]:
    """Threads with something unread by topic key, in the topics ``viewer`` follows and below; one query."""
    return dict(_UNREAD_IN_TOPICS.rows(Standing.of(viewer), viewer=viewer.pk, since=counts_since(viewer)))


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


# A re-encoded picture has about so many bytes a pixel.
PICTURE_DENSITY = 0.15


def storage_of(spaces: QuerySet[Space]) -> int:
    """About how many bytes of text and pictures stand in ``spaces``; asked by nobody who waits."""
    within = {"thread__space__in": spaces.values("pk")}
    texts = Post.objects.filter(**within).aggregate(sum=Sum(Length("source") + Length("html")))["sum"] or 0
    earlier = Revision.objects.filter(post__thread__space__in=spaces.values("pk"))
    texts += earlier.aggregate(sum=Sum(Length("source") + Length("html")))["sum"] or 0
    pixels = Picture.objects.filter(**within).aggregate(sum=Sum(F("width") * F("height")))["sum"] or 0
    return int(texts + pixels * PICTURE_DENSITY)


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
