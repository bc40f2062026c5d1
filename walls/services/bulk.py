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
from kit import clock, facts, ids, languages, markdown
from people.models import Person
from topics.models import Topic
from walls.models import Kind, Mention, Picture, Post, Reaction, Status, Thread
from walls.models.posts import POST_LIMIT
from walls.services.classification import tags_or_refuse
from walls.services.locks import locked, locked_post, take_version
from walls.services.pictures import MadePicture
from walls.services.states import recount

BATCH = 500


@dataclass(frozen=True, slots=True)
class OldPicture:
    """A picture that the source of an old post shows by this public id; its bytes are in the blob store."""

    public_id: str
    made: MadePicture
    description: str = ""


@dataclass(slots=True)
class OldPost:
    """One message with its true date. ``quotes`` is the index, in the same list, of the message it answers, or its row.

    ``made`` is what the renderer made of ``source``, when that was done before the transaction: rendering takes longer
    than writing, and SQLite has one lock. ``public_id`` is the address when it has to be known beforehand.
    """

    author: Person
    source: str
    posted_at: dt.datetime
    edited_at: dt.datetime | None = None
    quotes: int | Post | None = None
    reactions: Sequence[tuple[Person, str]] = field(default_factory=tuple)
    made: markdown.Rendered | None = None
    public_id: str = ""
    pictures: Sequence[OldPicture] = ()


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
    public_id: str = "",
) -> tuple[Thread, list[Post]]:
    """One thread with its first posts (at least one, oldest first), as if written when they say."""
    first = posts[0]
    thread = Thread.objects.create(
        public_id=public_id or ids.public_id(),
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
    answers = [(row, rows[old.quotes]) for row, old in zip(rows, posts, strict=True) if isinstance(old.quotes, int)]
    for row, answered in answers:
        row.quotes = answered
    Post.objects.bulk_update([row for row, _ in answers], ["quotes"], batch_size=BATCH)
    _store_mentions(rows, cited)
    _store_reactions(rows, posts)
    _store_pictures(rows, posts)
    first_number = rows[0].number
    thread.last_number = rows[-1].number
    thread.reply_count += len(rows) - (first_number == 1)
    if first_number == 1:
        thread.excerpt, thread.text_language = markdown.excerpt(rows[0].text), rows[0].text_language
        thread.reaction_count = rows[0].reaction_count
    if first_number == 1 or rows[-1].posted_at >= thread.active_at:  # Somebody may have answered here meanwhile.
        thread.last_author = rows[-1].author
    thread.active_at = max([row.posted_at for row in rows] + ([thread.active_at] if first_number > 1 else []))
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


@transaction.atomic
def add_reactions(*, post: Post, reactions: Sequence[tuple[Person, str]]) -> Post:
    """Put reactions (person, emoji) under one post at once; one fact, in the name of the last of them."""
    if not reactions:
        return post
    post = locked_post(post)
    Reaction.objects.bulk_create(
        [
            Reaction(post=post, person=person, emoji=emoji, reacted_at=clock.now())
            for person, emoji in dict.fromkeys(reactions)
        ],
        ignore_conflicts=True,
    )
    return recount(reactions[-1][0], post)


def _row(thread: Thread, number: int, old: OldPost) -> tuple[Post, list[str]]:
    if len(old.source) > POST_LIMIT:
        raise ValueError(f"A post holds at most {POST_LIMIT} characters.")
    made = old.made or markdown.render(old.source)
    row = Post(
        public_id=old.public_id or ids.public_id(),
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
        quotes=old.quotes if isinstance(old.quotes, Post) else None,
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


def _store_pictures(rows: list[Post], posts: Sequence[OldPost]) -> None:
    Picture.objects.bulk_create(
        [
            Picture(
                public_id=picture.public_id,
                thread=row.thread,
                post=row,
                uploaded_by=old.author,
                uploaded_at=old.posted_at,
                sha256=picture.made.sha256,
                thumbnail_sha256=picture.made.thumbnail_sha256,
                width=picture.made.width,
                height=picture.made.height,
                description=picture.description,
            )
            for row, old in zip(rows, posts, strict=True)
            for picture in old.pictures
        ],
        batch_size=BATCH,
    )
