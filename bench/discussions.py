"""Threads and posts by the million, as the services would have written them, through COPY.

Many threads are short and few are long. Posts go in by the time they were written, a few thousand threads at once.
What is not there: reactions, edits, pictures, mentions, and what readers leave behind (marks of others than the
author's own, notifications): as if the inboxes had been emptied and the facts swept.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from bench.bulk import NULL, Job, Rows, Sender, escaped, job, next_key, tell_sequences
from bench.crowd import YEARS, Crowd, Place
from bench.texts import Body, Indexed, Texts, indexed
from groups.models import GUEST_TYPES, Label, SpaceType
from kit import clock, ids
from people.models import Person
from search.engines.postgres.rows import mark
from search.engines.postgres.vectors import CONTEXT, TITLE
from search.findables import findable, gate_at, is_shared
from walls.models import Follow, Kind, Post, ReadMark, Status, Thread
from walls.services.texts import excerpt_of

LONGEST, LONG = 2_000, 5_000
AT_ONCE = 2_000
"""So many threads are made before their rows are sent."""

OWN_LINE = escaped("\n\n")


@lru_cache(maxsize=200_000)
def _name(name: str, after: int) -> str:
    return indexed(name, CONTEXT, after).entries


@dataclass(slots=True)
class Written:
    """One post before it has a key."""

    thread: int
    number: int
    author: Person
    moment: dt.datetime
    body: Body
    own: str
    key: int = 0


@dataclass(slots=True)
class Opened:
    """One thread with its posts."""

    key: int
    place: Place
    title: str
    label: str
    kind: str
    posts: list[Written]
    accepted: Written | None
    context: Indexed
    """Its title, as it stands beside every reply."""


class Discussions:
    """Writes threads with ``posts`` posts in all into the places of a crowd."""

    def __init__(self, crowd: Crowd, texts: Texts, chance: random.Random) -> None:
        self._crowd, self._texts, self._chance = crowd, texts, chance
        self._end = clock.now() - dt.timedelta(minutes=1)
        self._start = self._end - YEARS + dt.timedelta(days=1)
        self._weights = list(accumulate(place.weight for place in crowd.places))
        self._one = findable("thread")
        through = Thread.tags.through
        self._threads = Rows(
            Thread, "id", "public_id", "space", "label", "kind", "status", "title", "topic", "author", "opened_at",
            "active_at", "version", "last_number", "reply_count", "excerpt", "text_language", "last_author", "accepted",
            "accepted_by", "accepted_at",
        )  # fmt: skip
        self._tagged = Rows(through, "thread", "tag")
        self._posts = Rows(
            Post, "id", "public_id", "thread", "number", "author", "source", "html", "text", "text_language",
            "posted_at", "version",
        )  # fmt: skip
        self._follows = Rows(Follow, "thread", "person")
        self._marks = Rows(ReadMark, "thread", "person", "number", "read_at")
        self._search: list[str] = []
        self.long: str = ""

    def write(self, posts: int, progress: Callable[[int], None] = lambda done: None) -> None:
        """Make them all; ``long`` is then the public id of the longest, on the company wall."""
        lengths = list(self._lengths(posts))
        next_thread, next_post, done = next_key(Thread), next_key(Post), 0
        sender = Sender()
        step = (self._end - self._start) / len(lengths)
        for first in range(0, len(lengths), AT_ONCE):
            opened = [
                self._thread(next_thread + number, length, self._start + step * number, is_long=length == lengths[0])
                for number, length in enumerate(lengths[first : first + AT_ONCE], start=first)
            ]
            written = sorted((post for thread in opened for post in thread.posts), key=lambda post: post.moment)
            for key, post in enumerate(written, start=next_post):
                post.key = key
            next_post += len(written)
            by_key = {thread.key: thread for thread in opened}
            for thread in opened:
                self._add_thread(thread)
            for post in written:
                self._add_post(post, by_key[post.thread])
            sender.send(*self._jobs())
            done += len(written)
            progress(done)
        sender.send(self._words())
        sender.wait()
        tell_sequences(Thread, Post)

    def _lengths(self, posts: int) -> Iterator[int]:
        """How many posts each thread has: the longest first, the others as they come."""
        most = max(4, min(LONG, posts // 20))
        yield most
        posts -= most
        while posts > 0:
            length = min(posts, LONGEST, most - 1, int(1.6 * self._chance.paretovariate(1.2)))
            posts -= length
            yield length

    def _thread(self, key: int, length: int, moment: dt.datetime, *, is_long: bool) -> Opened:
        chance = self._chance
        place = self._crowd.places[0] if is_long else chance.choices(self._crowd.places, cum_weights=self._weights)[0]
        around = chance.sample(place.writers, min(len(place.writers), 1 + int(length**0.6)))
        posts = []
        for number in range(1, length + 1):
            if number > 1:
                moment = min(self._end, moment + dt.timedelta(seconds=chance.expovariate(1 / 30_000)))
            own = self._texts.own_words()
            posts.append(Written(key, number, chance.choice(around), moment, chance.choice(self._texts.bodies), own))
        kind = chance.choices((Kind.DISCUSSION, Kind.QUESTION, Kind.IDEA), weights=(6, 3, 1))[0]
        takes_guests = place.type in GUEST_TYPES
        label = chance.choices(Label.values, weights=(12 * takes_guests, 80, 8))[0]
        answers = posts[1:] if kind == Kind.QUESTION and chance.random() < 0.5 else []
        accepted = chance.choice(answers) if answers else None
        title = self._texts.title()
        return Opened(key, place, title, label, kind, posts, accepted, indexed(title, CONTEXT))

    # Rows -------------------------------------------------------------------------------------------------------------

    def _add_thread(self, thread: Opened) -> None:
        chance, opening, last = self._chance, thread.posts[0], thread.posts[-1]
        public_id = ids.public_id()
        if thread.place.type == SpaceType.COMMON and not self.long:
            self.long = public_id
        author, accepted = str(opening.author.pk), thread.accepted
        body = opening.body
        plain = f"{body.plain} {opening.own}" if opening.own else body.plain
        topic = str(chance.choice(self._crowd.topics).pk) if chance.random() < 0.65 else NULL
        self._threads.add(
            str(thread.key), public_id, str(thread.place.space), thread.label, thread.kind,
            Status.ANSWERED if accepted else Status.OPEN, escaped(thread.title), topic, author,
            opening.moment.isoformat(), last.moment.isoformat(), str(len(thread.posts) + bool(accepted)),
            str(len(thread.posts)), str(len(thread.posts) - 1), escaped(excerpt_of(plain, "")), body.language,
            str(last.author.pk), *((str(accepted.key), author, last.moment.isoformat()) if accepted else (NULL,) * 3),
        )  # fmt: skip
        count = len(self._crowd.tags)
        for tag in {int(count * chance.random() ** 2) for _ in range(chance.choice((0, 0, 1, 2)))}:
            self._tagged.add(str(thread.key), str(self._crowd.tags[tag].pk))
        for person in {post.author.pk for post in thread.posts}:
            self._follows.add(str(thread.key), str(person))
        read = opening
        for post in thread.posts[1:]:
            if post.author == read.author and post.number == read.number + 1:
                read = post
        self._marks.add(str(thread.key), author, str(read.number), read.moment.isoformat())

    def _add_post(self, post: Written, thread: Opened) -> None:
        body, own = post.body, post.own
        source = f"{body.source}{OWN_LINE}{own}" if own else body.source
        html = f"{body.html}<p>{own}</p>\\n" if own else body.html
        text = f"{body.text} {own}" if own else body.text
        version = len(thread.posts) + 1 if post is thread.accepted else post.number
        key, name = str(post.key), post.author.display_name
        self._posts.add(
            key, ids.public_id(), str(thread.key), str(post.number), str(post.author.pk), source, html, text,
            body.language, post.moment.isoformat(), str(version),
        )  # fmt: skip
        parts = [body.index.entries]
        if own:
            ours = indexed(own, after=body.index.places)
            parts.append(ours.entries)
            self._texts.spoken |= ours.spoken
        if post.number == 1:
            heading = indexed(thread.title, TITLE)
            self._texts.spoken |= heading.spoken
            parts += [heading.entries, _name(name, 0)]
        else:
            parts += [thread.context.entries, _name(name, thread.context.places)]
        gate = gate_at(thread.place.space, thread.place.type, is_shared=is_shared(thread.label))
        marks = f"{{{gate},{mark(self._one.label)}}}"
        self._search.append(f"{self._one.label}\t{key}\t{marks}\t{' '.join(parts)}\n")

    def _jobs(self) -> Iterator[Job]:
        for rows in (self._threads, self._tagged, self._posts, self._follows, self._marks):
            yield rows.taken()
        yield job("search_row", "label, key, marks, words", self._search)
        self._search = []

    def _words(self) -> Job:
        lines = [f"{self._one.label}\t{escaped(word)}\n" for word in sorted(self._texts.spoken)]
        return job("search_word", "label, word", lines)
