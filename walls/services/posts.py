"""Reply, edit, take back, bring back."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from groups import policy
from groups import services as groups
from kit import clock, facts
from people.models import Person
from walls import rights
from walls.models import Follow, Post, ReadMark, Revision, Status, Thread
from walls.services import submissions, texts
from walls.services.locks import locked, locked_post, take_version
from walls.services.refusals import EditConflict, Refused

# A deleted text can be brought back for this long; then its words are gone from the database too.
RESTORE_WITHIN = dt.timedelta(hours=1)


@transaction.atomic
def reply(*, author: Person, thread: Thread, source: str, quotes: Post | None = None, submission_key: str = "") -> Post:
    """Append a post; it is the one of the first time when the key and the text are. Its ``untold`` as in post_thread.

    ``quotes`` is the post answered, of the same thread. Raises Refused, PermissionDenied or Http404.
    """
    submission, before = submissions.begin(
        author=author,
        key=submission_key,
        digest=submissions.digest(thread=thread.pk, source=source.strip(), quotes=quotes and quotes.pk),
    )
    if before:
        return before[0]
    thread = locked(thread)
    policy.require(author, "write", thread)
    submissions.refuse_haste(author)
    if not thread.takes_replies:
        raise Refused("thread-closed", _("This thread is closed and takes no more replies."), status=403)
    text = texts.prepare(author=author, source=source, space=thread.space, label=thread.label, thread=thread)
    now = clock.now()
    thread.last_number += 1
    post = Post.objects.create(
        thread=thread,
        number=thread.last_number,
        author=author,
        source=text.source,
        html=text.html,
        text=text.text,
        text_language=text.text_language,
        quotes=_quoted(thread, quotes, text.posts),
        posted_at=now,
        version=take_version(thread),
    )
    thread.reply_count += 1
    thread.active_at = max(thread.active_at, now)
    thread.last_author = author
    thread.save(update_fields=["last_number", "reply_count", "active_at", "last_author", "version"])
    mentioned = texts.store_mentions(post, text.mentioned)
    texts.store_pictures(post, text.pictures)
    Follow.objects.bulk_create([Follow(thread=thread, person=author)], ignore_conflicts=True)
    # Whoever had read everything has read this too; who had not keeps the unread posts in between.
    ReadMark.objects.filter(thread=thread, person=author, number=post.number - 1).update(
        number=post.number, read_at=now
    )
    post.untold = text.untold
    if submission:
        submission.posts.add(post)
    facts.tell(
        "post.posted",
        thread=thread.pk,
        post=post.pk,
        space=thread.space_id,
        version=post.version,
        person=author.pk,
        mentioned=mentioned,
        quotes=post.quotes_id,
    )
    return post


def _quoted(thread: Thread, quotes: Post | None, cited: list[str]) -> Post | None:
    """The post answered: the one named, else the first one cited; of this thread, not deleted."""
    here = thread.posts.filter(deleted_at=None)
    if quotes is not None:
        return here.filter(pk=quotes.pk).first()
    return here.filter(public_id=cited[0]).first() if cited else None


@transaction.atomic
def edit_post(
    *,
    editor: Person,
    post: Post,
    source: str,
    title: str = "",
    based_on_revision: int,
    at: dt.datetime | None = None,
) -> Post:
    """Replace the text (and, of an opening post, the thread's title); the old text stays in the history.

    Raises :class:`EditConflict` when somebody edited after revision ``based_on_revision``; nothing is written then.
    ``at``: the moment of the edit, now when nothing is said; copies of one message share it.
    """
    post = locked_post(post)
    thread = post.thread
    policy.require(editor, "write", thread)
    if post.deleted_at is not None or thread.status == Status.ARCHIVED or not rights.may_edit(editor, post):
        raise PermissionDenied
    title = texts.checked_title(title) if post.opens else ""
    if post.revision != based_on_revision:
        same = texts.checked(source) == post.source and (not post.opens or title == thread.title)
        if same:  # The same form sent twice: what was asked is so.
            return post
        raise EditConflict(_("Somebody changed this message while you were writing."), post)
    text = texts.prepare(
        author=post.author, source=source, space=thread.space, label=thread.label, thread=thread, post=post
    )
    if text.source == post.source and (not post.opens or title == thread.title):
        return post
    now = at or clock.now()
    Revision.objects.create(
        post=post,
        number=post.revision,
        source=post.source,
        html=post.html,
        title=thread.title if post.opens else "",
        edited_by=post.edited_by or post.author,
        replaced_at=now,
    )
    post.source, post.html, post.text, post.text_language = text.source, text.html, text.text, text.text_language
    post.revision += 1
    post.edited_at, post.edited_by = now, editor
    post.version = take_version(thread)
    fields = ["version"]
    if post.opens:
        thread.title, thread.excerpt = title, texts.excerpt_of(text.text, text.source)
        thread.text_language, thread.cover = text.text_language, text.cover
        fields += ["title", "excerpt", "text_language", "cover"]
        groups.call_named_readers(space=thread.space, title=title)
    thread.save(update_fields=fields)
    post.save()
    mentioned = texts.store_mentions(post, text.mentioned)
    texts.store_pictures(post, text.pictures)
    post.untold = text.untold
    facts.tell(
        "post.edited",
        thread=thread.pk,
        post=post.pk,
        space=thread.space_id,
        version=post.version,
        person=editor.pk,
        mentioned=mentioned,
    )
    return post


@transaction.atomic
def delete_post(*, by: Person, post: Post) -> Post:
    """Take the text out of the post, its thread and the index; a line stays in its place. Twice is once.

    For an hour :func:`restore_post` brings it back; then :func:`walls.services.erasures.erase_deleted` forgets it.
    """
    post = locked_post(post)
    thread = post.thread
    policy.require(by, "write", thread)
    if not rights.may_edit(by, post):
        raise PermissionDenied
    if post.deleted_at is not None:
        return post
    now = clock.now()
    Revision.objects.create(
        post=post,
        number=post.revision,
        source=post.source,
        html="",
        title=thread.title if post.opens else "",
        edited_by=post.edited_by or post.author,
        replaced_at=now,
    )
    post.source = post.html = post.text = post.text_language = ""
    post.deleted_at, post.deleted_by = now, by
    post.version = take_version(thread)
    post.save()
    post.mentions.all().delete()
    if post.opens:
        thread.deleted_at, thread.deleted_by = now, by
        thread.title = thread.excerpt = thread.cover = ""
        groups.call_named_readers(space=thread.space, title="")
    else:
        thread.reply_count -= 1
    if thread.accepted_id == post.pk:
        thread.accepted = thread.accepted_by = thread.accepted_at = None
        thread.status = Status.OPEN if thread.status == Status.ANSWERED else thread.status
    _settle(thread)
    thread.save()
    facts.tell(
        "post.deleted", thread=thread.pk, post=post.pk, space=thread.space_id, version=post.version, person=by.pk
    )
    return post


@transaction.atomic
def restore_post(*, by: Person, post: Post) -> Post:
    """Undo :func:`delete_post` within the hour; whoever deleted it may. Raises Refused when it is too late."""
    post = locked_post(post)
    thread = post.thread
    policy.require(by, "write", thread)
    if post.deleted_at is None:
        return post
    if post.deleted_by_id != by.pk:
        raise PermissionDenied
    kept = post.revisions.filter(number=post.revision).first()
    if kept is None or clock.now() - post.deleted_at > RESTORE_WITHIN:
        raise Refused("too-late", _("This message can no longer be brought back."), status=410)
    text = texts.prepare(
        author=post.author, source=kept.source, space=thread.space, label=thread.label, thread=thread, post=post
    )
    post.source, post.html, post.text, post.text_language = text.source, text.html, text.text, text.text_language
    post.deleted_at = post.deleted_by = None
    post.version = take_version(thread)
    post.save()
    texts.store_mentions(post, text.mentioned)
    if post.opens:
        thread.deleted_at = thread.deleted_by = None
        thread.title, thread.excerpt = kept.title, texts.excerpt_of(text.text, text.source)
        thread.text_language, thread.cover = text.text_language, text.cover
        groups.call_named_readers(space=thread.space, title=kept.title)
    else:
        thread.reply_count += 1
    kept.delete()
    _settle(thread)
    thread.save()
    facts.tell(
        "post.restored", thread=thread.pk, post=post.pk, space=thread.space_id, version=post.version, person=by.pk
    )
    return post


def _settle(thread: Thread) -> None:
    """Let the thread's place in the feeds be that of its last standing post."""
    last = thread.posts.filter(deleted_at=None).order_by("-number").select_related("author").first()
    thread.active_at = last.posted_at if last else thread.opened_at
    thread.last_author = last.author if last else thread.author


__all__ = ["delete_post", "edit_post", "reply", "restore_post"]
