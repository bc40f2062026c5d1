"""Pieces of threads and walls as HTML: one partial serves the page, the answer to a verb and the live client.

Without ``viewer`` a piece is free of whoever looks: the script of the page marks there what is the viewer's own.
PERF: a post costs 4 ms to draw and 0.1 ms to take from memory, a row 3 ms and 0.1 ms; see ``kit.fragments``.
"""

from __future__ import annotations

from collections.abc import Collection

from django.utils.safestring import SafeString

from kit import fragments
from people.models import Person
from search.highlight import Marker
from walls.models import Post, Thread

_PERSON = ("public_id", "display_name", "is_employee", "employer", "photo")
_PLACE = ("public_id", "type", "name", "is_named_readers", "owner.display_name", "owner.public_id")

# Every path that the partials and the tags in them read; held against the templates by tests/contracts.
POST_SHOWS = (
    *(f"post.author.{name}" for name in (*_PERSON, "department", "headline")),
    *("post.public_id", "post.pk", "post.number", "post.version", "post.html", "post.cites", "post.text_language"),
    *("post.posted_at", "post.edited_at", "post.edited_by_id", "post.edited_by.display_name", "post.author_id"),
    *("post.deleted_at", "post.deleted_by_id", "post.tally", "post.quotes_id", "post.quotes.number"),
    *("post.quotes.public_id", "post.quotes.posted_at", "post.quotes.author.display_name"),
    *("thread.public_id", "thread.kind", "thread.accepted_id", "mine", "is_mine", "is_undoable"),
)
ROW_SHOWS = (
    *(f"thread.author.{name}" for name in _PERSON),
    *(f"thread.space.{name}" for name in _PLACE),
    *("thread.public_id", "thread.version", "thread.kind", "thread.status", "thread.label", "thread.title"),
    *("thread.excerpt", "thread.text_language", "thread.cover", "thread.active_at", "thread.opened_at"),
    *("thread.pinned_at", "thread.topic_id", "thread.topic.public_id", "thread.topic_path", "thread.tags.all"),
    *("thread.reply_count", "thread.reaction_count", "thread.vote_count"),
    *("thread.is_unread", "thread.unread", "thread.read_number", "shows_place"),
)
HIT_SHOWS = (
    *("post.public_id", "post.pk", "post.number", "post.author.display_name", "post.posted_at", "post.text_language"),
    *("post.url", "post.topic_path", "thread.author.display_name", "thread.accepted_id", "thread.kind"),
    *(
        "thread.status",
        "thread.text_language",
        "thread.reply_count",
        "thread.title",
        "post.text",
        "marker.key",
        "matching",
    ),
    *(f"thread.space.{name}" for name in ("type", "name", "is_named_readers", "owner.display_name")),
)


def post_fragment(post: Post, *, viewer: Person | None = None, mine: Collection[str] = ()) -> SafeString:
    """One post as ``<article id="post-…" data-version=…>``; with ``viewer``, marked as theirs where it is."""
    context = {
        "post": post,
        "thread": post.thread,
        "mine": sorted(mine),
        "is_mine": viewer is not None and post.author_id == viewer.pk,
        "is_undoable": viewer is not None and post.deleted_at is not None and post.deleted_by_id == viewer.pk,
    }
    return fragments.kept("walls/_post.html", context, POST_SHOWS)


def row_fragment(thread: Thread, *, is_compact: bool = False, shows_place: bool = False) -> SafeString:
    """One thread of a list, dressed by ``walls.listing.dress``: a comfortable row, or a line."""
    template = "walls/_thread_line.html" if is_compact else "walls/_thread_row.html"
    return fragments.kept(template, {"thread": thread, "shows_place": shows_place}, ROW_SHOWS)


def hit_fragment(post: Post, *, marker: Marker, matching: int) -> SafeString:
    """One thread found, by its best post as search presents it; the same row is drawn again with every facet ticked."""
    context = {"post": post, "thread": post.thread, "marker": marker, "matching": matching}
    return fragments.kept("walls/_search_hit.html", context, HIT_SHOWS)
