"""Lets somebody do something in the running company, from a process beside the server.

``python -m tests.journeys.doing VERB key=value…`` with ``PARVIS_DATA`` set; prints what came of it as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from groups import services as groups  # noqa: E402
from groups.models import Space  # noqa: E402
from kit import clock  # noqa: E402
from kit.models import Fact  # noqa: E402
from notifications import letters  # noqa: E402
from people.models import Person  # noqa: E402
from search import queries  # noqa: E402
from search.engines.postgres import state  # noqa: E402
from walls import services as walls  # noqa: E402
from walls.models import Post, Thread  # noqa: E402
from walls.services import posts, threads  # noqa: E402


def who(email: str) -> Person:
    return Person.objects.get(email=email)


def open_thread(*, by: str, space: str, title: str, text: str, kind: str = "discussion") -> dict:
    place = Space.objects.get(public_id=space)
    thread = threads.post_thread(author=who(by), spaces=place, title=title, source=text, kind=kind)[0]
    return {"thread": thread.public_id, "post": thread.posts.get(number=1).public_id}


def reply(*, by: str, thread: str, text: str) -> dict:
    post = posts.reply(author=who(by), thread=Thread.objects.get(public_id=thread), source=text)
    return {"post": post.public_id}


def edit(*, by: str, post: str, text: str) -> dict:
    row = Post.objects.get(public_id=post)
    posts.edit_post(editor=who(by), post=row, source=text, based_on_revision=row.revision)
    return {}


def delete(*, by: str, post: str) -> dict:
    posts.delete_post(by=who(by), post=Post.objects.get(public_id=post))
    return {}


def stop_address(*, by: str, kind: str) -> dict:
    return {"path": urlsplit(letters.stop_address(who(by), kind)).path}


def make_group(*, by: str, name: str, type: str) -> dict:
    space = groups.create_group(creator=who(by), name=name, type=type, has_guest_invitations=type != "hidden")
    return {"space": space.public_id}


def add(*, space: str, person: str) -> dict:
    groups.add_member(space=Space.objects.get(public_id=space), person=who(person))
    return {}


def reclassify(*, by: str, thread: str, label: str) -> dict:
    walls.reclassify(editor=who(by), thread=Thread.objects.get(public_id=thread), label=label)
    return {}


def remove(*, by: str, space: str, person: str) -> dict:
    groups.remove_member(manager=who(by), space=Space.objects.get(public_id=space), person=who(person))
    return {}


def administer(*, person: str) -> dict:
    """Make somebody administrator as if long ago: who becomes one now approves nothing for a week."""
    Person.objects.filter(email=person).update(is_administrator=True)
    return {}


def give_up(*, error: str) -> dict:
    """A fact of which nobody could be told, after the last attempt."""
    now = clock.now()
    Fact.objects.create(name="thread.posted", ids={}, attempts=9, last_error=error, dead_at=now, next_attempt_at=now)
    return {}


def cut_off_page(*, by: str, q: str) -> dict:
    """The search page for ``q`` as it is when a search may not work at all."""
    queries.SECONDS = queries.NEWEST_SECONDS = 0
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(who(by), backend=settings.AUTHENTICATION_BACKENDS[0])
    return {"page": client.get("/search/", {"q": q}).content.decode()}


def tell_rebuild(*, done: str, total: str) -> dict:
    """Show what whoever writes the words of search anew would show; each engine keeps it in its own place."""
    if settings.IS_EMBEDDED:
        told = {"done": int(done), "total": int(total), "at": time.time()}
        (Path(settings.INDEX_FOLDER) / "rebuild.json").write_text(json.dumps(told))
    else:
        state.LEASE_SECONDS = 600
        state.tell(int(done), int(total))
    return {}


def end_rebuild() -> dict:
    if settings.IS_EMBEDDED:
        (Path(settings.INDEX_FOLDER) / "rebuild.json").unlink(missing_ok=True)
    else:
        state.end(is_whole=True)
    return {}


if __name__ == "__main__":
    verb, *pairs = sys.argv[1:]
    json.dump(globals()[verb](**dict(pair.split("=", 1) for pair in pairs)), sys.stdout)
