"""The list of all that people do: in public (both worlds), in private (one world only), or either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.worlds.machine.scene import Scene
from tests.worlds.machine.steps import Draw, Step

Makes = Callable[[Scene, Draw], Step]


@dataclass(frozen=True)
class Deed:
    """``make`` draws one step of it; raises Nothing where there is nothing to do it with."""

    name: str
    make: Makes
    is_private: bool


DEEDS: dict[str, Deed] = {}


def deed(*, public: bool = True, private: bool = True) -> Callable[[Makes], Makes]:
    """Register what a function draws as a public rule, a private one, or both."""

    def register(make: Makes) -> Makes:
        for wanted, word, is_private in ((public, "", False), (private, "_inside", True)):
            if wanted:
                name = f"{make.__name__}{word}"
                DEEDS[name] = Deed(name, make, is_private)
        return make

    return register
