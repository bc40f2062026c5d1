"""``make faults``: rounds of faults on a standing house; ``ARGS="--seed 7 --rounds 200"``.

The same seed draws the same faults. Run again with the same seed it goes on after the last round in the file of
results.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import random
import resource
import secrets
import shutil
import signal
import sys
import time
from collections import defaultdict

from tests.faults.rounds import disks, results, store
from tests.faults.rounds.checker import Breach, judge
from tests.faults.rounds.crowds import EACH
from tests.faults.rounds.embedded import EmbeddedHouse
from tests.faults.rounds.faults import BY_NAME, Fault, drawn, go_together, nothing, possible
from tests.faults.rounds.house import House
from tests.faults.rounds.ledger import Ledger
from tests.faults.rounds.one_round import Round
from tests.faults.rounds.people import People
from tests.long_runs import ROOT, commit, options, say

PAGE = ROOT / "docs" / "reliability.md"
#: rounds after which all background work gets its time and everything is compared once more
STRETCH = 25
#: seconds for it: a lease, back-off after faults that met the same fact, a busy machine
SETTLES_WITHIN = 180.0
WRITERS, LEAVERS = 24, 20
SECOND_TOO = 0.15


class Run:
    """The rounds of one seed in one house."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.seed = asked, asked.seed
        self.results = results.Results(asked.results)
        self.code = commit()
        self.stretch: defaultdict[People, list[Ledger]] = defaultdict(list)
        self.told: defaultdict[People, set[str]] = defaultdict(set)
        self.embedded: People | None = None
        self.broken = 0

    def play(self) -> int:
        """All rounds asked for that were not played yet; how many had a breach."""
        first = self.asked.first or self.results.played(self.seed) + 1
        last = max(self.asked.rounds, first) if self.asked.first else self.asked.rounds
        if first > last:
            say(f"The {last} rounds of seed {self.seed} were played already ({self.results.path}).")
            return 0
        say(f"Seed {self.seed}, rounds {first} to {last}; results in {self.results.path}. Starting the house…")
        # One node must be able to take all of a storm: the other may be the one that died.
        crowd = max(25, -(-self.asked.sockets // EACH))
        house = House(writers=WRITERS, leavers=LEAVERS, crowd=crowd, say=say)
        with contextlib.ExitStack() as open_houses:
            open_houses.enter_context(house)
            kinds = self._kinds(house)
            people = self._people_of(house, open_houses)
            for number in range(first, last + 1):
                draw = random.Random(f"{self.seed}-{number}")
                fault = kinds[(number - 1) % len(kinds)] if self.asked.each else drawn(draw, kinds)
                if fault.is_embedded and self.embedded is None:
                    small = EmbeddedHouse(writers=WRITERS, leavers=LEAVERS, crowd=25, say=say)
                    self.embedded = self._people_of(open_houses.enter_context(small), open_houses)
                second = drawn(draw, kinds) if draw.random() < SECOND_TOO and not self.asked.each else None
                if second is not None and not go_together(fault, second):
                    second = None
                here = self.embedded if fault.is_embedded and self.embedded else people
                self._one(Round(here.house, here, draw, fault, second, storm_size=self.asked.sockets), number)
                if number % STRETCH == 0 or number == last:
                    self._settle(people, number)
                    if self.embedded:
                        self._settle(self.embedded, number)
        return self.broken

    def _people_of(self, house: House, open_houses: contextlib.ExitStack) -> People:
        """Everybody of a house that has just been started, its pages warm."""
        people = People(house)
        open_houses.callback(people.end)
        self._warm_up(house, people)
        return people

    def _kinds(self, house: House) -> list[Fault]:
        kinds = possible(house, has_disks=disks.may_mount())
        if not disks.may_mount():
            say("Full disks are left out: only root may mount the small disks they need.")
        if not house.has_two_clocks:
            say("Clocks apart are left out: they need Debian's libfaketime.")
        if self.asked.only:
            kinds = [fault for fault in kinds if any(word in fault.name for word in self.asked.only.split(","))]
        left_out = [word for word in self.asked.without.split(",") if word]
        kinds = [fault for fault in kinds if not any(word in fault.name for word in left_out)]
        return kinds

    def _warm_up(self, house: House, people: People) -> None:
        """A round in which nothing breaks and that isn't counted: each node draws its first pages, which takes long."""
        whole = Fault(name="nothing", happens=nothing)
        breaches = Round(house, people, random.Random(self.seed), whole).play()
        if breaches:
            say(f"Before anything broke: {', '.join(map(str, breaches))}")

    def _one(self, one: Round, number: int) -> None:
        fault, house = one.fault, one.house
        began = time.monotonic()
        try:
            one.play()
        except Exception as error:
            why = f"{type(error).__name__} {error}"
            one.breaches.append(Breach("R3", f"the round could not be played to its end: {why}"))
        line = results.line_of(one, seed=self.seed, number=number, code=self.code, seconds=time.monotonic() - began)
        self.results.add(line)
        self.stretch[one.people].append(one.ledger)
        self.told[one.people] |= {press.word for press in one.ledger.presses if press.is_acknowledged}
        also = f" and {one.second.name}" if one.second else ""
        said = f"{line['acknowledged']} of {line['sent']} posts acknowledged, healed in {line['healed']:.1f} s"
        say(f"{number:>5}  {line['seconds']:>5.1f} s  {fault.name}{also}: {said}")
        for death in one.died:
            say(f"       died of it: {death}")
        self._tell(one.breaches, house, number)

    def _settle(self, people: People, number: int) -> None:
        """Let background work come to its end; then nothing may wait, and everybody was told of everything, once."""
        began = time.monotonic()
        while (left := store.waiting(people.line)) and time.monotonic() - began < SETTLES_WITHIN:
            time.sleep(0.5)
        took = time.monotonic() - began
        breaches = []
        for ledger in self.stretch[people]:
            for judged in (ledger.seen, ledger.not_healed, ledger.not_found, ledger.bad_answers, ledger.trespasses):
                judged.clear()
            ledger.lost.clear()
            breaches += judge(ledger, people.read(ledger.thread), is_settled=True) if ledger.thread else []
        there = store.words(people.line)
        lost = sorted(self.told[people] - set(there))
        breaches += [Breach("R1", f"{word} of an earlier round is lost") for word in lost]
        breaches += [Breach("R2", f"{word} is there {count} times") for word, count in there.items() if count > 1]
        self.results.add({"seed": self.seed, "round": number, "settled": round(took, 1), "waiting": left,
                          "breaches": [str(breach) for breach in breaches]})  # fmt: skip
        say(f"       every fact was heard {took:.0f} s later; {len(there):,} posts compared")
        self._tell(breaches, people.house, number)
        self.stretch[people].clear()
        people.let_leavers_back()

    def _tell(self, breaches: list[Breach], house: House, number: int) -> None:
        if not breaches:
            return
        self.broken += 1
        for breach in breaches:
            say(f"       BREACH {breach}")
        kept = self.results.path.parent / f"logs-{self.seed}-{number}"
        with contextlib.suppress(OSError):
            shutil.copytree(house.keeper.logs.folder, kept, dirs_exist_ok=True)
            say(f"       logs: {kept}")


def asked_for() -> argparse.Namespace:
    parser = options("faults", __doc__, PAGE, seed="faults", counted="rounds", count=50)
    parser.add_argument("--first", type=int, default=0, help="begin with this round, whatever was played before")
    parser.add_argument("--only", default="", help="kinds whose names contain one of these, separated by commas")
    parser.add_argument("--without", default="", help="leave out kinds whose names contain one of these")
    parser.add_argument("--each", action="store_true", help="every kind in turn instead of a draw")
    parser.add_argument("--sockets", type=int, default=1000, help="in a reconnect storm")
    parser.add_argument("--kinds", action="store_true", help="only name the kinds")
    return parser.parse_args()


def main() -> int:
    """0 when every promise was kept in every round."""
    asked = asked_for()
    if asked.kinds:
        say("\n".join(BY_NAME))
        return 0
    if asked.summary:
        text = results.summary(results.Results(asked.results).lines)
        results.write_into(PAGE, text)
        say(text)
        return 0
    if not asked.seed:
        asked.seed = secrets.randbelow(1_000_000) + 1
        sys.argv += ["--seed", str(asked.seed)]
    disks.come_apart()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for what in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(what, signal.default_int_handler)
    faulthandler.register(signal.SIGUSR1)  # where every thread is, for a round that hangs
    run = Run(asked)
    try:
        broken = run.play()
    except KeyboardInterrupt:
        say("Stopped; run it again with the same seed to go on.")
        return 130
    say("\n" + results.summary([line for line in run.results.lines if line["seed"] == asked.seed]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
