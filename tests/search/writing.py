"""Threads and posts with their true dates, for what search is tested on."""

from __future__ import annotations

from kit import clock, facts, languages, markdown
from kit.models import Fact
from people.models import Person
from search import queries
from search.language import parse
from tests.search.profiles import IS_SERVER
from topics.models import Tag
from walls.models import Post, Status, Thread
from walls.services import threads


def write_thread(*, space, author, title, source, kind="discussion", status="open", topic=None, tags=(), label=None):
    now = clock.now()
    thread = Thread.objects.create(
        space=space, author=author, last_author=author, title=title, kind=kind, status=status, topic=topic,
        opened_at=now, active_at=now, label=label or space.default_label,
    )  # fmt: skip
    thread.tags.set([Tag.objects.get_or_create(name=name)[0] for name in tags])
    write_post(thread=thread, author=author, source=source)
    if status == Status.ARCHIVED:
        thread.archived_at = now
    thread.save()
    return thread


def write_post(*, thread, author, source):
    made = markdown.render(source)
    thread.last_number += 1
    thread.active_at = clock.now()
    thread.save()
    return Post.objects.create(
        thread=thread, number=thread.last_number, author=author, source=source, html=made.html, text=made.text,
        text_language=languages.of(made.text), posted_at=clock.now(),
    )  # fmt: skip


def found(viewer: Person, text: str) -> list[int]:
    return [hit.row.number for hit in queries.search(viewer=viewer, query=parse(text)).hits]


def deliver() -> None:
    """Let the later subscribers hear what was told, as the server's sweeper does."""
    for fact in Fact.objects.filter(heard_at=None).order_by("pk"):
        facts.deliver(fact.pk)
        if not IS_SERVER:
            queries.backend().writer.hear_now(facts.HeardFact(fact.pk, fact.name, fact.ids, fact.told_at))


def post_thread(**options):
    """The one thread that comes of posting to one place."""
    return threads.post_thread(**options)[0]
