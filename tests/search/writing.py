"""Threads and posts with their true dates, for what search is tested on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection

from kit import clock, facts, languages, markdown
from kit.models import Fact
from people.models import Person
from search import queries
from search.engines.deadline import Deadline
from search.findables import findables
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


def keys_found(viewer: Person, text: str) -> set[int]:
    """What the index gives by itself."""
    one = findables()["walls.post"]
    return set(queries.backend().match(parse(text).clauses, one, one.gate(viewer), Deadline(5)).weights)


def in_another_connection(work: Callable[[], object]) -> None:
    """Let ``work`` be done beside what is done here, and wait for it."""
    failed = []

    def run() -> None:
        try:
            work()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert not failed
