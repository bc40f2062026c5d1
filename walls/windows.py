"""What of a thread is shown at once: 50 posts around a place, the rest folded; 5,000 posts cost what 50 do.

Post numbers are given without gaps and never reused, so a stretch of numbers is a stretch of the thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, CharField, QuerySet

from kit.keys import keys_in, written
from kit.prepared import Prepared
from people.models import Person
from people.queries import byline
from walls.models import Post, Reaction, Thread

POSTS = 50
BEFORE_ANCHOR = 10
HEAD = 10
NAMED_FROM = 12


@dataclass(frozen=True, slots=True)
class Fold:
    """Posts ``first`` to ``last`` that are not shown, and who wrote most of the last dozen."""

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
    accepted: Post | None = None

    @property
    def posts(self) -> list[Post]:
        return [part for part in self.parts if isinstance(part, Post)]


_COLUMNS = (
    *(column.attname for column in Post._meta.concrete_fields),
    *byline("author"),
    *("edited_by__display_name", "quotes__number", "quotes__public_id", "quotes__posted_at"),
    *byline("quotes__author"),
)


def with_authors(posts: QuerySet[Post]) -> QuerySet[Post]:
    """``posts`` with all a post draws, in one query."""
    return posts.select_related("author", "edited_by", "quotes__author").only(*_COLUMNS)


# PERF: each number for itself. PostgreSQL takes a stretch of numbers for most of the thread, reads all of it, and looks
# through all people for the authors.
_NUMBERED = Prepared(
    lambda thread, numbers: with_authors(Post.objects.filter(thread_id=thread, number__in=keys_in(numbers))).order_by(
        "number"
    ),
    thread=BigIntegerField(),
    numbers=CharField(),
)


def _posts_in(thread: Thread, stretches: list[tuple[int, int]], *beside: int) -> list[Post]:
    """The posts of ``stretches`` of numbers, and those numbered ``beside``; one query.

    They are bound to ``thread``, which the caller found by the rule.
    """
    numbers = [number for first, last in stretches for number in range(first, last + 1)]
    return _bound(_NUMBERED.rows(thread=thread.pk, numbers=written([*numbers, *beside])), thread)


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


def window_of(thread: Thread, *, read: int, anchor: int = 0, accepted: int | None = None) -> Window:
    """The page of ``thread`` for somebody who has read up to ``read``; one query, however many posts are folded.

    The post numbered ``accepted`` comes along, shown or folded.
    """
    anchor = anchor if 1 < anchor <= thread.last_number else 0
    shown = stretches(thread.last_number, anchor, read)
    # The last posts of each fold come along: they name it.
    seen = [(max(first - NAMED_FROM, 1), last) for first, last in shown]
    by_number = {post.number: post for post in _posts_in(thread, _joined(seen), *([accepted] if accepted else []))}
    window = Window(last_shown=shown[-1][1], accepted=by_number.get(accepted or 0))
    reached = 0
    for first, last in shown:
        if first > reached + 1:
            window.parts.append(_fold(by_number, reached + 1, first - 1))
        window.parts += [by_number[number] for number in range(first, last + 1) if number in by_number]
        reached = last
    if reached < thread.last_number:
        window.parts.append(Fold(reached + 1, thread.last_number))
    if 0 < read < thread.last_number:
        unread = [post for post in window.posts if post.number > read and not post.deleted_at]
        window.new_from = unread[0].number if unread else 0
    return window


def _bound(posts: Iterable[Post], thread: Thread) -> list[Post]:
    posts = list(posts)
    for post in posts:
        post.thread = thread
    return posts


def _fold(by_number: Mapping[int, Post], first: int, last: int) -> Fold:
    posts = [by_number.get(number) for number in range(max(first, last - NAMED_FROM + 1), last + 1)]
    names = Counter(post.author.display_name for post in posts if post and not post.deleted_at)
    return Fold(first, last, tuple(name for name, _posts in names.most_common(3)))


def stretch(thread: Thread, first: int, last: int) -> Window:
    """The next 50 posts of a fold, from its start, and what stays folded; one query."""
    first, last = max(2, first), min(last, thread.last_number)
    if first > last:
        return Window()
    end = min(last, first + POSTS - 1)
    seen = _joined([(first, end), (max(end, last - NAMED_FROM + 1), last)])
    by_number = {post.number: post for post in _posts_in(thread, seen)}
    parts = [by_number[number] for number in range(first, end + 1) if number in by_number]
    window = Window(parts=list(parts), last_shown=end)
    if end < last:
        window.parts.append(_fold(by_number, end + 1, last))
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
