"""What can happen to the house: each kind strikes, lasts for a moment, and is mended as an operator or systemd would.

A kind says which parts it broke (``house.broken``); the round starts those again, and is over with its fault when they
work. From then on the house has to heal by itself.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.rounds.house import House

Happens = Callable[[House, random.Random], contextlib.AbstractContextManager[None]]
KILL, STOP, GO = signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT
#: seconds by which the clock of the second node is moved, ahead or behind
CLOCK_OFF = 300


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind: its name, what it does as a context (struck inside, mended after), and how often it is drawn."""

    name: str
    happens: Happens
    #: seconds it lasts, at least and at most
    lasts: tuple[float, float] = (0.3, 1.5)
    weight: int = 4
    #: in the house of one process instead of the cluster
    is_embedded: bool = False
    #: what the round does beside posting replies: "pictures", "large", "storm", "slow"
    beside: tuple[str, ...] = field(default=())


def killed(*names: str, draw_one: bool = False) -> Happens:
    """kill -9 of these parts with all they started (or of one of them); started again at the end."""

    @contextmanager
    def happens(house: House, draw: random.Random) -> Iterator[None]:
        struck = [draw.choice(names)] if draw_one else list(names)
        for name in struck:
            house.signal_all(name, KILL)
        yield
        house.broken |= set(struck)

    return happens


def stopped(*names: str, draw_one: bool = False) -> Happens:
    """SIGSTOP of these parts with all they started, as a machine that hangs; SIGCONT at the end."""

    @contextmanager
    def happens(house: House, draw: random.Random) -> Iterator[None]:
        struck = [draw.choice(names)] if draw_one else list(names)
        for name in struck:
            house.signal_all(name, STOP)
        try:
            yield
        finally:
            for name in struck:
                house.signal_all(name, GO)

    return happens


@contextmanager
def worker_child_killed(house: House, draw: random.Random) -> Iterator[None]:
    """One process of a worker dies; the worker makes a new one by itself."""
    children = house.all_of(draw.choice(["worker-1", "worker-2"]))[1:]
    if children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(draw.choice(children), KILL)
    yield


@contextmanager
def postmaster_killed(house: House, draw: random.Random) -> Iterator[None]:
    """PostgreSQL's first process dies; the others notice. It recovers from its log when it is started again."""
    os.kill(house.pid("primary"), KILL)
    yield
    house.broken.add("primary")


def backends(house: House) -> list[int]:
    """The processes of PostgreSQL that serve somebody of ours."""
    with house.connect() as line, line.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'parvis' AND pid <> pg_backend_pid()")
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def backend_killed(house: House, draw: random.Random) -> Iterator[None]:
    """One of PostgreSQL's processes dies: it ends all others and recovers by itself."""
    if pids := backends(house):
        with contextlib.suppress(ProcessLookupError):
            os.kill(draw.choice(pids), KILL)
    yield
    house.broken.add("primary")


@contextmanager
def backend_stopped(house: House, draw: random.Random) -> Iterator[None]:
    """One of PostgreSQL's processes hangs, perhaps with a lock in its hand."""
    pids = backends(house)
    pid = draw.choice(pids) if pids else 0
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, STOP)
    try:
        yield
    finally:
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, GO)


def disk_full(name: str) -> Happens:
    """Not a byte fits on one of the small disks; what died of it is started again once there is room."""

    @contextmanager
    def happens(house: House, draw: random.Random) -> Iterator[None]:
        house.small[name].fill()
        try:
            yield
        finally:
            house.small[name].free()
        house.broken |= {"database": {"primary"}, "data": {"serve"}}.get(name, set())

    return happens


@contextmanager
def logs_full_and_a_worker_killed(house: House, draw: random.Random) -> Iterator[None]:
    """No log can be written, and a worker and a node have to start meanwhile."""
    house.small["logs"].fill()
    try:
        struck = draw.choice(["worker-1", "worker-2", "web-1"])
        house.signal_all(struck, KILL)
        yield
    finally:
        house.small["logs"].free()
    house.broken.add(struck)


@contextmanager
def clock_moved(house: House, draw: random.Random) -> Iterator[None]:
    """The second node's clock goes five minutes ahead or behind; at the end it is right again."""
    with house.clock_in_hand():
        house.move_clock(draw.choice([CLOCK_OFF, -CLOCK_OFF]))
        time.sleep(1.0)  # the node looks at its clock anew once a second
        yield


@contextmanager
def nothing(house: House, draw: random.Random) -> Iterator[None]:
    """Only what the round does beside."""
    yield


CLUSTER = (
    Fault(name="kill one web node", happens=killed("web-1", "web-2", draw_one=True)),
    Fault(name="kill both web nodes", happens=killed("web-1", "web-2"), weight=2),
    Fault(name="stop one web node", happens=stopped("web-1", "web-2", draw_one=True)),
    Fault(name="kill a worker", happens=killed("worker-1", "worker-2", draw_one=True)),
    Fault(name="kill both workers", happens=killed("worker-1", "worker-2"), weight=2),
    Fault(name="kill a process of a worker", happens=worker_child_killed),
    Fault(name="stop a worker", happens=stopped("worker-1", "worker-2", draw_one=True)),
    Fault(name="kill beat", happens=killed("beat"), weight=2),
    Fault(name="stop beat", happens=stopped("beat"), weight=2),
    Fault(name="kill PostgreSQL", happens=postmaster_killed, weight=6),
    Fault(name="kill one process of PostgreSQL", happens=backend_killed, weight=6),
    Fault(name="stop PostgreSQL", happens=stopped("primary"), weight=5),
    Fault(name="stop one process of PostgreSQL", happens=backend_stopped),
    Fault(name="kill Redis, restarted empty", happens=killed("redis"), weight=6),
    Fault(name="stop Redis", happens=stopped("redis"), weight=5),
    Fault(name="kill nginx", happens=killed("nginx")),
    Fault(name="stop nginx", happens=stopped("nginx")),
    Fault(name="kill PgBouncer", happens=killed("pgbouncer"), weight=6),
    Fault(name="stop PgBouncer", happens=stopped("pgbouncer"), weight=5),
    Fault(name="disk of the database full", happens=disk_full("database"), beside=("large",), lasts=(1.0, 2.0)),
    Fault(name="disk of the files full", happens=disk_full("files"), beside=("pictures",)),
    Fault(name="disk of the logs full", happens=disk_full("logs"), weight=2),
    Fault(name="disk of the logs full, and a process starts", happens=logs_full_and_a_worker_killed, weight=2),
    Fault(name="clocks five minutes apart", happens=clock_moved),
    Fault(name="slow readers", happens=nothing, beside=("slow", "large")),
    Fault(name="reconnect storm", happens=killed("nginx"), beside=("storm",), weight=2),
)
EMBEDDED = (
    Fault(name="embedded: kill the process", happens=killed("serve"), is_embedded=True, weight=2),
    Fault(name="embedded: stop the process", happens=stopped("serve"), is_embedded=True, weight=1),
    Fault(name="embedded: disk of the index full", happens=disk_full("index"), is_embedded=True, weight=3),
    Fault(name="embedded: disk of everything full", happens=disk_full("data"), is_embedded=True, weight=2),
)
ALL = (*CLUSTER, *EMBEDDED)
BY_NAME = {fault.name: fault for fault in ALL}
NEEDS_DISKS = {name for name in BY_NAME if "disk of" in name}
NEEDS_CLOCKS = {"clocks five minutes apart"}


def possible(house: House, *, has_disks: bool) -> list[Fault]:
    """The kinds that this machine lets happen."""
    return [
        fault
        for fault in ALL
        if (has_disks or fault.name not in NEEDS_DISKS) and (house.has_two_clocks or fault.name not in NEEDS_CLOCKS)
    ]


PARTS = ("web node", "worker", "beat", "PostgreSQL", "Redis", "nginx", "PgBouncer", "logs", "clocks")


def go_together(first: Fault, second: Fault) -> bool:
    """Whether two kinds may happen at once: other parts of the cluster, and nothing special beside."""
    if first.is_embedded or second.is_embedded or first.beside or second.beside:
        return False
    return not any(part in first.name and part in second.name for part in PARTS)


def drawn(draw: random.Random, kinds: list[Fault]) -> Fault:
    """One kind by its weight."""
    return draw.choices(kinds, weights=[fault.weight for fault in kinds])[0]
