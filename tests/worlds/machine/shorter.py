"""A script that tells two worlds apart, made shorter: step by step is left out whatever can be.

WHY: Hypothesis makes what it drew shorter choice by choice, in hundreds of attempts that take seconds each here. Of
steps there are few: the same script is short after some twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.worlds.machine.deeds import Deed
from tests.worlds.machine.pairs import Pair
from tests.worlds.machine.scene import Invitation, Place, Post, Shown, Thread
from tests.worlds.machine.scripts import Form, Pace, Script, Unlike


@dataclass(frozen=True)
class Chosen:
    """One choice: what it was called, and which of all that are called so."""

    name: Any
    number: int

    @classmethod
    def of(cls, among: Sequence[Any], number: int) -> Chosen:
        """The choice of ``among[number]``."""
        name = _name(among[number])
        return cls(name, [_name(one) for one in among[:number]].count(name))

    def again(self, among: Sequence[Any]) -> Any:
        """The same in another script, or what comes next to it."""
        same = [one for one in among if _name(one) == self.name] or among
        return same[min(self.number, len(same) - 1)]


def _name(thing: Any) -> Any:
    """What tells one thing from another, whatever happened before: keys do not."""
    if isinstance(thing, Place):
        return thing.name, thing.is_inside
    if isinstance(thing, Thread):
        return thing.title, thing.is_inside
    if isinstance(thing, Post):
        return thing.thread.title, thing.author, thing.is_inside
    if isinstance(thing, Invitation):
        return thing.place.name, thing.person
    if isinstance(thing, Shown):
        return thing.kind, thing.owner, thing.is_inside
    return thing if isinstance(thing, str | bool | tuple) else type(thing).__name__


@dataclass(frozen=True)
class Taken:
    """A step that was taken, and all that was chosen for it."""

    deed: Deed
    choices: tuple[Chosen, ...]

    def take(self, script: Script) -> None:
        """Take it in another script, if there is something to do it with."""
        left = list(self.choices)

        def choose(among: Sequence[Any]) -> Any:
            return left.pop(0).again(among) if left else among[0]

        if step := self.deed.step(script.scene, choose):
            script.take(step, inside=self.deed.is_private)


def shortened(
    pair: Pair, form: Form, found: Unlike, taken: Sequence[Taken], *, plant: str, is_over: Callable[[], bool]
) -> Unlike:
    """What ``found`` is after as few of the steps that were ``taken`` as tell the two worlds apart in the same place.

    It is itself where that is not seen again, or when ``is_over`` says so.
    """

    def played(steps: Sequence[Taken]) -> tuple[Unlike, Sequence[Taken]] | None:
        with pair.branch():
            if plant:
                pair.both("plant", plant)
            script = Script(pair, form, Pace(), again=found)
            for number, step in enumerate(steps, 1):
                try:
                    step.take(script)
                except Unlike as told:
                    return told, steps[:number]
        return None

    shortest = played(taken)
    size = len(taken)
    while shortest and size:
        at = 0
        while at < len(shortest[1]) and not is_over():
            fewer = [*shortest[1][:at], *shortest[1][at + size :]]
            if again := played(fewer):
                shortest = again
            else:
                at += size
        size //= 2
    return shortest[0] if shortest else found
