"""One script as it is played: step by step in both worlds, compared after each step and at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.worlds.addresses import Known
from tests.worlds.company import PUBLIC
from tests.worlds.machine.pairs import ID, Look, Outcome, Pair
from tests.worlds.machine.scene import INSIDERS, Scene
from tests.worlds.machine.steps import Step, touched
from tests.worlds.outsiders import FORMER, OUTSIDERS, everything
from tests.worlds.recording import difference
from tests.worlds.secret import OTHER, Secret
from tests.worlds.world import Chapter, World


def hire_another(world: World) -> None:
    """A second administrator: nobody decides their own request for break-glass."""
    world.hire("Bruno Boss", is_administrator=True)


@dataclass(frozen=True)
class Form:
    """What two worlds differ in: ``secrets`` are played before the script, each in its own world.

    They look equal from then on, and each step of the script is a single one from states that look equal. ``is_both``:
    private steps are taken in both worlds, in other words.
    """

    name: str
    roles: dict[str, str]
    secrets: tuple[Secret | None, Secret | None]
    is_both: bool = False


FORMS = (
    Form("with and without", OUTSIDERS, (Secret(), None)),
    Form("after leaving", {**OUTSIDERS, **FORMER}, (Secret(), Secret())),
    Form("in other words", OUTSIDERS, (Secret(), OTHER), is_both=True),
    Form("from the beginning", OUTSIDERS, (None, None)),
)
COMPANY: tuple[Chapter, ...] = (*PUBLIC, hire_another)


@dataclass(frozen=True)
class Pace:
    """How much is looked at: of the touched addresses one in ``touched`` by each role, ``sample`` others by each role,
    at the end one address in ``end`` (0: none) by each role."""

    touched: int = 1
    sample: int = 2
    end: int = 1


class Unlike(AssertionError):
    """Two worlds can be told apart: where, by whom, and after which script; ``look``: what was asked, None for a form
    or a mail."""

    def __init__(self, where: str, who: str, how: str, script: Sequence[str], look: Look | None = None) -> None:
        self.where, self.who, self.how, self.script, self.look = where, who, how, tuple(script), look
        lines = "\n".join(f"  {number}. {sentence}" for number, sentence in enumerate(script, 1))
        super().__init__(f"{who} can tell two worlds apart at {where}\n    {how}\nafter\n{lines}")


@dataclass
class Counted:
    """What a script came to."""

    steps: int = 0
    private: int = 0
    refused: int = 0
    looks: int = 0
    worked: float = 0.0  # seconds of CPU


@dataclass
class Script:
    """Played on a branch of ``pair``, which has to be there. ``again``: it only looks where that was found."""

    pair: Pair
    form: Form
    pace: Pace
    turn: int = 0  # which part of everything is looked at first
    again: Unlike | None = None
    told: list[str] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)

    def __post_init__(self) -> None:
        (things, people, names), _same = self.pair.both("known")
        self.things = things
        self.scene = Scene.of(things, people, names, may_publish=self.form.is_both)
        mails = {f"{name}@example.test" for name in INSIDERS}
        self._insiders = mails if "former member" in self.form.roles else mails | {"lea@example.test"}
        self.pair.both("mails", self._insiders)
        everywhere = [(who, "get", "/") for who in names]
        self.pair.both("looks", everywhere)  # what was still to be said to them has been said

    # Steps ----------------------------------------------------------------------------------------------------------
    def take(self, step: Step, *, inside: bool) -> None:
        """Let it happen where it happens, and compare what it touched."""
        self.told.append(f"{step.says} (in private)" if inside else step.says)
        outcome = self._privately(step) if inside else self._publicly(step)
        self.counted.steps += 1
        self.counted.private += inside
        if outcome.is_done:
            if step.then:
                step.then(outcome)
        elif not step.reads:
            self.counted.refused += 1
        self.compare(self._after(step))
        self._compare_mails()

    def _privately(self, step: Step) -> Outcome:
        first = step.act(inside=True)
        second = step.act(inside=True, otherwise=True) if self.form.is_both else None
        outcome, _other = self.pair.each([("act", first), ("act", second) if second else None])
        return outcome

    def _publicly(self, step: Step) -> Outcome:
        one, other = self.pair.both("act", step.act(inside=False))
        where = f"POST {step.address}"
        if (one.status, one.made) != (other.status, other.made):
            self._fail(where, step.who, 0, also=f"{one.status} {one.made} and {other.status} {other.made}: ")
        if step.who in self.form.roles.values() and one.answer != other.answer:
            self._fail(where, step.who, 0)
        read = tuple(key for key in one.read if key in other.read)
        return Outcome(one.status, one.made, read, one.answer)

    # Looking --------------------------------------------------------------------------------------------------------
    def _after(self, step: Step) -> Iterable[Look]:
        """Of what was touched, and of everything, what each role is asked now."""
        if self.again:
            yield from self._where_it_was(self.again)
            return
        near, far = touched(step, self.scene), self._everything()
        for number, who in enumerate(self.form.roles.values()):
            for at, address in enumerate(near):
                if (at + number + self.turn) % self.pace.touched == 0:
                    yield who, "get", address
            for at in range(self.pace.sample):
                method, address = far[(self.turn * self.pace.sample + at + number * 53) % len(far)]
                yield who, method, address
        self.turn += 1

    def _where_it_was(self, found: Unlike) -> Iterable[Look]:
        """The address of ``found``, and those of the same form: in another script things have other keys."""
        if not found.look:
            return
        who, method, where = found.look
        there = [address for way, address in (*self._everything(), *self._made()) if way == method]
        for address in dict.fromkeys([where, *there]):
            if _form(address) == _form(where):
                yield who, method, address

    def _made(self) -> Iterator[tuple[str, str]]:
        """Every page of all that there is to know of."""
        made = [*self.scene.threads, *self.scene.places, *self.scene.posts, *self.scene.shown]
        step = Step("", "", "", things=made, text="porosity zirconium")
        return (("get", address) for address in touched(step, self.scene))

    def _everything(self) -> list[tuple[str, str]]:
        people = self.scene.people
        own = {**self.things, "person": people["hanna"], "member": people["hugo"], "tag": "porosity"}
        own = {name: key for name, key in own.items() if not name.startswith(("hidden", "namesake"))}
        hidden = {**self.scene.hidden(), "hidden tag": "zirconium", "member": people["hugo"]}
        return list(everything(Known(own, hidden)))

    def compare(self, looks: Iterable[Look]) -> None:
        """Both worlds answer the same, or it is said where they don't."""
        asked = list(looks)
        first, second = self.pair.both("looks", asked)
        self.counted.looks += len(asked)
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            if one != other:
                who, method, address = asked[number]
                self._fail(f"{method.upper()} {address}", who, number, look=asked[number])

    def _compare_mails(self) -> None:
        first, second = self.pair.both("mails", self._insiders)
        if first == second:
            return
        if len(first) != len(second):
            raise Unlike("the mail box", "somebody", f"{len(first)} and {len(second)} mails", self.told)
        number = next(at for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other)
        self._fail("the mail box", "somebody", number)

    def end(self) -> None:
        """Everything is compared, and every page of all that was made."""
        if not self.pace.end or self.again:
            return
        far = [*self._everything(), *self._made()]
        looks = [
            (who, method, address)
            for number, who in enumerate(self.form.roles.values())
            for at, (method, address) in enumerate(far)
            if (at + number + self.turn) % self.pace.end == 0
        ]
        for begin in range(0, len(looks), 50):
            self.compare(looks[begin : begin + 50])

    def _fail(self, where: str, who: str, number: int, also: str = "", look: Look | None = None) -> None:
        one, other = self.pair.both("whole", number)
        role = next((role for role, name in self.form.roles.items() if name == who), who)
        raise Unlike(where, role, also + difference(one, other), self.told, look)


def _form(address: str) -> str:
    """``address`` with every key in it left out."""
    return re.sub(ID, "…", address)
