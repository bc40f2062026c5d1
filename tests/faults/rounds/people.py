"""The cast as the client sees it: who writes, whose screens stay open, and how the store is read."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.faults.rounds import store
from tests.faults.rounds.doors import Door, Person
from tests.faults.rounds.house import House
from tests.faults.rounds.ledger import Stored
from tests.faults.rounds.screens import Loop, Screen


class People:
    """Everybody of the house, with the screens that stay open over all rounds."""

    def __init__(self, house: House) -> None:
        made = house.made
        self.house, self.ids, self.space = house, made["people"], made["space"]
        self.front = Door(house.address)
        self.nodes = [Door(f"http://127.0.0.1:{port}") for port in house.node_ports.values()]
        self._all = {name: Person(name, f"{made['cookie']}={key}") for name, key in made["sessions"].items()}
        self.manager = self._all["manager0"]
        self.writers, self.crowd = self._some("writer"), self._some("crowd")
        self.leavers = self._some("leaver")
        self.loop = Loop()
        self.viewers = [Screen(person, self.front) for person in self._some("viewer")]
        self.outsider = Screen(self._all["outsider0"], self.front)
        self._line: Any = None
        self.loop.run(self._begin())

    @property
    def screens(self) -> list[Screen]:
        return [*self.viewers, self.outsider]

    def _some(self, kind: str) -> list[Person]:
        return [person for name, person in self._all.items() if name.rstrip("0123456789") == kind]

    async def _begin(self) -> None:
        for screen in self.screens:
            screen.begin()
        while any(screen._socket is None for screen in self.screens):
            await asyncio.sleep(0.05)

    def let_leavers_back(self) -> None:
        """Those who were removed are members again and may be removed once more."""
        if len(self.leavers) < len(self._some("leaver")):
            self.house.run_cast("back")
            self.leavers = self._some("leaver")

    def read(self, thread: str) -> Stored:
        """The thread in the store."""
        return store.read(self.line, thread)

    @property
    def line(self) -> Any:
        """A connection past the pooler that lives; one of ``store.AWAY`` when there is none to be had."""
        if self._line is not None:
            try:
                self._line.cursor().execute("SELECT 1")
                self._line.rollback()
            except store.AWAY:
                self._line.close()
                self._line = None
        if self._line is None:
            self._line = self.house.connect()
        return self._line

    def end(self) -> None:
        """Close the screens."""

        async def all_end() -> None:
            await asyncio.gather(*(screen.end() for screen in self.screens), return_exceptions=True)

        self.loop.run(all_end())
        self.loop.end()
        if self._line is not None:
            self._line.close()
