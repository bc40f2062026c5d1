"""One step of somebody, in words and as a form; and where outsiders would see it if they could."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote_plus

from tests.worlds.machine.pairs import Act, Outcome
from tests.worlds.machine.scene import Invitation, Place, Post, Scene, Shown, Thread

#: what people write about, in private and in public: the same words. In pairs of words for two hidden groups.
WORDS = ("porosity", "casting", "mould", "gantry", "aluminium", "zirconium", "aurum", "beryllium", "takeover", "offer")
OTHERWISE = {"zirconium": "tungsten", "aurum": "argentum", "takeover": "closure", "offer": "refusal", "gantry": "crane"}

Chosen = TypeVar("Chosen")
Thing = Place | Thread | Post | Invitation | Shown


class Draw:
    """Chooses, as the machine draws; ``inside``: among hidden things. ``choose`` takes one of a list."""

    def __init__(self, choose: Callable[[Sequence[Any]], Any], scene: Scene, *, inside: bool) -> None:
        self.scene, self.inside, self._choose = scene, inside, choose

    def one(self, among: Sequence[Chosen]) -> Chosen:
        """One of them. Raises Nothing where there is none."""
        if not among:
            raise Nothing
        return self._choose(list(among))

    def thing(self, among: Sequence[Any], *, harmless: bool = False) -> Any:
        """A thing of this side; newest first, so that a script that is made shorter still has it."""
        fitting = [one for one in reversed(among) if one.is_inside == self.inside]
        if not harmless:
            fitting = [one for one in fitting if not getattr(getattr(one, "thread", one), "is_harmless", False)]
        return self.one(fitting)

    def words(self, count: int = 3) -> str:
        return " ".join(self.one(WORDS) for _ in range(count))


class Nothing(Exception):
    """There is nothing to do this with yet."""


@dataclass
class Step:
    """``says`` is the sentence, ``then`` notes what came of it, ``things`` and ``words`` are what it touched."""

    who: str
    says: str
    address: str
    sent: dict[str, Any] = field(default_factory=dict)
    then: Callable[[Outcome], None] | None = None
    reads: tuple[str, str, str] | None = None
    things: list[Thing] = field(default_factory=list)
    text: str = ""

    def act(self, *, inside: bool, otherwise: bool = False) -> Act:
        """What is sent; ``otherwise``: in the words of the other secret."""
        sent = {key: _otherwise(value) if otherwise else value for key, value in self.sent.items()}
        return Act(self.who, self.address, sent, inside, self.reads)


def _otherwise(value: Any) -> Any:
    if isinstance(value, str):
        for word, other in OTHERWISE.items():
            value = value.replace(word, other)
    return value


def touched(step: Step, scene: Scene) -> list[str]:
    """The addresses where it might show, those of the things themselves first."""
    found: list[str] = []
    for thing in step.things:
        found += _addresses(thing)
    used = [word for word in WORDS if word in step.text]
    for word in used[:2]:
        found += [f"/search/?q={word}", f"/tags/{word}/", f"/search/?q=tag:{word}", f"/search/suggest/?q={word[:5]}",
                  f"/search/?q={word[:-2] + word[-1]}", f"/compose/similar/?title={word}+{used[0]}"]  # fmt: skip
    if len(used) > 1:
        found.append(f"/search/?q={quote_plus(' OR '.join(used))}")
    found += ["/", "/inbox/", "/inbox/count/", "/groups/", "/?tab=all", "/topics/", "/people/", "/invitations/"]
    if person := scene.people.get(step.who):
        found += [f"/people/{person}/", f"/people/{person}/?tab=groups"]
    return list(dict.fromkeys(found))


def _addresses(thing: Thing) -> list[str]:
    key = thing.key
    if isinstance(thing, Place):
        if thing.type == "direct":
            return [f"/conversations/{key}/"]
        return [f"/groups/{key}/", f"/groups/?q={quote_plus(thing.name)}", f"/groups/{key}/members/",
                f"/compose/people/?q=&space={key}", f"/compose/audience/?spaces={key}"]  # fmt: skip
    if isinstance(thing, Thread):
        return [f"/threads/{key}/", f"/threads/{key}/similar/", f"/rows/?id={key}", f"/threads/{key}/changes/?since=0"]
    if isinstance(thing, Post):
        return [f"/posts/{key}/", f"/posts/{key}/history/", f"/threads/{thing.thread.key}/"]
    if isinstance(thing, Shown):
        shown = [f"/pictures/{key}/", f"/pictures/{key}/small/"]
        return shown if thing.kind == "picture" else [f"/threads/new/?draft={key}"]
    return []
