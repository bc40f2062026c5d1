"""The state machine of Hypothesis: every deed is a rule; it draws who does what, and leaves rules out at random.

Hypothesis switches a random set of rules off for each script (swarm testing), and makes a script that fails shorter.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.worlds.machine import besides, gathering, talking  # noqa: F401 - each registers its deeds
from tests.worlds.machine.deeds import DEEDS, Deed
from tests.worlds.machine.pairs import Pair
from tests.worlds.machine.scene import INSIDERS
from tests.worlds.machine.scripts import Form, Pace, Script
from tests.worlds.machine.steps import Draw, Nothing

#: hears of each script that was played: the script, and the difference it found or None
Hears = Callable[[Script, BaseException | None], None]


class Enough(KeyboardInterrupt):
    """It is time to end: between two steps, with both worlds at the same point. Hypothesis lets it through."""


class Machine(RuleBasedStateMachine):
    """One script on a branch of the two worlds."""

    found: BaseException | None
    #: how many steps it takes; Hypothesis draws more, for some of what it draws there is nothing to do with yet
    limit: int

    def __init__(self, pair: Pair, form: Form, pace: Pace, *, plant: str = "", turn: int = 0, is_idle: bool) -> None:
        super().__init__()
        self.found = None
        self.is_idle = is_idle
        self._stack = contextlib.ExitStack()
        if is_idle:
            return
        self._pair = pair
        self._stack.enter_context(pair.branch())
        try:
            self.script = Script(pair, form, pace, turn)
            if plant:
                pair.both("plant", plant)
        except BaseException:
            self._stack.close()
            raise

    def do(self, deed: Deed, data: Any) -> None:
        """Draw one step of this deed and take it."""
        if self.is_idle or self.script.counted.steps >= self.limit:
            return
        if self.is_over():
            self.found = Enough()
            raise self.found

        def choose(among: Any) -> Any:
            return data.draw(st.sampled_from(among))

        try:
            step = deed.make(self.script.scene, Draw(choose, self.script.scene, inside=deed.is_private))
        except Nothing:
            return
        if deed.is_private and step.who not in INSIDERS:
            return  # in one world only: whoever acts there is inside
        try:
            self.script.take(step, inside=deed.is_private)
        except Exception as error:
            self.found = error
            raise

    def teardown(self) -> None:
        if self.is_idle:
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
            self.heard()

    def heard(self) -> None:
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
    played = 0
    number_of_form = zlib.crc32(form.name.encode())

    class Heard(Machine):
        limit = steps

        def __init__(self) -> None:
            nonlocal played
            played += 1
            # The first that Hypothesis plays is the simplest: the same step again and again.
            super().__init__(pair, form, pace, plant=plant, turn=number * 7 + played * 31, is_idle=played == 1)

        def heard(self) -> None:
            hears(self.script, self.found)

        def is_over(self) -> bool:
            return is_over()

    wanted = settings(
        max_examples=scripts + 1,
        stateful_step_count=3 * steps,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    run_state_machine_as_test(seed(number * 2**32 + number_of_form)(Heard), settings=wanted)
