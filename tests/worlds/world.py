"""One world: an empty company, the people in it, and what they do through their browsers."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import unquote

from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from haystack import connections as engines

from archive.models import LogEntry
from groups import services as groups
from groups.models import Space, SpaceType
from kit import facts, picture_workshop, pictures
from kit.models import Fact
from notifications import services as notifications
from people.models import Company, Person
from search import queries as search
from search.engines import whoosh_engine
from search.engines.deadline import Deadline
from tests.archive.conftest import unguarded
from tests.worlds.browsers import PASSWORD, Browser
from tests.worlds.recording import Answer
from tests.worlds.seeds import Chance, Clock

IS_SERVER = bool(settings.DATABASE_URL)
NOBODY = "anonymous"
Chapter = Callable[["World"], None]
_PUBLIC_ID = re.compile(r"/([0-9a-hj-km-np-tv-z]{26})/")


class World:
    """What happened in it is called by name: ``people`` by first name, ``things`` (public ids) by what they are.

    ``private`` is what the private script writes, None in the world where it is never played.
    """

    def __init__(self, *, private: Any = None) -> None:
        self.private = private
        self.chance, self.clock = Chance(), Clock()
        self.people: dict[str, Person] = {}
        self.browsers: dict[str, Browser] = {NOBODY: Browser()}
        self.things: dict[str, str] = {}
        self._mode = "public"
        self._tell: Callable[[str], None] = lambda step: None

    # Founding: the one time that services are called ----------------------------------------------------------------
    def found(self) -> None:
        """The company and its wall; people come with :meth:`hire`."""
        self.chance.draw_for(NOBODY, "found")
        Company.objects.update_or_create(pk=1, defaults={"name": "Corvanne"})
        groups.make_common_space(name="Corvanne")

    def hire(self, name: str, **fields: Any) -> None:
        """An account with a wall, signed in at the door."""
        first = name.split()[0].lower()
        self.chance.draw_for(first, "be hired")
        person = Person(email=f"{first}@example.test", display_name=name, **fields)
        person.set_password(PASSWORD)
        person.save()
        self.people[first], self.browsers[first] = person, Browser()
        groups.make_personal_space(person=person)
        self.chance.draw_for(first, "sign in")
        self.browsers[first].sign_in(person.email)

    # Playing --------------------------------------------------------------------------------------------------------
    def play(self, public: Iterable[Chapter], private: Iterable[Chapter] = ()) -> None:
        """Chapter by chapter: first what everybody may know, then, where there is a secret, what is done in private."""
        for open_chapter, hidden_chapter in zip_longest(public, private):
            if open_chapter:
                open_chapter(self)
            if hidden_chapter and self.private is not None:
                self.play_privately(hidden_chapter)

    def play_privately(self, chapter: Chapter) -> None:
        """A chapter on a clock and a chance of its own, which move nothing of what is public."""
        self._mode = "private"
        try:
            chapter(self)
        finally:
            self._mode = "public"
            self.clock.back()

    def _next(self) -> None:
        if self._mode == "private":
            self.clock.next_private()
        else:
            self.clock.next_public()

    # Doing ----------------------------------------------------------------------------------------------------------
    def act(self, who: str, address: str, sent: Any = None, *, called: str = "", expect: int = 0) -> Answer:
        """``who`` sends a form; what it made is ``called`` so, and everybody hears of it."""
        self._next()
        answer = self.look(who, address, "post", sent)
        is_right = answer.status == expect if expect else answer.status in (200, 204, 302)
        assert is_right, f"{who} POST {address}: {answer.status}\n{unquote(str(answer.headers))}\n{answer.body[:300]!r}"
        if called:
            self.things[called] = _made(answer)
        self.chance.draw_for(who, f"{self._mode} heard of {address}")
        hear()
        self._tell(f"{who}: {address}" if self._mode == "public" else "in private")
        return answer

    def be_mailed(self, wait: dt.timedelta) -> None:
        """Some time later the background plans and sends the mails that are due."""
        self.plan_mails(wait)
        self.hear()

    def plan_mails(self, wait: dt.timedelta) -> None:
        """Some time later they are planned; they go out with whatever is heard next."""
        self.clock.wait(wait)
        self.chance.draw_for(NOBODY, "plan mails")
        notifications.plan_mails()

    def hear(self) -> None:
        """Everybody hears of what was told."""
        self.chance.draw_for(NOBODY, "hear")
        hear()

    @contextlib.contextmanager
    def telling(self, tell: Callable[[str], None]) -> Iterator[None]:
        """Call ``tell`` after each step, with what was done; of a private one only that there was one."""
        before, self._tell = self._tell, tell
        try:
            yield
        finally:
            self._tell = before

    def look(self, who: str, address: str, method: str = "get", sent: Any = None, **headers: str) -> Answer:
        """What ``who`` is sent at this moment."""
        self.chance.draw_for(who, f"{self._mode} {method} {address}")
        return self.browsers[who].ask(method, address, sent, **headers)

    @property
    def company_wall(self) -> str:
        """The public id of the company's wall."""
        return Space.objects.get(type=SpaceType.COMMON).public_id

    def space_of(self, who: str) -> str:
        """The public id of a person's own wall."""
        return self.people[who].personal_space.public_id


def _made(answer: Answer) -> str:
    """The public id of what a form made: where it led, or what a script was told."""
    to = next((line for line in answer.headers if line.startswith("Location: ")), "")
    if answer.status == 302 and (found := _PUBLIC_ID.search(to)):
        return found[1]
    found = re.search(rb"([0-9a-hj-km-np-tv-z]{26})", answer.body)
    assert found, f"nothing was made: {to or answer.body[:300]!r}"
    return found[1].decode()


def hear() -> None:
    """Let the later subscribers hear everything told so far, as background work does at once."""
    while waiting := list(Fact.objects.filter(heard_at=None, dead_at=None).order_by("pk")):
        for fact in waiting:
            assert facts.deliver(fact.pk), f"{fact.name} was not heard"
            if not IS_SERVER:
                search.backend().writer.hear_now(facts.HeardFact(fact.pk, fact.name, fact.ids, fact.told_at))


def unhurried() -> contextlib.AbstractContextManager[Any]:
    """No search gives up: what it answers where it was too slow on this machine would differ by chance."""
    return mock.patch.multiple(Deadline, is_over=False, left=60.0)


@contextlib.contextmanager
def playing(world: World, folder: Path) -> Iterator[World]:
    """An empty database, index, cache, folder of files and mail box for ``world``, its clock and its chance."""
    empty()
    haystack = {**settings.HAYSTACK_CONNECTIONS["default"], "PATH": str(folder / "index")}
    own = override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        BLOB_FOLDER=folder / "blobs",
        HAYSTACK_CONNECTIONS={"default": haystack},
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        HAS_MAIL_SERVER=True,
        ALLOWED_HOSTS=["testserver", "localhost"],
    )
    mail.outbox = []
    # A page of results says how long the search took: here, no time at all.
    no_time = mock.patch.object(search, "time", SimpleNamespace(monotonic=float))
    no_hurry = unhurried()
    # In this process: a branch that forks has none beside it, and a world knows no other process than its database.
    here = mock.patch.object(pictures, "remake", picture_workshop.made_here)
    with own, no_time, no_hurry, here, world.clock.instead_of_time(), world.chance.instead_of_secrets():
        _use_index()
        search.backend().rebuild()
        if IS_SERVER:
            # It looks by the minute whether its tables are whole: whoever comes first would ask more than the others.
            search.backend()._believed_until = search.backend()._quiet_until = float("inf")
        try:
            _warm_up()
            yield world
        finally:
            if not IS_SERVER:
                search.backend().writer.stop()
                whoosh_engine._engines.pop(haystack["PATH"], None)
    _use_index()


@cache
def _warm_up() -> None:
    """Let this process do what it does once, at the first sign-in, before anything is compared."""
    warm = World()
    with warm.chance.instead_of_secrets():
        warm.found()
        warm.hire("Wanda Warm", is_administrator=True)
        warm.look("wanda", "/")
    empty()


def _use_index() -> None:
    engines.connections_info = settings.HAYSTACK_CONNECTIONS
    engines.reload("default")


def empty() -> None:
    """Nothing is left of whoever was here before."""
    # The log is only ever written on: somebody has to get past its triggers.
    with unguarded() if LogEntry.objects.exists() else contextlib.nullcontext():
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    if IS_SERVER:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE search_row, search_word RESTART IDENTITY")
            cursor.execute("UPDATE search_state SET built_version = 1, leased_until = NULL")
    for alias in ("default", "fragments"):
        caches[alias].clear()
