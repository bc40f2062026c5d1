"""One round: a thread is opened, people write and watch, something breaks and is mended, everything is compared."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.faults.rounds import doors
from tests.faults.rounds.checker import Breach, judge
from tests.faults.rounds.crowds import SlowReaders, Storm
from tests.faults.rounds.faults import CLOCK_OFF, NEEDS_CLOCKS, Fault
from tests.faults.rounds.house import House
from tests.faults.rounds.ledger import Ledger, Press, Seen
from tests.faults.rounds.people import People
from tests.faults.rounds.screens import Screen
from tests.faults.rounds.store import AWAY
from tests.faults.rounds.writing import Writing

#: seconds after a fault's end in which everything must be well; past it the round has a breach
WELL_WITHIN = 90.0
WRITERS = 4
LEAST_REPLIES, MOST_REPLIES = 2, 8
LARGE = 20_000
SLOW_READERS = 20


@dataclass
class Round:
    """What is drawn for one round, what happens in it, and what came of it."""

    house: House
    people: People
    draw: random.Random
    fault: Fault
    second: Fault | None = None
    storm_size: int = 1000
    ledger: Ledger = field(default_factory=Ledger)
    #: seconds from the fault's end until every press was answered, and until every screen was right (-1: never)
    answered: float = 0.0
    healed: float = -1.0
    lasted: float = 0.0
    storm_back: float = 0.0
    died: list[str] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    _removed_at: float = 0.0

    def play(self) -> list[Breach]:
        """Play it; the breaches, also kept in ``breaches``."""
        with contextlib.ExitStack() as beside:
            writing = Writing(self.ledger, front=self.people.front, nodes=self.people.nodes, space=self.people.space)
            writers = self.draw.sample(self.people.writers, WRITERS + 1)
            thread = writing.open_thread(writers.pop())
            self._show(thread)
            if "slow" in self.fault.beside:
                slow = SlowReaders(self.draw.sample(self.people.crowd, SLOW_READERS), self.people.front, thread)
                beside.callback(slow.end)
            storm = self._gather_storm(thread, beside) if "storm" in self.fault.beside else None
            leaver = self._leaver(thread, beside)
            # Daemons: whoever stops the run in the middle of a round waits for none of them.
            begin = partial(threading.Thread, daemon=True)
            threads = [begin(target=self._write, args=(writing, who, self.draw.random())) for who in writers]
            if "pictures" in self.fault.beside:
                threads.append(begin(target=self._send_pictures, args=(writing,)))
            if leaver is not None:
                threads.append(begin(target=self._remove, args=(leaver,)))
            for one in threads:
                one.start()
            ended = self._let_it_happen()
            writing.deadline = ended + WELL_WITHIN
            for one in threads:
                one.join()
            self.answered = time.monotonic() - ended
            self._wait_until_well(ended)
            if storm is not None:
                self._wait_for_storm(storm, ended)
            self._look_again(leaver)
        self.breaches += self._judged()
        return self.breaches

    # Before -----------------------------------------------------------------------------------------------------------

    def _show(self, thread: str) -> None:
        async def all_show() -> list[bool]:
            return await asyncio.gather(*(screen.show(thread) for screen in self.people.screens))

        until = time.monotonic() + WELL_WITHIN
        while not all(self.people.loop.run(all_show())):
            assert time.monotonic() < until, f"no page of the thread came: {[one.state for one in self.people.screens]}"
            time.sleep(0.3)

    def _gather_storm(self, thread: str, beside: contextlib.ExitStack) -> Storm:
        storm = Storm(self.people.crowd, self.people.front, thread, self.storm_size)
        run = self.people.loop.run
        run(storm.begin())
        beside.callback(lambda: run(storm.end()))
        if run(storm.wait_until(self.storm_size, version=1, within=180), within=200) < 0:
            self.ledger.not_healed.append(f"{storm.watching} of {self.storm_size} sockets opened in 180 s")
        return storm

    def _leaver(self, thread: str, beside: contextlib.ExitStack) -> Screen | None:
        """In every third round somebody is removed from the group while things break, with the thread open."""
        if not self.people.leavers or self.draw.random() > 0.33:
            return None
        screen = Screen(self.people.leavers.pop(), self.people.front)
        run = self.people.loop.run

        async def begin() -> None:
            screen.begin()
            await screen.show(thread)

        run(begin())
        beside.callback(lambda: run(screen.end()))
        return screen

    # Meanwhile --------------------------------------------------------------------------------------------------------

    def _write(self, writing: Writing, who: doors.Person, seed: float) -> None:
        draw, people = random.Random(seed), self.people
        size = LARGE if "large" in self.fault.beside else 0
        for number in range(MOST_REPLIES):
            # On until it is over: what is on its way at its end is what has to heal.
            if writing.deadline and number >= LEAST_REPLIES:
                return
            how = draw.random()
            through = people.nodes if how < 0.3 else [people.front]
            press = writing.reply(who, doors_used=through, size=size, gives_up=how > 0.93)
            if press.is_acknowledged and draw.random() < 0.2:
                writing.resend(press, who, draw.choice([people.front, *people.nodes]))
            time.sleep(draw.uniform(0.02, 0.3 + 0.1 * number))

    def _send_pictures(self, writing: Writing) -> None:
        who, taken = self.people.crowd[0], []
        for _ in range(3):
            taken.append(writing.send_picture(who))
            time.sleep(0.3)
        while not (address := writing.send_picture(who)):
            if writing.deadline and time.monotonic() > writing.deadline:
                self.ledger.not_healed.append(f"no picture was taken {WELL_WITHIN:.0f} s after there was room again")
                return
            time.sleep(0.3)
        for picture in filter(None, [*taken, address]):
            if self.people.front.ask(who, picture).status != 200:
                self.ledger.lost.append("a picture")

    def _remove(self, leaver: Screen) -> None:
        """The manager takes somebody out; what is sent after the yes must never reach them."""
        time.sleep(self.draw.uniform(0.1, 1.0))
        path = f"/groups/{self.people.space}/members/{self.people.ids[leaver.who.name]}/remove/"
        until, tries = time.monotonic() + WELL_WITHIN, 0
        while time.monotonic() < until:
            heard = self.people.front.ask(self.people.manager, path, form={}, htmx=False)
            tries += 1
            # Asked again after an answer that was lost: they are out already.
            if heard.kind == doors.SENT or (heard.status == 404 and tries > 1):
                self._removed_at = time.monotonic()
                return
            if heard.kind in (doors.BROKEN, doors.REFUSED):
                self.ledger.bad_answers.append((self.people.manager.name, f"{heard.said} to a removal"))
                return
            time.sleep(0.2)

    def _let_it_happen(self) -> float:
        """The fault, for as long as it lasts; the moment it was mended."""
        time.sleep(self.draw.uniform(0.1, 0.5))
        began = time.monotonic()
        self.house.broken.clear()
        # A node whose clock can be moved has to be started, which it can't be once its database is gone.
        faults = sorted(filter(None, (self.fault, self.second)), key=lambda fault: fault.name not in NEEDS_CLOCKS)
        self.ledger.clock_off = float(CLOCK_OFF) if any(fault.name in NEEDS_CLOCKS for fault in faults) else 0.0
        with contextlib.ExitStack() as all_of_it:
            try:
                for fault in faults:
                    all_of_it.enter_context(fault.happens(self.house, self.draw))
                time.sleep(self.draw.uniform(*self.fault.lasts))
                all_of_it.close()
                self.house.start_again(*self.house.broken)
            except (AssertionError, *AWAY) as error:
                self.ledger.not_healed.append(f"what was broken could not be started again: {error}")
        self.lasted = time.monotonic() - began
        return time.monotonic()

    # After ------------------------------------------------------------------------------------------------------------

    def _wait_until_well(self, ended: float) -> None:
        """Until every screen shows what the store has and every part works; parts that died of it are started again."""
        if self._wait(self._screens_are_right, ended, "a screen did not follow"):
            self.healed = time.monotonic() - ended
        else:
            self.ledger.not_healed += [screen.state for screen in self.people.viewers]
        for name, kept in self.house.keeper.kept.items():
            if kept.process.poll() is not None:
                self.died.append(f"{name}: {self.house.keeper.last_line(name)}")
                with contextlib.suppress(AssertionError):
                    self.house.start_again(name)
        self._wait(lambda: not self.house.is_well(), time.monotonic(), "a part did not work again")

    def _wait(self, is_so: Callable[[], Any], since: float, otherwise: str) -> bool:
        while not is_so():
            if time.monotonic() - since > WELL_WITHIN:
                self.ledger.not_healed.append(f"{otherwise} within {WELL_WITHIN:.0f} s of the fault's end")
                return False
            time.sleep(0.05)
        return True

    def _screens_are_right(self) -> bool:
        """Every viewer's screen is the thread as it stands, and has nothing left to ask."""
        try:
            stored = self.people.read(self.ledger.thread)
        except AWAY:
            return False
        wanted = [post.id for post in stored.posts]
        return all([post for post, _ in screen.shown] == wanted for screen in self.people.viewers)

    def _wait_for_storm(self, storm: Storm, ended: float) -> None:
        version = max(screen.version for screen in self.people.viewers)
        took = self.people.loop.run(storm.wait_until(self.storm_size, version=version, within=180), within=200)
        self.storm_back = round(time.monotonic() - ended, 1)
        if took < 0:
            self.ledger.not_healed.append(f"{storm.watching} of {self.storm_size} sockets were back after 180 s")

    def _look_again(self, leaver: Screen | None) -> None:
        """Reloads, search, and what those see who may see nothing."""
        people, run = self.people, self.people.loop.run
        for screen in people.viewers:
            page = run(screen.page())
            self.ledger.seen.append(Seen(screen.who.name, screen.shown, page if page is not None else []))
        told = [press for press in self.ledger.replies if press.is_acknowledged]
        press = self.draw.choice(told or [self.ledger.opening])
        self._wait_for_search(press)
        outsider = people.outsider
        if outsider.words - {""} or run(outsider.page()):
            self.ledger.trespasses.append(("outsider", "the thread of a group they are not in"))
        if self._finds(outsider.who, press):
            self.ledger.trespasses.append(("outsider", "a result of search"))
        if leaver is not None and self._removed_at:
            later = {press.word for press in self.ledger.presses if press.sent_at > self._removed_at}
            if later & leaver.words:
                self.ledger.trespasses.append(("leaver", f"{len(later & leaver.words)} posts sent after the removal"))
            if run(leaver.page()):
                self.ledger.trespasses.append(("leaver", "the thread after the removal"))

    def _wait_for_search(self, press: Press) -> None:
        until = time.monotonic() + 20
        while not self._finds(self.draw.choice(self.people.crowd), press):
            if time.monotonic() > until:
                self.ledger.not_found.append(press.word)
                return
            time.sleep(0.3)

    def _finds(self, who: doors.Person, press: Press) -> bool:
        """Whether search leads ``who`` to the post or its thread."""
        heard = self.people.front.ask(who, f"/search/?q={press.word}", htmx=False)
        places = {self.ledger.thread, *(answer.post for answer in press.answers if answer.post)}
        return heard.kind == doors.SENT and any(place in heard.text for place in places)

    def _judged(self) -> list[Breach]:
        return judge(self.ledger, self.people.read(self.ledger.thread))
