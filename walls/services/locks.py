"""The one lock of this app: a thread's row. Whatever changes a thread visibly takes its next version under it."""

from __future__ import annotations

from django.db.models import BigIntegerField, F

from groups.models import Space
from kit.prepared import Prepared
from walls.models import Post, Thread

_LOCKED = Prepared(
    lambda key: Thread.objects.select_for_update(of=("self",)).select_related("space").filter(pk=key),
    key=BigIntegerField(),
)


def locked(thread: Thread) -> Thread:
    """The thread as it stands now, locked to the end of the transaction (on SQLite the transaction is the lock)."""
    row = _LOCKED.first(key=thread.pk)
    if row is None:
        raise Thread.DoesNotExist
    return row


def locked_post(post: Post) -> Post:
    """The post as it stands now, with its thread locked."""
    thread = locked(Thread(pk=post.thread_id))
    fresh = Post.objects.select_related("author").get(pk=post.pk)
    fresh.thread = thread
    return fresh


def take_version(thread: Thread) -> int:
    """The thread's next version, not yet saved."""
    thread.version += 1
    return thread.version


def raise_epoch(space: Space) -> None:
    """Say that somebody may have lost the right to read something in ``space``."""
    Space.objects.filter(pk=space.pk).update(epoch=F("epoch") + 1)
