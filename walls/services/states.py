"""The state of a thread: answered, closed, archived, pinned; votes and reactions."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from groups import policy
from kit import clock, facts
from people.models import Person
from walls import rights
from walls.models import Kind, Post, Reaction, Status, Thread, Vote
from walls.services.locks import locked, locked_post, take_version
from walls.services.refusals import Refused

# From which state to which; "answered" is reached by accepting an answer only.
MOVES: dict[str, set[str]] = {
    Status.OPEN: {Status.CLOSED, Status.ARCHIVED},
    Status.ANSWERED: {Status.CLOSED, Status.ARCHIVED},
    Status.CLOSED: {Status.OPEN, Status.ARCHIVED},
    Status.ARCHIVED: {Status.OPEN, Status.CLOSED},
}
EMOJI_A_PERSON = 12


def _tell(name: str, thread: Thread, person: Person, **ids: Any) -> None:
    facts.tell(name, thread=thread.pk, space=thread.space_id, version=thread.version, person=person.pk, **ids)


def _shaped(person: Person, thread: Thread) -> Thread:
    thread = locked(thread)
    policy.require(person, "write", thread)
    if thread.deleted_at is not None or not rights.may_shape(person, thread):
        raise PermissionDenied
    return thread


@transaction.atomic
def change_status(*, by: Person, thread: Thread, status: str) -> Thread:
    """Open, close or archive; a question with an accepted answer opens as answered. The same status is no change."""
    thread = _shaped(by, thread)
    if status == Status.OPEN and thread.accepted_id:
        status = Status.ANSWERED
    if status == thread.status:
        return thread
    allowed = MOVES[thread.status] | ({Status.ANSWERED} if thread.accepted_id else set())
    if status not in allowed:
        raise Refused("status-not-possible", _("This state is not possible here."))
    now = clock.now()
    thread.status = status
    thread.closed_at = now if status == Status.CLOSED else None
    thread.archived_at = now if status == Status.ARCHIVED else None
    take_version(thread)
    thread.save(update_fields=["status", "closed_at", "archived_at", "version"])
    _tell("thread.status-changed", thread, by, status=status)
    return thread


@transaction.atomic
def accept_answer(*, by: Person, post: Post) -> Thread:
    """Make ``post`` the accepted answer of its question, in place of another one."""
    post = locked_post(post)
    thread = _shaped(by, post.thread)
    if thread.kind != Kind.QUESTION or post.opens or post.deleted_at is not None:
        raise Refused("no-answer", _("Only a reply to a question can be its answer."))
    if thread.accepted_id == post.pk:
        return thread
    before = thread.accepted_id
    thread.accepted, thread.accepted_by, thread.accepted_at = post, by, clock.now()
    if thread.status == Status.OPEN:
        thread.status = Status.ANSWERED
    take_version(thread)
    thread.save(update_fields=["accepted", "accepted_by", "accepted_at", "status", "version"])
    Post.objects.filter(pk__in=[key for key in (before, post.pk) if key]).update(version=thread.version)
    _tell("thread.answered", thread, by, post=post.pk)
    return thread


@transaction.atomic
def unaccept_answer(*, by: Person, thread: Thread) -> Thread:
    """Take the accepted answer back; the question is open again."""
    thread = _shaped(by, thread)
    if thread.accepted_id is None:
        return thread
    before = thread.accepted_id
    thread.accepted = thread.accepted_by = thread.accepted_at = None
    if thread.status == Status.ANSWERED:
        thread.status = Status.OPEN
    take_version(thread)
    thread.save(update_fields=["accepted", "accepted_by", "accepted_at", "status", "version"])
    Post.objects.filter(pk=before).update(version=thread.version)
    _tell("thread.status-changed", thread, by, status=thread.status, post=before)
    return thread


@transaction.atomic
def pin(*, by: Person, thread: Thread) -> Thread:
    """Keep the thread on top of its wall; whoever runs the wall may."""
    return _set_pin(by, thread, is_pinned=True)


@transaction.atomic
def unpin(*, by: Person, thread: Thread) -> Thread:
    """Let the thread take its place by time again."""
    return _set_pin(by, thread, is_pinned=False)


def _set_pin(by: Person, thread: Thread, *, is_pinned: bool) -> Thread:
    thread = locked(thread)
    policy.require(by, "write", thread)
    if thread.deleted_at is not None or not rights.may_run(by, thread.space):
        raise PermissionDenied
    if (thread.pinned_at is not None) == is_pinned:
        return thread
    thread.pinned_at = clock.now() if is_pinned else None
    take_version(thread)
    thread.save(update_fields=["pinned_at", "version"])
    _tell("thread.pinned" if is_pinned else "thread.unpinned", thread, by)
    return thread


@transaction.atomic
def vote(*, voter: Person, thread: Thread) -> Thread:
    """One voice for an idea; twice is once."""
    return _set_vote(voter, thread, is_for=True)


@transaction.atomic
def unvote(*, voter: Person, thread: Thread) -> Thread:
    """Take the voice back."""
    return _set_vote(voter, thread, is_for=False)


def _set_vote(voter: Person, thread: Thread, *, is_for: bool) -> Thread:
    thread = locked(thread)
    policy.require(voter, "write", thread)
    if thread.kind != Kind.IDEA or not thread.takes_replies:
        raise Refused("no-vote", _("Only an open idea takes votes."))
    if is_for:
        changed = Vote.objects.get_or_create(thread=thread, person=voter)[1]
    else:
        changed = bool(thread.votes.filter(person=voter).delete()[0])
    if changed:
        thread.vote_count = thread.votes.count()
        take_version(thread)
        thread.save(update_fields=["vote_count", "version"])
        _tell("thread.voted", thread, voter)
    return thread


def is_emoji(text: str) -> bool:
    """True for one short emoji (base, modifiers, joiners): what a reaction may be."""
    return (
        0 < len(text) <= 16
        and all(
            unicodedata.category(letter) in ("So", "Sk", "Mn", "Me", "Cf", "Sm", "Po") or letter in "#*0123456789"
            for letter in text
        )
        and any(unicodedata.category(letter) in ("So", "Sm", "Me", "Po") for letter in text)
    )


@transaction.atomic
def react(*, person: Person, post: Post, emoji: str) -> Post:
    """Put ``emoji`` under the post; twice is once."""
    if not is_emoji(emoji):
        raise Refused("no-emoji", _("A reaction is one emoji."), status=400)
    post = _reactable(person, post)
    mine = post.reactions.filter(person=person)
    if mine.filter(emoji=emoji).exists():
        return post
    if mine.count() >= EMOJI_A_PERSON:
        raise Refused(
            "too-many-reactions",
            _("At most %(limit)s reactions of one person stand under a message.") % {"limit": EMOJI_A_PERSON},
        )
    Reaction.objects.create(post=post, person=person, emoji=emoji)
    return recount(person, post)


@transaction.atomic
def unreact(*, person: Person, post: Post, emoji: str) -> Post:
    """Take the reaction back."""
    post = _reactable(person, post)
    if not post.reactions.filter(person=person, emoji=emoji).delete()[0]:
        return post
    return recount(person, post)


def _reactable(person: Person, post: Post) -> Post:
    post = locked_post(post)
    policy.require(person, "write", post.thread)
    if post.deleted_at is not None or post.thread.status == Status.ARCHIVED:
        raise PermissionDenied
    return post


def recount(person: Person, post: Post) -> Post:
    """Count the reactions of a locked post anew, and tell; inside the caller's transaction."""
    thread = post.thread
    rows = post.reactions.values("emoji").annotate(number=Count("pk")).order_by("-number", "emoji")
    post.tally = {row["emoji"]: row["number"] for row in rows}
    post.reaction_count = sum(post.tally.values())
    post.version = take_version(thread)
    post.save(update_fields=["tally", "reaction_count", "version"])
    fields = ["version"]
    if post.opens:
        thread.reaction_count = post.reaction_count
        fields.append("reaction_count")
    thread.save(update_fields=fields)
    _tell("post.reacted", thread, person, post=post.pk)
    return post
