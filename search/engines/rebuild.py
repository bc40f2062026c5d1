"""Rebuilding: a whole new index beside the one that is served, then swapped in. Runs in a process of its own."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from kit.models import Fact
from search.engines.store import Generation, Store, _write
from search.findables import findables

CHUNK = 500
STALE_SECONDS = 30
MARGIN = 1000
"""Facts may commit in another order than they were numbered (PostgreSQL): so many of the newest may have gaps."""

Progress = Callable[[int, int], None]


class Busy(Exception):
    """Another process rebuilds already."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a rebuild has come."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(root / "rebuild.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy from error
        yield


def rebuild(store: Store, progress: Progress = lambda done, total: None) -> int:
    """Index every findable row anew and serve the result; how many rows. Raises :class:`Busy`."""
    with _alone(store.root):
        known = findables()
        # Facts told from here on are heard by the writer once the new generation is served; so are those that
        # have a lower number and are not committed yet, which PostgreSQL allows.
        newest = Fact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        late = range(max(1, newest - MARGIN), newest + 1)
        missing = set(late) - set(Fact.objects.filter(pk__in=late).values_list("pk", flat=True))
        total = sum(one.documents().count() for one in known.values())
        done = 0
        generation = Generation.make(store.root, newest, known, built_after=newest, missing=missing)
        _tell(store, done, total)
        try:
            for label, one in known.items():
                with generation.part(label).writing(megabytes=128) as changes:
                    # By key, so that a long read never holds one transaction open.
                    last = None
                    while True:
                        rows = one.documents().order_by("pk")
                        part = list(rows.filter(pk__gt=last)[:CHUNK] if last is not None else rows[:CHUNK])
                        if not part:
                            break
                        for row in part:
                            changes.add(one.document(row))
                        last = part[-1].pk
                        done += len(part)
                        _tell(store, done, total)
                        progress(done, max(total, done))
            store.serve(generation)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(store.root / "rebuild.json")
        return done


def _tell(store: Store, done: int, total: int) -> None:
    _write(store.root / "rebuild.json", {"done": done, "total": total, "at": time.time()})


def state(store: Store) -> State | None:
    """How far the rebuild under way has come; None when none is."""
    try:
        told = json.loads((store.root / "rebuild.json").read_text())
    except (OSError, ValueError):
        return None
    if time.time() - told["at"] > STALE_SECONDS and not _is_held(store.root):
        return None
    return State(told["done"], told["total"])


def _is_held(root: Path) -> bool:
    try:
        with _alone(root):
            return False
    except Busy:
        return True


_child: list[subprocess.Popen] = []


def start_in_child(store: Store) -> bool:
    """Have another process rebuild, unless one does already; whether one was begun. Returns at once."""
    if _child and _child[0].poll() is None:
        return False
    if _is_held(store.root):
        return False
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "rebuild_index", "--quiet"]
    _tell(store, 0, 0)
    _child[:] = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)]  # noqa: S603
    return True
