"""What one person keeps about a thread: followed, muted, saved, read. None of it shows to anybody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Max

from groups import policy
from kit import clock, facts
from people.models import Person
from walls.models import Follow, FollowState, Post, ReadMark, SavedThread, Thread


@transaction.atomic
def follow(*, person: Person, thread: Thread) -> None:
    """Hear of new replies."""
    _set_follow(person, thread, FollowState.FOLLOWING)


@transaction.atomic
def mute(*, person: Person, thread: Thread) -> None:
    """Hear of nothing but mentions; out of the Following tab."""
    _set_follow(person, thread, FollowState.MUTED)


@transaction.atomic
def unfollow(*, person: Person, thread: Thread) -> None:
    """Neither followed nor muted."""
    policy.require(person, "read", thread)
    Follow.objects.filter(person=person, thread=thread).delete()
    facts.tell("follow.ended", thread=thread.pk, person=person.pk)


def _set_follow(person: Person, thread: Thread, state: str) -> None:
    policy.require(person, "read", thread)
    Follow.objects.update_or_create(person=person, thread=thread, defaults={"state": state})
    facts.tell("follow.changed", thread=thread.pk, person=person.pk, state=str(state))


@transaction.atomic
def save(*, person: Person, thread: Thread) -> None:
    """Keep the thread among the saved ones."""
    policy.require(person, "read", thread)
    SavedThread.objects.get_or_create(person=person, thread=thread)


@transaction.atomic
def unsave(*, person: Person, thread: Thread) -> None:
    """Drop the bookmark."""
    policy.require(person, "read", thread)
    SavedThread.objects.filter(person=person, thread=thread).delete()


@transaction.atomic
def mark_read(*, person: Person, thread: Thread, number: int) -> int:
    """Everything up to post ``number`` is read; the mark never goes back. The number that stands after."""
    policy.require(person, "read", thread)
    number = max(0, min(number, Thread.objects.values_list("last_number", flat=True).get(pk=thread.pk)))
    mark, is_new = ReadMark.objects.get_or_create(person=person, thread=thread, defaults={"number": number})
    if not is_new:
        if mark.number >= number:
            return mark.number
        ReadMark.objects.filter(pk=mark.pk, number__lt=number).update(number=number, read_at=clock.now())
    facts.tell("thread.read", thread=thread.pk, person=person.pk, number=number)
    return number


@transaction.atomic
def mark_unread(*, person: Person, thread: Thread, number: int) -> None:
    """Undo of :func:`mark_read`: the mark goes back to ``number``."""
    policy.require(person, "read", thread)
    ReadMark.objects.filter(person=person, thread=thread, number__gt=number).update(number=max(0, number))


@transaction.atomic
def mark_all_read(*, person: Person, threads: list[Thread]) -> dict[int, int]:
    """Mark each of ``threads`` (a list that is shown) as read; the numbers before, by thread key, for undo."""
    readable = Thread.objects.readable_by(person).filter(pk__in=[thread.pk for thread in threads])
    numbers = dict(readable.values_list("pk", "last_number"))
    marks = ReadMark.objects.filter(person=person, thread_id__in=numbers)
    before = dict(marks.values_list("thread_id", "number"))
    for key, number in numbers.items():
        if before.get(key, 0) < number:
            ReadMark.objects.update_or_create(
                person=person, thread_id=key, defaults={"number": number, "read_at": clock.now()}
            )
            facts.tell("thread.read", thread=key, person=person.pk, number=number)
    return {key: before.get(key, 0) for key in numbers}


@transaction.atomic
def mark_read_until(*, person: Person, threads: Collection[int], until: dt.datetime) -> dict[int, tuple[int, int]]:
    """Mark what stood in ``threads`` (keys) at a moment as read; by key, the numbers before and now, for undo.

    What was posted later stays unread, as does what ``person`` may not read.
    """
    readable = Thread.objects.readable_by(person).filter(pk__in=threads)
    posts = Post.objects.filter(thread__in=readable.values("pk"), posted_at__lte=until).order_by()
    numbers = dict(posts.values_list("thread_id").annotate(last=Max("number")))
    before = dict(ReadMark.objects.filter(person=person, thread__in=numbers).values_list("thread_id", "number"))
    marked = {key: (before.get(key, 0), last) for key, last in numbers.items() if before.get(key, 0) < last}
    now = clock.now()
    ReadMark.objects.bulk_create(
        [ReadMark(person=person, thread_id=key, number=last, read_at=now) for key, (_was, last) in marked.items()],
        update_conflicts=True,
        unique_fields=["person", "thread"],
        update_fields=["number", "read_at"],
    )
    for key, (_was, last) in marked.items():
        facts.tell("thread.read", thread=key, person=person.pk, number=last)
    return marked


@transaction.atomic
def mark_as_before(*, person: Person, marked: Mapping[int, tuple[int, int]]) -> None:
    """Undo of :func:`mark_read_until`: marks go back, but those of threads that were read further since."""
    back = []
    for mark in ReadMark.objects.filter(person=person, thread__in=marked):
        was, last = marked[mark.thread_id]
        if mark.number == last:
            mark.number = was
            back.append(mark)
    ReadMark.objects.bulk_update(back, ["number"])
