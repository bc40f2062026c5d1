"""What a planted leak is, and how it is played in a world."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import mock

from django.core.cache import caches

from kit.prepared import Prepared
from tests.worlds.addresses import Known
from tests.worlds.recording import Answer
from tests.worlds.world import World

Script = Callable[[World, Known], list[Answer]]
#: a context manager that makes the mistake
Plant = Callable[[], contextlib.AbstractContextManager[Any]]


@dataclass(frozen=True)
class Leak:
    """One mistake. ``shows`` is the script that finds it: same answers in both worlds without, other ones with it."""

    name: str
    door: str
    plant: Plant
    shows: Script
    stays: bool = False  # what its script writes is there afterwards: it is played last


LEAKS: list[Leak] = []


def leak(door: str, shows: Script, *, stays: bool = False) -> Callable[[Plant], Plant]:
    """Register the mistake made by the decorated context manager under its docstring's first line."""

    def register(plant: Plant) -> Plant:
        LEAKS.append(Leak(plant.__name__.replace("_", " "), door, plant, shows, stays))
        return plant

    return register


def look(*asked: str, who: str = "emil", method: str = "get") -> Script:
    """A script that only looks: addresses with {keys} of hidden things, see :data:`KEYS`."""

    def script(world: World, known: Known) -> list[Answer]:
        world.clock.next_look()
        return [world.look(who, address.format(**keys(known)), method) for address in asked]

    return script


def keys(known: Known) -> dict[str, str]:
    """What stands in braces in a script: ``{hidden_thread}``, ``{question}``, ``{person}`` …"""
    return {name.replace(" ", "_"): key for name, key in {**known.own, **known.hidden}.items()}


@cache
def _all_prepared() -> list[Prepared[Any]]:
    """Every prepared query of the product: they stand in modules. Not ``isinstance``: that wakes lazy objects."""
    return [one for one in gc.get_objects() if type(one) is Prepared]


@dataclass
class Shelf:
    """Prepared queries that are compiled while a mistake is made are thrown away with it, and those of before."""

    _kept: list[tuple[Prepared[Any], dict[Any, Any]]] = field(default_factory=list)

    def clear(self) -> None:
        for one in _all_prepared():
            self._kept.append((one, one._ready))
            one._ready = {}

    def put_back(self) -> None:
        for one, ready in self._kept:
            one._ready = ready


@contextlib.contextmanager
def planted(made: Plant | None) -> Iterator[None]:
    """The product with the mistake, its caches and prepared queries its own; None: as it is, with as cold ones."""
    shelf = Shelf()
    for alias in ("default", "fragments"):
        caches[alias].clear()
    if made is None:
        yield
        return
    shelf.clear()
    try:
        with made():
            yield
    finally:
        shelf.put_back()
        for alias in ("default", "fragments"):
            caches[alias].clear()


def instead(owner: Any, name: str, make: Callable[[Any], Any]) -> contextlib.AbstractContextManager[Any]:
    """``owner.name`` replaced by what ``make`` makes of the real one."""
    return mock.patch.object(owner, name, make(getattr(owner, name)))


def rendered(owner: Any, change: Callable[[Any, Any], None]) -> contextlib.AbstractContextManager[Any]:
    """``owner.render`` whose every answer is given to ``change`` with its request before it goes out."""

    def make(real: Any) -> Any:
        def render(request: Any, *args: Any, **more: Any) -> Any:
            answer = real(request, *args, **more)
            change(answer, request)
            return answer

        return render

    return instead(owner, "render", make)
