"""Threads and posts of a form: each batch is made ready outside any lock, then written in one short transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from groups import policy
from groups.models import Space
from imports.neutral import Post as NeutralPost
from imports.neutral import Thread as NeutralThread
from imports.references import resolved
from imports.validate import Checked
from imports.writing.ledger import Ledger, chunks
from imports.writing.pictures import Pictures
from imports.writing.topics import Topics
from kit import markdown
from people.models import Person
from walls.models import Post, Status, Thread
from walls.services import bulk

# PERF: what is written at once holds SQLite's one lock for about a tenth of a second; people beside it wait so long.
POSTS_AT_ONCE = 100
THREADS_AT_ONCE = 5


@dataclass(slots=True)
class Waiting:
    """Posts of one thread, oldest first, that are ready to be written."""

    thread: NeutralThread
    space: Space
    ids: list[str]
    posts: list[bulk.OldPost]
    quotes: list[str]


class ThreadWriting:
    """One run over the threads of one form."""

    def __init__(
        self,
        ledger: Ledger,
        checked: Checked,
        people: dict[str, Person],
        spaces: dict[str, Space],
        advance: Callable[[int], object],
    ) -> None:
        self.ledger, self.checked, self.people, self.spaces = ledger, checked, people, spaces
        self.advance = advance
        self.topics = Topics(ledger.robot)
        self.pictures = Pictures(ledger, checked)
        self.rows: dict[str, int] = {}
        self.asked: dict[int, tuple[float, bool]] = {}

    def run(self) -> None:
        """Every thread in turn, its posts from the oldest on; a batch may hold several threads or a part of one."""
        batch: list[Waiting] = []
        for thread in self.checked.threads():
            space = self.space_of(thread)
            # SECURITY: the robot is asked like anybody; a group it was removed from, or an archived one, takes nothing.
            if space is None or not self.may_write(space):
                self.refuse_thread(thread, "its group takes nothing from the importer")
                continue
            for posts in chunks(self.checked.posts_of(thread.id), POSTS_AT_ONCE):
                known = self.ledger.rows("post", [post.id for post in posts])
                self.ledger.written.known["post"] += len(known)
                self.advance(len(known))
                new = [post for post in posts if post.id not in known]
                if new:
                    batch.append(self.waiting(thread, space, new))
                if len(batch) == THREADS_AT_ONCE or sum(len(one.posts) for one in batch) >= POSTS_AT_ONCE:
                    self.write(batch)
                    batch = []
        self.write(batch)

    def space_of(self, thread: NeutralThread) -> Space | None:
        """Where the thread stands: the group of its form, or wherever it was moved since it came in."""
        known = self.ledger.rows("thread", [thread.id]) or self.known_by_posts(thread)
        if not known:
            return self.spaces.get(thread.group)
        self.ledger.written.known["thread"] += 1
        self.rows |= known
        row = Thread.objects.select_related("space").filter(pk__in=known.values(), deleted_at=None).first()
        return row.space if row is not None else None

    def known_by_posts(self, thread: NeutralThread) -> dict[str, int]:
        """The row of a thread that came in under another id: an earlier import knew less of it."""
        for posts in chunks(self.checked.posts_of(thread.id), POSTS_AT_ONCE):
            if rows := self.ledger.rows("post", [post.id for post in posts]):
                post = Post.objects.filter(pk__in=rows.values()).order_by("pk").first()
                return {thread.id: post.thread_id} if post is not None else {}
        return {}

    def may_write(self, space: Space) -> bool:
        """Ask the rule about the robot, once in each second."""
        asked_at, answer = self.asked.get(space.pk, (0.0, False))
        if time.monotonic() - asked_at > 1:
            answer = policy.can(self.ledger.robot, "write", space)
            self.asked[space.pk] = (time.monotonic(), answer)
        return answer

    def waiting(self, thread: NeutralThread, space: Space, posts: list[NeutralPost]) -> Waiting:
        """Render the posts; this is where the time goes, so it is done before the transaction."""
        ready = []
        for post in posts:
            text, pictures = self.pictures.placed(post)
            source = resolved(text, self.address_of)
            ready.append(
                bulk.OldPost(
                    author=self.people[post.author],
                    source=source,
                    posted_at=post.at,
                    made=markdown.render(source),
                    public_id=self.ledger.public_id("post", post.id),
                    pictures=pictures,
                )
            )
        quotes = [post.quotes[0] if post.quotes else "" for post in posts]
        return Waiting(thread, space, [post.id for post in posts], ready, quotes)

    def write(self, batch: list[Waiting]) -> None:
        """One transaction: missing threads, posts, counters, and the records by which a second run finds them."""
        if not batch:
            return
        with transaction.atomic():
            for waiting in batch:
                self.write_thread(waiting)
        self.ledger.written.new["post"] += sum(len(waiting.posts) for waiting in batch)
        self.advance(sum(len(waiting.posts) for waiting in batch))

    def write_thread(self, waiting: Waiting) -> None:
        """Open the thread, or go on with it."""
        thread = waiting.thread
        row = Thread.objects.select_for_update().get(pk=self.rows[thread.id]) if thread.id in self.rows else None
        self.join_quotes(waiting, row)
        if row is None:
            row, rows = bulk.open_thread(
                space=waiting.space,
                title=thread.title,
                posts=waiting.posts,
                kind=thread.kind,
                status=thread.status,
                topic=self.topics.labelled(thread.topic),
                tags=thread.tags,
                label=waiting.space.default_label,
                public_id=self.ledger.public_id("thread", thread.id),
            )
            self.ledger.enter("thread", {thread.id: row.pk})
            self.ledger.written.new["thread"] += 1
            self.rows[thread.id] = row.pk
        else:
            if thread.status == row.status == Status.CLOSED:
                row.closed_at = waiting.posts[-1].posted_at
            rows = bulk.add_posts(thread=row, posts=waiting.posts)
        self.ledger.enter("post", {source_id: post.pk for source_id, post in zip(waiting.ids, rows, strict=True)})

    def join_quotes(self, waiting: Waiting, thread: Thread | None) -> None:
        """Let a post that quotes an earlier one of its thread point to it; others keep the link in their text."""
        place = {source_id: index for index, source_id in enumerate(waiting.ids)}
        before: dict[str, Post] = {}
        elsewhere = {name for name in waiting.quotes if name and name not in place}
        if thread is not None and elsewhere:
            keys = self.ledger.rows("post", elsewhere)
            rows = Post.objects.filter(thread=thread, deleted_at=None).in_bulk(keys.values())
            before = {source_id: rows[key] for source_id, key in keys.items() if key in rows}
        for index, (name, post) in enumerate(zip(waiting.quotes, waiting.posts, strict=True)):
            if name in place and place[name] < index:
                post.quotes = place[name]
            elif name in before:
                post.quotes = before[name]

    def refuse_thread(self, thread: NeutralThread, reason: str) -> None:
        """Refuse what this thread would bring; what came in before stays and counts as known."""
        posts = [post.id for post in self.checked.posts_of(thread.id)]
        known: set[str] = set()
        for chunk in chunks(posts, POSTS_AT_ONCE):
            known |= self.ledger.rows("post", chunk).keys()
        missing = [post for post in posts if post not in known]
        if missing and not known:
            self.ledger.written.refuse("thread", thread.id, reason)
        for post in missing:
            self.ledger.written.refuse("post", post, reason, thread.id)
        self.ledger.written.known["post"] += len(known)
        self.advance(len(posts))

    def address_of(self, noun: str, source_id: str) -> str | None:
        """What a text links to for a record of the form; None for one that is not taken."""
        if noun == "person":
            person = self.people.get(source_id)
            return f"person:{person.public_id}" if person is not None else None
        if noun == "group":
            space = self.spaces.get(source_id)
            return f"group:{space.public_id}" if space is not None else None
        return f"{noun}:{self.ledger.public_id(noun, source_id)}" if self.checked.has(noun, source_id) else None
