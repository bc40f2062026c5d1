"""One message on several walls, changed on all of them at once: each keeps its own thread, readers and replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from groups import policy
from kit import clock
from people.models import Person
from walls import rights
from walls.models import Picture, Post, Status, Thread
from walls.services.locks import locked
from walls.services.pictures import with_copies
from walls.services.posts import edit_post
from walls.services.refusals import EditConflict, Refused
from walls.services.threads import tied_to


@dataclass(frozen=True, slots=True)
class Copy:
    """The same message in another thread. ``is_in_step``: its text was not changed there alone."""

    post: Post
    is_in_step: bool

    @property
    def token(self) -> str:
        """What a form remembers of it: the thread, and the revision that was seen."""
        return f"{self.post.thread.public_id}:{self.post.revision}"


def copies_of(post: Post, editor: Person) -> list[Copy]:
    """The copies of an opening post that ``editor`` may read and change, in the order of their threads.

    SECURITY: a copy where ``editor`` may not look is not there for them, be it their own.
    """
    if not post.opens:
        return []
    threads = [one for one in tied_to(post.thread, editor) if one.status != Status.ARCHIVED]
    writable = policy.scope(Thread.objects.filter(pk__in=[one.pk for one in threads]), editor, "write")
    posts = Post.objects.filter(thread__in=writable, number=1, deleted_at=None).order_by("thread_id")
    found = list(posts.select_related("author", "thread__space__owner"))
    return [Copy(one, one.edited_at == post.edited_at) for one in found if rights.may_edit(editor, one)]


@transaction.atomic
def edit_everywhere(
    *, editor: Person, post: Post, source: str, title: str, based_on_revision: int, also: Mapping[str, int]
) -> Post:
    """:func:`edit_post` of ``post`` and of its copies in the threads ``also`` (public id → the revision seen there).

    All of them or none: raises what :func:`edit_post` raises, Refused where a copy was changed meanwhile, and Http404
    for a thread that is no copy ``editor`` may change.
    """
    chosen = {copy.post.thread.public_id: copy.post for copy in copies_of(post, editor)} if also else {}
    if also.keys() - chosen.keys():
        raise Http404
    copies = [chosen[public_id] for public_id in also]
    # In one order, whichever wall one starts from: two who edit at the same time wait for each other, and not for ever.
    for key in sorted([post.thread_id, *(copy.thread_id for copy in copies)]):
        locked(Thread(pk=key))
    now = clock.now()
    post = edit_post(editor=editor, post=post, source=source, title=title, based_on_revision=based_on_revision, at=now)
    for copy in copies:
        _edit_copy(editor, copy, post, title, also[copy.thread.public_id])
    return post


def _edit_copy(editor: Person, copy: Post, post: Post, title: str, revision: int) -> None:
    there = {picture.sha256: picture.public_id for picture in copy.pictures.order_by("-pk")}
    source = with_copies(post.source, Picture.objects.filter(post=post), there=there)
    try:
        edit_post(editor=editor, post=copy, source=source, title=title, based_on_revision=revision, at=post.edited_at)
    except EditConflict as conflict:
        raise Refused(
            "changed-elsewhere",
            _("Somebody changed the same message in another place meanwhile. Look at it there, or leave it as it is."),
            status=409,
        ) from conflict
