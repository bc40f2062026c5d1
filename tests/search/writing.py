"""Threads and posts with their true dates, for what search is tested on."""

from __future__ import annotations

from kit import clock, languages, markdown
from topics.models import Tag
from walls.models import Post, Status, Thread


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
