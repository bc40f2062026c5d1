"""The list of all that people do: in public (both worlds), in private (one world only), or either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.worlds.machine.scene import INSIDERS, Scene
from tests.worlds.machine.steps import Draw, Nothing, Step

Makes = Callable[[Scene, Draw], Step]


@dataclass(frozen=True)
class Deed:
    """``make`` draws one step of it; raises Nothing where there is nothing to do it with."""

    name: str
    make: Makes
    is_private: bool

    def step(self, scene: Scene, choose: Callable[[Sequence[Any]], Any]) -> Step | None:
        """One step of it, by what ``choose`` takes of each list; None where there is nothing to do it with."""
        try:
            step = self.make(scene, Draw(choose, scene, inside=self.is_private))
        except Nothing:
            return None
        # In one world only: whoever acts there is inside.
        return step if step.who in INSIDERS or not self.is_private else None


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
