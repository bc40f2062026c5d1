"""Rows by the thousand, for importers: the same invariants as the single verbs, one fact for a whole thread.

What every row must keep, and what :func:`add_posts` keeps:

* ``Post.number`` counts from 1 without reuse; ``Thread.last_number`` is the highest ever given;
* ``Thread.reply_count`` counts standing posts beside number 1; ``active_at`` and ``last_author`` are those of the last;
* ``Thread.excerpt`` and ``text_language`` come from post 1;
* ``Post.version`` is at most ``Thread.version``; whatever is added later takes a higher one;
* ``html`` and ``text`` are what ``kit.markdown.render`` made of ``source``;
* every author has read what they wrote; nobody else is told.

No right is asked: the importer acts as a robot, into spaces it made or was given to write to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from groups.models import Label, Space
from kit import facts, languages, markdown
from people.models import Person
from topics.models import Topic
from walls.models import Kind, Mention, Post, Reaction, Status, Thread
from walls.models.posts import POST_LIMIT
from walls.services.classification import tags_or_refuse
from walls.services.locks import locked, take_version

BATCH = 500


@dataclass(slots=True)
class OldPost:
    """One message with its true date. ``quotes`` is the index, in the same list, of the message it answers."""

    author: Person
    source: str
    posted_at: dt.datetime
    edited_at: dt.datetime | None = None
    quotes: int | None = None
    reactions: Sequence[tuple[Person, str]] = field(default_factory=tuple)


@transaction.atomic
def open_thread(
    *,
    space: Space,
    title: str,
    posts: Sequence[OldPost],
    kind: str = Kind.DISCUSSION,
    status: str = Status.OPEN,
    topic: Topic | None = None,
    tags: Sequence[str] = (),
    label: str = Label.INTERNAL,
) -> tuple[Thread, list[Post]]:
    """One thread with its first posts (at least one, oldest first), as if written when they say."""
    first = posts[0]
    thread = Thread.objects.create(
        space=space,
        label=label,
        kind=kind,
        status=status,
        title=title,
        topic=topic,
        author=first.author,
        last_author=first.author,
        opened_at=first.posted_at,
        active_at=first.posted_at,
        version=0,
        closed_at=posts[-1].posted_at if status == Status.CLOSED else None,
        archived_at=posts[-1].posted_at if status == Status.ARCHIVED else None,
    )
    if tags:
        thread.tags.set(tags_or_refuse(tags))
    return thread, add_posts(thread=thread, posts=posts)


@transaction.atomic
def add_posts(*, thread: Thread, posts: Sequence[OldPost]) -> list[Post]:
    """Append ``posts`` (oldest first) to ``thread``, which is brought up to date; one fact ``thread.imported``."""
    if not posts:
        return []
    if thread.last_number:
        fresh = locked(thread)
        for name in ("version", "last_number", "reply_count", "active_at"):
            setattr(thread, name, getattr(fresh, name))
    take_version(thread)
    rows, cited = [], []
    for number, old in enumerate(posts, start=thread.last_number + 1):
        row, people = _row(thread, number, old)
        rows.append(row)
        cited.append(people)
    Post.objects.bulk_create(rows, batch_size=BATCH)
    answers = [(row, rows[old.quotes]) for row, old in zip(rows, posts, strict=True) if old.quotes is not None]
    for row, answered in answers:
        row.quotes = answered
    Post.objects.bulk_update([row for row, _ in answers], ["quotes"], batch_size=BATCH)
    _store_mentions(rows, cited)
    _store_reactions(rows, posts)
    first_number = rows[0].number
    thread.last_number = rows[-1].number
    thread.reply_count += len(rows) - (first_number == 1)
    if first_number == 1:
        thread.excerpt, thread.text_language = markdown.excerpt(rows[0].text), rows[0].text_language
        thread.reaction_count = rows[0].reaction_count
    thread.active_at = max([row.posted_at for row in rows] + ([thread.active_at] if first_number > 1 else []))
    thread.last_author = rows[-1].author
    thread.save()
    facts.tell(
        "thread.imported",
        thread=thread.pk,
        space=thread.space_id,
        version=thread.version,
        first=first_number,
        last=thread.last_number,
    )
    return rows


def _row(thread: Thread, number: int, old: OldPost) -> tuple[Post, list[str]]:
    if len(old.source) > POST_LIMIT:
        raise ValueError(f"A post holds at most {POST_LIMIT} characters.")
    made = markdown.render(old.source)
    row = Post(
        thread=thread,
        number=number,
        author=old.author,
        source=old.source,
        html=made.html,
        text=made.text,
        text_language=languages.of(made.text),
        posted_at=old.posted_at,
        edited_at=old.edited_at,
        edited_by=old.author if old.edited_at else None,
        version=thread.version,
    )
    for emoji in {(person.pk, emoji): emoji for person, emoji in old.reactions}.values():
        row.tally[emoji] = row.tally.get(emoji, 0) + 1
    row.reaction_count = sum(row.tally.values())
    return row, made.people


def _store_mentions(rows: list[Post], cited: list[list[str]]) -> None:
    wanted = {public_id for people in cited for public_id in people}
    if not wanted:
        return
    keys = dict(Person.objects.filter(public_id__in=wanted).values_list("public_id", "pk"))
    Mention.objects.bulk_create(
        [
            Mention(post=row, person_id=keys[public_id])
            for row, people in zip(rows, cited, strict=True)
            for public_id in people
            if public_id in keys
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _store_reactions(rows: list[Post], posts: Sequence[OldPost]) -> None:
    Reaction.objects.bulk_create(
        [
            Reaction(post=row, person=person, emoji=emoji, reacted_at=old.posted_at)
            for row, old in zip(rows, posts, strict=True)
            for person, emoji in dict.fromkeys(old.reactions)
        ],
        batch_size=BATCH,
    )
