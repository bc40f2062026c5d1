"""What of a thread is shown at once: 50 posts around a place, the rest folded; 5,000 posts cost what 50 do.

Post numbers are given without gaps and never reused, so a stretch of numbers is a stretch of the thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q, QuerySet

from people.models import Person
from walls.models import Post, Reaction, Thread

POSTS = 50
BEFORE_ANCHOR = 10
HEAD = 10


@dataclass(frozen=True, slots=True)
class Fold:
    """Posts ``first`` to ``last`` that are not shown, and who wrote most of them."""

    first: int
    last: int
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(slots=True)
class Window:
    """Parts in order: posts and folds. ``new_from`` is the number of the first post not read, 0 for none."""

    parts: list[Post | Fold] = field(default_factory=list)
    new_from: int = 0
    last_shown: int = 0

    @property
    def posts(self) -> list[Post]:
        return [part for part in self.parts if isinstance(part, Post)]


def with_authors(posts: QuerySet[Post]) -> QuerySet[Post]:
    """``posts`` with all a post draws, in one query."""
    return posts.select_related("author", "edited_by", "deleted_by", "quotes__author")


def stretches(last: int, anchor: int, read: int) -> list[tuple[int, int]]:
    """Which numbers to show of a thread that goes to ``last``: around ``anchor``, else where reading stopped.

    A short thread whole; a long one never opened: its first replies, and its newest.
    """
    if last <= POSTS + 1:
        return [(1, last)]
    at = anchor or (read + 1 if 0 < read < last else 0)
    if not at:
        if read >= last:
            return _joined([(1, 1), (last - POSTS + 2, last)])
        return _joined([(1, HEAD + 1), (last - (POSTS - HEAD) + 2, last)])
    first = max(2, min(at - BEFORE_ANCHOR, last - POSTS + 2))
    return _joined([(1, 1), (first, min(last, first + POSTS - 2))])


def _joined(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined = [parts[0]]
    for first, last in parts[1:]:
        if first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def window_of(thread: Thread, *, read: int, anchor: int = 0) -> Window:
    """The page of ``thread`` for somebody who has read up to ``read``; one query, a second where posts are folded."""
    anchor = anchor if 1 < anchor <= thread.last_number else 0
    shown = stretches(thread.last_number, anchor, read)
    wanted = Q()
    for first, last in shown:
        wanted |= Q(number__range=(first, last))
    posts = _bound(with_authors(thread.posts.filter(wanted)).order_by("number"), thread)
    by_number = {post.number: post for post in posts}
    window = Window(last_shown=shown[-1][1])
    reached = 0
    for first, last in shown:
        if first > reached + 1:
            window.parts.append(_fold(thread, reached + 1, first - 1))
        window.parts += [by_number[number] for number in range(first, last + 1) if number in by_number]
        reached = last
    if reached < thread.last_number:
        window.parts.append(_fold(thread, reached + 1, thread.last_number, has_names=False))
    if 0 < read < thread.last_number:
        unread = [post for post in window.posts if post.number > read and not post.deleted_at]
        window.new_from = unread[0].number if unread else 0
    return window


def _bound(posts: Iterable[Post], thread: Thread) -> list[Post]:
    posts = list(posts)
    for post in posts:
        post.thread = thread
    return posts


def _fold(thread: Thread, first: int, last: int, *, has_names: bool = True) -> Fold:
    if not has_names:
        return Fold(first, last)
    authors = (
        thread.posts.filter(number__range=(first, last), deleted_at=None)
        .values("author_id")
        .annotate(posts=Count("pk"), name=Max("author__display_name"))
        .order_by("-posts", "name")[:3]
    )
    return Fold(first, last, tuple(row["name"] for row in authors))


def stretch(thread: Thread, first: int, last: int) -> Window:
    """The next 50 posts of a fold, from its start, and what stays folded."""
    first, last = max(2, first), min(last, thread.last_number)
    if first > last:
        return Window()
    end = min(last, first + POSTS - 1)
    posts = _bound(with_authors(thread.posts.filter(number__range=(first, end))).order_by("number"), thread)
    window = Window(parts=list(posts), last_shown=end)
    if end < last:
        window.parts.append(_fold(thread, end + 1, last))
    return window


def changed_since(thread: Thread, version: int, *, limit: int = 200) -> list[Post]:
    """Posts of ``thread`` that changed visibly after ``version``, by number; at most ``limit``, the newest."""
    rows = with_authors(thread.posts.filter(version__gt=version)).order_by("-number")[:limit]
    return sorted(_bound(rows, thread), key=lambda post: post.number)


def reactions_of(viewer: Person, posts: Iterable[Post]) -> dict[int, set[str]]:
    """The emoji ``viewer`` put under each of ``posts``; one query, none where nobody reacted."""
    keys = [post.pk for post in posts if post.reaction_count]
    if not keys:
        return {}
    mine: dict[int, set[str]] = {}
    for post_id, emoji in Reaction.objects.filter(person=viewer, post_id__in=keys).values_list("post_id", "emoji"):
        mine.setdefault(post_id, set()).add(emoji)
    return mine
