"""``make worlds``: random scripts in two worlds at once; ``ARGS="--seed 7 --steps 5000"``, ``ARGS="--leaks"``.

The same seed draws the same scripts. Run again with the same seed it goes on after the last batch in the file of
results. SIGTERM and Ctrl-C end it after the step that is being taken.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django

from tests.long_runs import ROOT, commit, options, say

if TYPE_CHECKING:
    from tests.worlds.leaks.planting import Leak
    from tests.worlds.machine.pairs import Pair
    from tests.worlds.machine.scripts import Form, Script

PAGE = ROOT / "docs" / "privacy.md"
#: scripts that are drawn together
SCRIPTS = 5


class Run:
    """What was asked for; ``is_over`` when it is time to end."""

    def __init__(self, asked: argparse.Namespace, pair: Pair) -> None:
        from tests.worlds.machine import results

        self.asked, self.seed, self.pair = asked, asked.seed, pair
        self.scripts, self.leaks = results.Scripts(asked.results), results.Leaks(asked.results)
        self.code = commit()
        self.is_stopped = False
        self.ends_at = time.monotonic() + asked.hours * 3600 if asked.hours else float("inf")

    def is_over(self) -> bool:
        return self.is_stopped or time.monotonic() > self.ends_at

    def stop(self, *_signal: object) -> None:
        self.is_stopped = True

    # Scripts ----------------------------------------------------------------------------------------------------------
    def play(self) -> int:
        """All steps asked for that were not taken yet; how many batches told two worlds apart."""
        from tests.worlds.machine import results, rules
        from tests.worlds.machine.scripts import FORMS, Pace

        batch, steps = self.scripts.played(self.seed)
        say(f"Seed {self.seed}: {steps:,} of {self.asked.steps:,} steps were taken; results in {self.scripts.path}.")
        forms = [form for form in FORMS if self.asked.form in form.name]
        told_apart = 0
        pace = Pace(self.asked.touched, self.asked.sample, self.asked.end)
        while steps < self.asked.steps and not self.is_over():
            batch += 1
            form = forms[batch % len(forms)]
            first: list[BaseException] = []

            def hears(script: Script, found: BaseException | None, batch: int = batch, first: Any = first) -> None:
                nonlocal steps
                if first or isinstance(found, KeyboardInterrupt):  # it is being made shorter
                    return
                line = results.line_of(script, found, seed=self.seed, batch=batch, code=self.code)
                self.scripts.add(line)
                steps += line["steps"]
                counted = f"{line['steps']} steps, {line['private']} in private, {2 * line['looks']} pages"
                say(f"{steps:>7,} steps  {line['worked']:>6.1f} s of CPU  {line['form']}: {counted}  {found or ''}")
                if found:
                    first.append(found)
                    say("Making that script shorter…")

            try:
                with rules.begun(self.pair, form):
                    rules.play(self.pair, form, pace, number=self._number(batch), scripts=SCRIPTS,
                               steps=self.asked.length, shrinks=not self.asked.unshortened, hears=hears,
                               is_over=self.is_over)  # fmt: skip
            except rules.Enough:
                break
            except Exception as error:
                told_apart += 1
                say(f"Batch {batch}: {error}\n")
        return told_apart

    def _number(self, batch: int) -> int:
        return self.seed * 100_000 + batch

    # Planted leaks ----------------------------------------------------------------------------------------------------
    def hunt(self) -> int:
        """Every planted leak in turn, that was not hunted with this seed; how many were not found."""
        from tests.worlds.machine import results, rules
        from tests.worlds.machine.pairs import LEAKS
        from tests.worlds.machine.scripts import FORMS

        hunted = {line["leak"] for line in self.leaks.lines if line["seed"] == self.seed}
        words = self.asked.only.split(",")
        left = [
            _Hunt(leak)
            for leak in LEAKS
            if leak.name not in hunted
            and any(word in leak.name for word in words)
            and not results.is_of_open_tabs(leak)
        ]
        say(f"Hunting {len(left)} planted leaks; results in {self.leaks.path}.")
        forms = [form for form in FORMS[:2] if self.asked.form in form.name]
        for form in forms:
            with rules.begun(self.pair, form), contextlib.suppress(rules.Enough):
                for hunt in list(left):
                    self._hunt_one(hunt, form, self.asked.limit // len(forms))
                    if hunt.found or (form is forms[-1] and not self.is_over()):
                        left.remove(hunt)
                        self._keep(hunt)
        return len(left) + sum(not line["found"] for line in self.leaks.lines if line["seed"] == self.seed)

    def _hunt_one(self, hunt: _Hunt, form: Form, limit: int) -> None:
        """So many steps at most, in scripts of one form. Raises Enough when it is time to end."""
        from tests.worlds.machine import rules
        from tests.worlds.machine.scripts import Pace, Unlike

        def hears(script: Script, told: BaseException | None) -> None:
            hunt.steps += script.counted.steps
            hunt.worked += script.counted.worked
            if isinstance(told, Unlike):
                hunt.found = told
                raise rules.Enough  # it need not be shown twice

        wanted = -(-limit // self.asked.length)
        pace = Pace(self.asked.touched, self.asked.sample, 0)
        try:
            rules.play(self.pair, form, pace, number=self.seed, scripts=wanted, steps=self.asked.length,
                       shrinks=False, hears=hears, plant=hunt.leak.name, is_over=self.is_over)  # fmt: skip
        except rules.Enough:
            if not hunt.found:
                raise

    def _keep(self, hunt: _Hunt) -> None:
        from tests.worlds.machine import results

        line = results.leak_line(hunt.leak, hunt.found, seed=self.seed, steps=hunt.steps, worked=hunt.worked,
                                 code=self.code)  # fmt: skip
        self.leaks.add(line)
        said = f"{'found' if hunt.found else 'NOT FOUND'} in {hunt.steps} steps, {hunt.worked:.0f} s of CPU"
        say(f"{said:>40}: {hunt.leak.name} {line['found'] and '(' + line['found'] + ')'}")


@dataclass
class _Hunt:
    """What was done to find one leak."""

    leak: Leak
    steps: int = 0
    worked: float = 0.0
    found: Exception | None = None


def asked_for() -> argparse.Namespace:
    parser = options("worlds", __doc__, PAGE, seed="scripts", counted="steps", count=500)
    parser.add_argument("--length", type=int, default=25, help="how many steps a script has")
    parser.add_argument("--hours", type=float, default=0, help="end after so long")
    parser.add_argument(
        "--form", default="", help="only the form whose name contains this: without, leaving, words or beginning"
    )
    parser.add_argument("--touched", type=int, default=2, help="each role asks one in so many of the touched addresses")
    parser.add_argument("--sample", type=int, default=2, help="and so many others, in turn")
    parser.add_argument("--end", type=int, default=7, help="at the end of a script: one in so many of all; 0: none")
    parser.add_argument("--unshortened", action="store_true", help="keep a script that differs as long as it is")
    parser.add_argument("--leaks", action="store_true", help="plant each leak and play until it is found")
    parser.add_argument("--only", default="", help="leaks whose names contain one of these, separated by commas")
    parser.add_argument("--limit", type=int, default=300, help="steps after which a leak is not found")
    return parser.parse_args()


def main() -> int:
    """0 when nobody could tell two worlds apart (with ``--leaks``: when every planted leak was found)."""
    asked = asked_for()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "intranet.settings")
    django.setup()
    from django.test import utils

    from tests.worlds.machine import pairs, results, scripts

    if asked.summary:
        text = results.summary(results.Scripts(asked.results).lines, results.Leaks(asked.results).lines)
        results.write_into(PAGE, text)
        say(text)
        return 0
    asked.seed = asked.seed or secrets.randbelow(1_000_000) + 1
    say(f"Seed {asked.seed}.")
    faulthandler.register(signal.SIGUSR1)  # where it is, for a script that hangs
    utils.setup_test_environment()
    databases = utils.setup_databases(verbosity=0, interactive=False)
    try:
        with pairs.pair(scripts.COMPANY) as pair:
            run = Run(asked, pair)
            for what in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(what, run.stop)
            left = run.hunt() if asked.leaks else run.play()
            if run.is_stopped:
                say(f"Stopped; run it again with --seed {asked.seed} to go on.")
                return 130
    finally:
        utils.teardown_databases(databases, verbosity=0)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
