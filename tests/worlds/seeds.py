"""Chance and clock of a world: given by who acts, what they do and for which time, never by what happened before.

So the same public step draws the same ids and takes place at the same moment in both worlds, whatever was done in
private between.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from unittest import mock

import time_machine

from kit.prepared import Prepared

BEGINS = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


class Chance:
    """What ``secrets`` draws from while a world is played."""

    def __init__(self) -> None:
        self._ordinals: Counter[str] = Counter()
        self._thread = threading.get_ident()
        self._others = random.Random("others")
        self._source = random.Random("nobody")

    @property
    def _drawn(self) -> random.Random:
        """The source of the thread that plays; what others draw beside it (hubs, clients of Redis) is theirs."""
        return self._source if threading.get_ident() == self._thread else self._others

    def draw_for(self, actor: str, action: str) -> None:
        """Draw from now on what belongs to the next time that ``actor`` does ``action``."""
        name = f"{actor}|{action}"
        self._ordinals[name] += 1
        self._source = random.Random(f"{name}|{self._ordinals[name]}")

    def draw_again(self, actor: str, action: str) -> None:
        """Draw the same as at every time before: for two answers that are compared within one world."""
        self._source = random.Random(f"{actor}|{action}")

    def choice(self, letters: Sequence[Any]) -> Any:
        return self._drawn.choice(letters)

    def randbits(self, count: int) -> int:
        return self._drawn.getrandbits(count)

    def randbelow(self, limit: int) -> int:
        return self._drawn.randrange(limit)

    def token_bytes(self, count: int | None = None) -> bytes:
        return self._drawn.randbytes(32 if count is None else count)

    @contextlib.contextmanager
    def instead_of_secrets(self) -> Iterator[None]:
        """Let the module ``secrets``, from which all of the product and Django draws, draw from here.

        A query that is prepared once a process may draw while it is written (a default of a model): from elsewhere,
        for whoever comes first would draw differently from all after them.
        """
        names = ("choice", "randbits", "randbelow", "token_bytes")
        find = Prepared._of

        def find_aside(query: Prepared[Any], *shape: Any) -> Any:
            kept, self._source = self._source, random.Random("prepared")
            try:
                return find(query, *shape)
            finally:
                self._source = kept

        drawn = mock.patch.multiple(secrets, **{name: getattr(self, name) for name in names})
        with drawn, mock.patch.object(Prepared, "_of", find_aside):
            yield


class Clock:
    """A minute for each public step, a second for each private one, some for a look; between them it stands still."""

    def __init__(self) -> None:
        self._public = BEGINS
        self._seconds = 0
        self._traveller: Any = None

    @contextlib.contextmanager
    def instead_of_time(self) -> Iterator[None]:
        """Let everybody read this clock; intervals (``time.monotonic``) go on."""
        with time_machine.travel(BEGINS, tick=False) as self._traveller:
            yield

    def next_public(self) -> None:
        """The next minute."""
        self._go(dt.timedelta(minutes=1))

    def wait(self, on: dt.timedelta) -> None:
        """Some time later, for both."""
        self._go(on)

    def next_look(self) -> None:
        """Four seconds on: nobody who looks round is told that they search too often."""
        self._go(dt.timedelta(seconds=4))

    def next_private(self) -> None:
        """The next second of this minute. Raises when a minute is full: the next public step would come too late."""
        self._seconds += 1
        if self._seconds > 55:
            raise ValueError("More than 55 private steps between two public ones.")
        self._traveller.move_to(self._public + dt.timedelta(seconds=self._seconds))

    def back(self) -> None:
        """To the public minute: what was done in private is over."""
        self._traveller.move_to(self._public)

    def _go(self, on: dt.timedelta) -> None:
        self._public, self._seconds = self._public + on, 0
        self._traveller.move_to(self._public)
