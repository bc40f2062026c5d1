"""Two worlds side by side, each in a process of its own: both act, both are looked at, both go back to where they were.

A process that goes another way forks, with a copy of its ground: the branch starts with everything the process had
in its memory, and what was before the branch is there again when it ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import logging
import os
import pkgutil
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.core import mail

from tests.worlds import leaks, normalised
from tests.worlds.company import picture
from tests.worlds.leaks.planting import LEAKS, planted
from tests.worlds.machine.grounds import Ground, use_own_cache
from tests.worlds.outsiders import ADMINISTRATOR, OUTSIDERS
from tests.worlds.recording import Answer
from tests.worlds.secret import PRIVATE, Secret
from tests.worlds.world import NOBODY, Chapter, World, hear, playing

ID = "[0-9a-hj-km-np-tv-z]{26}"
Look = tuple[str, str, str]  # who, method, address
_MADE = re.compile(rf"#post-({ID})|/({ID})/")

for _module in pkgutil.iter_modules(leaks.__path__):  # each registers its leaks
    importlib.import_module(f"{leaks.__name__}.{_module.name}")


@dataclass(frozen=True)
class Upload:
    """A picture of this colour, in a form."""

    colour: str


@dataclass(frozen=True)
class Act:
    """A form that ``who`` sends; ``reads``: who opens which page then ({made}: of what it made) for which ids."""

    who: str
    address: str
    sent: dict[str, Any]
    is_private: bool = False
    reads: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it: ``made`` is the id of what it made or led to, ``read`` what stood on the page.

    ``status`` is 401 for whoever was sent to the door.
    """

    status: int
    made: str
    read: tuple[str, ...]
    answer: bytes

    @property
    def is_done(self) -> bool:
        return self.status in (200, 204, 302)


class _Player:
    """The far side of the pipe: one world."""

    def __init__(self, world: World, ground: Ground, pipe: Connection) -> None:
        self.world, self.ground, self.pipe = world, ground, pipe
        self.seen: list[Answer] = []
        self._posted = 0
        self._plants = contextlib.ExitStack()

    def serve(self) -> None:
        while True:
            word, *args = self.pipe.recv()
            try:
                answer = getattr(self, word)(*args)
            except Exception:
                answer = _Broken(traceback.format_exc())
            self.pipe.send(answer)

    # What it is asked -----------------------------------------------------------------------------------------------
    def known(self) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """Ids of things and of people, and how people are called."""
        people = self.world.people
        ids = {first: person.public_id for first, person in people.items()}
        return dict(self.world.things), ids, {first: person.display_name for first, person in people.items()}

    def act(self, act: Act) -> Outcome:
        made: list[Outcome] = []
        if act.is_private:
            self.world.play_privately(lambda world: made.append(self._act(act)))
        else:
            made.append(self._act(act))
        return made[0]

    def _act(self, act: Act) -> Outcome:
        world = self.world
        world._next()
        sent = {key: picture(value.colour) if isinstance(value, Upload) else value for key, value in act.sent.items()}
        answer = world.look(act.who, act.address, "post", sent)
        world.chance.draw_for(act.who, f"{world._mode} heard of {act.address}")
        hear()
        self.seen = [answer]
        to = next((line for line in answer.headers if line.startswith("Location: ")), "")
        status = 401 if "/account/login/" in to else answer.status
        found = _MADE.search(to) or re.search(f'"id": "({ID})"()'.encode(), answer.body)
        made = next((part for part in found.groups() if part), "") if found else ""
        made = made.decode() if isinstance(made, bytes) else made
        read: tuple[str, ...] = ()
        if act.reads and (made or "{made}" not in act.reads[1]):
            reader, page, pattern = (part.replace("{made}", made) for part in act.reads)
            read = tuple(re.findall(pattern, world.look(reader, page).body.decode()))
        return Outcome(status, made, read, _digest(answer))

    def looks(self, asked: Sequence[Look]) -> list[bytes]:
        """A digest of each answer; the answers themselves are kept until the next time."""
        self.seen = []
        for who, method, address in asked:
            self.world.clock.next_look()
            answer = self.world.look(who, address, method)
            if address in normalised.WHOLE_COMPANY and who == OUTSIDERS[ADMINISTRATOR]:
                answer = Answer(answer.status, (), b"")
            self.seen.append(answer)
        return [_digest(answer) for answer in self.seen]

    def mails(self, insiders: set[str]) -> list[bytes]:
        """A digest of each mail since the last time to anybody but ``insiders``."""
        new, self._posted = mail.outbox[self._posted :], len(mail.outbox)
        told = [sent for sent in new if not set(sent.to) & insiders]
        self.seen = [Answer(0, (), sent.message().as_bytes()) for sent in told]
        return [_digest(answer) for answer in self.seen]

    def worked(self) -> float:
        """Seconds of CPU that this process used since it began (its branch, while it is on one)."""
        return time.process_time()

    def whole(self, number: int) -> Answer:
        return self.seen[number]

    def begin(self, secret: Secret | None) -> None:
        """From here on the people of a hidden group have done what ``secret`` says; None: there is none."""
        # What the settling left to be heard is heard by both now, and not with somebody's first step in one of them.
        self.world.chance.draw_for(NOBODY, "heard of the settling")
        hear()
        self.world.private = secret
        if secret is not None:
            for chapter in PRIVATE:
                self.world.play_privately(chapter)
        self.world.clock.next_public()

    def plant(self, name: str) -> None:
        """Make a mistake from here to the end of the branch."""
        leak = next(leak for leak in LEAKS if leak.name == name)
        self._plants.enter_context(planted(leak.plant))

    def branch(self) -> str:
        """Go another way until ``turn_back``."""
        self.ground.leave()
        copy = self.ground.copied()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            self.ground = copy
            copy.stand()
            return "away"
        _pid, status = os.waitpid(child, 0)
        copy.clear()
        self.ground.stand()
        return "back" if status == 0 else _Broken(f"the process of a world died ({status})")

    def turn_back(self) -> None:
        """End the branch: the process that went this way is gone, and the one that waited answers in its place."""
        self.ground.leave()
        os._exit(0)


class _Broken(str):
    """What went wrong on the far side."""


def _digest(answer: Answer) -> bytes:
    return hashlib.blake2b(repr(answer).encode(), digest_size=16).digest()


class Pair:
    """The near side: what is asked of both worlds is done at the same time."""

    def __init__(self, pipes: list[Connection]) -> None:
        self._pipes = pipes

    def both(self, word: str, *args: Any) -> list[Any]:
        """Ask both worlds the same."""
        return self.each([(word, *args)] * 2)

    def each(self, asked: Sequence[tuple[Any, ...] | None]) -> list[Any]:
        """Ask each world its own question, at the same time; None: nothing."""
        for pipe, words in zip(self._pipes, asked, strict=True):
            if words is not None:
                pipe.send(words)
        answers = [pipe.recv() if words else None for pipe, words in zip(self._pipes, asked, strict=True)]
        for answer in answers:
            if isinstance(answer, _Broken):
                raise RuntimeError(answer)
        return answers

    @contextlib.contextmanager
    def branch(self) -> Iterator[None]:
        """What is done inside has never happened afterwards."""
        self.both("branch")
        try:
            yield
        finally:
            self.both("turn_back")


def _build(folder: Path, chapters: Sequence[Chapter], pipes: list[tuple[Connection, Connection]]) -> None:
    """The first world is built, and the second branches off: from there on they are two."""
    ground = Ground.first(folder)
    use_own_cache(10)
    ground.stand()
    with playing(World(), ground.folder) as world:
        world.play(chapters)
        ground.leave()
        copy = ground.copied()
        other = os.fork()
        if other == 0:
            use_own_cache(11)
            copy.stand()
            _Player(world, copy, pipes[1][1]).serve()
        pipes[1][1].close()
        ground.stand()
        builder = os.getpid()
        try:
            _Player(world, ground, pipes[0][1]).serve()
        finally:
            if os.getpid() == builder:  # and not one of its branches
                os.waitpid(other, 0)
                copy.clear()
                ground.leave()
                ground.clear()


@contextlib.contextmanager
def pair(chapters: Sequence[Chapter]) -> Iterator[Pair]:
    """Two worlds in which these have happened. On the way out their processes and grounds are gone."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="parvis-worlds-", dir=memory if os.access(memory, os.W_OK) else None))
    pipes = [Pipe(), Pipe()]
    sys.stdout.flush()
    builder = os.fork()
    if builder == 0:
        _live(folder, chapters, pipes)
    for _near, far in pipes:
        far.close()
    made = Pair([near for near, _far in pipes])
    try:
        made.both("known")
        yield made
    finally:
        for near, _far in pipes:
            near.close()
        os.waitpid(builder, 0)
        shutil.rmtree(folder, ignore_errors=True)


def _live(folder: Path, chapters: Sequence[Chapter], pipes: list[tuple[Connection, Connection]]) -> None:
    """The life of a process of the pair: to the end of the pipe, whatever happens."""
    code = 1
    try:
        os.setpgid(0, 0)  # Ctrl-C is for the near side
        logging.disable()  # thousands of addresses that are not there
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for near, _far in pipes:
            near.close()
        _build(folder, chapters, pipes)
    except (EOFError, OSError):  # the near side is gone
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
