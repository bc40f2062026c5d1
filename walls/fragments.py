"""Pieces of a thread as HTML: one partial serves the page, the answer to a verb and the live client.

Without ``viewer`` a piece is free of whoever looks: the script of the page marks there what is the viewer's own.
"""

from __future__ import annotations

from collections.abc import Collection

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from people.models import Person
from walls.models import Post


def post_fragment(post: Post, *, viewer: Person | None = None, mine: Collection[str] = ()) -> SafeString:
    """One post as ``<article id="post-…" data-version=…>``; with ``viewer``, marked as theirs where it is."""
    context = {
        "post": post,
        "thread": post.thread,
        "mine": mine,
        "is_known": viewer is not None,
        "is_mine": viewer is not None and post.author_id == viewer.pk,
        "is_undoable": viewer is not None and post.deleted_at is not None and post.deleted_by_id == viewer.pk,
    }
    # SECURITY: a rendered template of ours; every value in it was escaped or went through the allow-list.
    return mark_safe(render_to_string("walls/_post.html", context))
