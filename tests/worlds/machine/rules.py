"""The state machine of Hypothesis: every deed is a rule; it draws who does what, and leaves rules out at random.

Hypothesis switches a random set of rules off for each script (swarm testing). The same choices come to the same end
whenever they are made: where a script looks is drawn, too, and nothing depends on how many were played before it.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.worlds.machine import besides, gathering, talking  # noqa: F401 - each registers its deeds
from tests.worlds.machine.deeds import DEEDS, Deed
from tests.worlds.machine.pairs import Pair
from tests.worlds.machine.scripts import Form, Pace, Script, Unlike
from tests.worlds.machine.shorter import Chosen, Taken, shortened

#: hears of each script that was played: the script, and the difference it found or None
Hears = Callable[[Script, BaseException | None], None]


#: where a script may begin to look: so many, that few begin at the same place
TURNS = 99_991


class Enough(KeyboardInterrupt):
    """It is time to end: between two steps, with both worlds at the same point. Hypothesis lets it through."""


class Machine(RuleBasedStateMachine):
    """One script on a branch of the two worlds."""

    #: how many steps it takes; Hypothesis draws more, for some of what it draws there is nothing to do with yet
    limit: int

    def __init__(self, pair: Pair, form: Form, pace: Pace, plant: str) -> None:
        super().__init__()
        self.found: BaseException | None = None
        self.script: Script | None = None
        self.taken: list[Taken] = []
        self._pair, self._form, self._pace, self._plant = pair, form, pace, plant
        self._stack = contextlib.ExitStack()

    @initialize(turn=st.integers(0, TURNS))
    def begin(self, turn: int) -> None:
        """Where it first looks is drawn like everything else. Never at 0: the script in which nobody does anything.

        The first that Hypothesis plays is the simplest one: the same step again and again.
        """
        if not turn:
            return
        self._stack.enter_context(self._pair.branch())
        try:
            if self._plant:  # first: it empties caches, and what is drawn once is drawn before the first step
                self._pair.both("plant", self._plant)
            self.script = Script(self._pair, self._form, self._pace, turn)
        except BaseException:
            self._stack.close()
            raise

    def do(self, deed: Deed, data: Any) -> None:
        """Draw one step of this deed and take it."""
        if self.script is None or self.script.counted.steps >= self.limit:
            return
        if self.is_over():
            self.found = Enough()
            raise self.found

        choices: list[Chosen] = []

        def choose(among: Sequence[Any]) -> Any:
            number = data.draw(st.sampled_from(range(len(among)))) if len(among) > 1 else 0
            choices.append(Chosen.of(among, number))
            return among[number]

        step = deed.step(self.script.scene, choose)
        if not step:
            return
        self.taken.append(Taken(deed, tuple(choices)))
        try:
            self.script.take(step, inside=deed.is_private)
        except Exception as error:
            self.found = error
            raise

    def teardown(self) -> None:
        if self.script is None:
            return
        try:
            if self.found is None:
                self.script.end()
        except Exception as error:
            self.found = error
            raise
        finally:
            self.script.counted.worked = sum(self._pair.both("worked"))
            self._stack.close()
            self.heard(self.script)

    def heard(self, script: Script) -> None:
        """Overridden for each run: the script is over."""

    def is_over(self) -> bool:
        """Overridden for each run: whether no step is taken any more."""
        return False


def _rule_of(deed: Deed) -> Any:
    def method(self: Machine, data: Any) -> None:
        self.do(deed, data)

    method.__name__ = deed.name
    return rule(data=st.data())(method)


for _deed in DEEDS.values():
    setattr(Machine, _deed.name, _rule_of(_deed))


@contextlib.contextmanager
def begun(pair: Pair, form: Form) -> Iterator[None]:
    """Both worlds where the scripts of ``form`` begin."""
    with pair.branch():
        pair.each([("begin", secret) for secret in form.secrets])
        yield


def play(
    pair: Pair, form: Form, pace: Pace, *, number: int, scripts: int, steps: int, shrinks: bool, hears: Hears,
    plant: str = "", is_over: Callable[[], bool] = lambda: False,
) -> None:  # fmt: skip
    """So many scripts of so many steps, drawn from ``number``, in worlds where ``form`` has ``begun``.

    Raises Unlike with the shortest script that differs, and Enough when ``is_over`` says so.
    """
    found: list[tuple[Unlike, list[Taken]]] = []

    class Heard(Machine):
        limit = steps

        def __init__(self) -> None:
            super().__init__(pair, form, pace, plant)

        def heard(self, script: Script) -> None:
            if isinstance(self.found, Unlike):
                found.append((self.found, self.taken))
            hears(script, self.found)

        def is_over(self) -> bool:
            return is_over()

    wanted = settings(
        max_examples=scripts + 1,
        stateful_step_count=3 * steps,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(seed(number * 2**32 + zlib.crc32(form.name.encode()))(Heard), settings=wanted)
    except (Unlike, Flaky):
        if not (found and shrinks):
            raise
        raise shortened(pair, form, *found[0], plant=plant, is_over=is_over) from None
