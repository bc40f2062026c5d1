"""What an hour of somebody's work costs a server, and from that how many people a core bears.

    python -m bench.mix --keep FOLDER [--seconds 60] [--connections 8]

In a company that ``bench.load`` made, two nodes and a worker run as on a server (without nginx and PgBouncer, which
take next to nothing). Two hundred people with a socket each do what people do at work, one action after the other over
so many connections at once; the CPU of every process, PostgreSQL's included, is divided by what was done. Nobody pauses
to think, so actions a second and p99 are those of a full machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import os
import random
import re
import secrets
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

import websockets

from bench.load import MADE, ROOT, company
from bench.pages import TOKEN, Site

sys.path.append(str(ROOT / "deploy"))

from services import free_port

PEOPLE, NODES = 200, 2
#: what one person does in a busy hour: a page every two minutes, and what stands on it
HOUR = {"feed": 6, "thread": 14, "wall": 3, "inbox": 2, "search": 2, "palette": 4, "reply": 2}
#: of all accounts, who is at work with Parvis in the busiest hour, and how much of its cores a server should use then
AT_WORK, FULL = 1 / 3, 0.5
SIZES = (100, 500, 2_000, 10_000, 25_000)
THREAD = re.compile(r'href="/threads/([\w-]+)/')
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Worker:
    """One of the people: their cookie, their group, and the threads they saw last."""

    cookie: str
    group: str
    own: list[str]
    seen: list[str] = field(default_factory=list)


def cast(made: dict) -> list[Worker]:
    """Two hundred employees who are in a group, signed in, with threads there that they may answer."""
    from groups.models import Membership, SpaceType
    from people.models import Person
    from walls.models import Thread

    types = (SpaceType.OPEN, SpaceType.CLOSED, SpaceType.HIDDEN)
    inside = Membership.objects.filter(space__type__in=types, person__is_employee=True).select_related("space")
    chosen: dict[int, Membership] = {}
    for one in inside.filter(space__threads__isnull=False).order_by("person_id", "pk").iterator():
        chosen.setdefault(one.person_id, one)
        if len(chosen) == PEOPLE:
            break
    people = Person.objects.in_bulk(list(chosen))
    found = []
    for pk, one in chosen.items():
        person = people[pk]
        threads = Thread.objects.readable_by(person).filter(space=one.space, closed_at=None)
        if own := list(threads.values_list("public_id", flat=True)[:20]):
            found.append(Worker(Site(None, person).cookie, one.space.public_id, own))
    return found


class Client(threading.Thread):
    """One connection: takes somebody, does one thing as them, takes the next."""

    def __init__(self, ports: list[int], people: list[Worker], words: list[str], until: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.lines = [HTTPConnection("127.0.0.1", port, timeout=60) for port in ports]
        self.people, self.words, self.until = people, words, until
        self.draw = random.Random(seed)
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.refused = 0

    def run(self) -> None:
        kinds, weights = list(HOUR), list(HOUR.values())
        while time.monotonic() < self.until:
            kind, who = self.draw.choices(kinds, weights)[0], self.draw.choice(self.people)
            began = time.monotonic()
            if getattr(self, f"_{kind}")(who):
                self.taken[kind].append((time.monotonic() - began) * 1000)
            else:
                self.refused += 1

    def _ask(self, who: Worker, path: str, **fields: str) -> str:
        line = self.draw.choice(self.lines)
        head = {"Cookie": who.cookie, "Accept-Encoding": "gzip"}
        if fields:
            head |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields}) if fields else None
        try:
            line.request("POST" if fields else "GET", path, body, head)
            answer = line.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            line.close()
            return ""
        if answer.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        return content.decode() or "empty" if answer.status < 300 else ""

    def _feed(self, who: Worker) -> bool:
        page = self._ask(who, "/")
        who.seen = list(dict.fromkeys(THREAD.findall(page))) or who.own
        return bool(page)

    def _thread(self, who: Worker) -> bool:
        return bool(self._ask(who, f"/threads/{self.draw.choice(who.seen or who.own)}/"))

    def _wall(self, who: Worker) -> bool:
        return bool(self._ask(who, f"/groups/{who.group}/"))

    def _inbox(self, who: Worker) -> bool:
        return bool(self._ask(who, "/inbox/"))

    def _search(self, who: Worker) -> bool:
        return bool(self._ask(who, f"/search/?q={quote(self.draw.choice(self.words))}"))

    def _palette(self, who: Worker) -> bool:
        return bool(self._ask(who, f"/search/suggest/?q={quote(self.draw.choice(self.words)[:4])}"))

    def _reply(self, who: Worker) -> bool:
        path = f"/threads/{self.draw.choice(who.own)}/reply/"
        text = " ".join(self.draw.choices(self.words, k=30))
        return bool(self._ask(who, path, body=text, submission_key=secrets.token_urlsafe(24)))


class Sockets(threading.Thread):
    """Everybody's socket, watching the threads of their group; what comes is read and forgotten."""

    def __init__(self, ports: list[int], people: list[Worker]) -> None:
        super().__init__(daemon=True)
        self.ports, self.people = ports, people
        self.heard = self.open = 0

    def run(self) -> None:
        asyncio.run(self._stay())

    async def _stay(self) -> None:
        await asyncio.gather(*(self._one(number, who) for number, who in enumerate(self.people)))

    async def _one(self, number: int, who: Worker) -> None:
        base = f"127.0.0.1:{self.ports[number % len(self.ports)]}"
        head = {"Origin": f"http://{base}", "Cookie": who.cookie}
        async with websockets.connect(f"ws://{base}/live/", additional_headers=head, compression=None) as line:
            streams = {f"thread:{thread}": 0 for thread in who.own[:3]}
            await line.send(json.dumps({"type": "watch", "streams": streams}))
            self.open += 1
            with contextlib.suppress(websockets.ConnectionClosed):  # the end of the run
                async for _ in line:
                    self.heard += 1


def cpu(pids: list[int]) -> float:
    """CPU seconds of these processes and of all they have started."""
    children: dict[int, list[int]] = defaultdict(list)
    spent: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        children[int(fields[1])].append(pid)
        spent[pid] = sum(map(int, fields[11:15])) / TICKS
    found = list(pids)
    for pid in found:
        found += children[pid]
    return sum(spent.get(pid, 0.0) for pid in found)


def started(*command: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *map(str, command)], cwd=ROOT, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)  # fmt: skip


def wait_for(ports: list[int]) -> None:
    until = time.monotonic() + 60
    for port in ports:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5)
                break
            except OSError:
                assert time.monotonic() < until, "a node did not start"
                time.sleep(0.2)


def run(made: dict, database: int, seconds: float, connections: int) -> Iterator[str]:
    from django.db import connections as lines

    from walls.models import Post

    people = cast(made)
    # What ``bench.scale`` adds holds no lot.
    texts = Post.objects.filter(text__contains=" Lot ").order_by("-pk").values_list("text", flat=True)[:300]
    words = sorted({word for text in texts for word in text.split() if word.isalpha() and len(word) > 3})
    lines.close_all()
    ports = [free_port() for _ in range(NODES)]
    nodes = [started("manage.py", "serve", "--port", port) for port in ports]
    worker = started("-m", "celery", "-A", "intranet", "worker", "--concurrency", 1)
    try:
        wait_for(ports)
        sockets = Sockets(ports, people)
        sockets.start()
        while sockets.open < len(people):
            time.sleep(0.1)
        _drive(ports, people, words, 10, connections)  # what a node learns in its first seconds

        def spent() -> dict[str, float]:
            return {
                "web nodes": cpu([node.pid for node in nodes]),
                "worker": cpu([worker.pid]),
                "PostgreSQL": cpu([database]),
            }

        before, heard, began = spent(), sockets.heard, time.monotonic()
        clients = _drive(ports, people, words, seconds, connections)
        time.sleep(3)  # what the worker has still to do
        after, took = spent(), time.monotonic() - began - 3
        yield from told(clients, {name: after[name] - before[name] for name in before}, took, sockets.heard - heard)
    finally:
        for process in (*nodes, worker):
            process.terminate()
            process.wait(30)


def _drive(ports: list[int], people: list[Worker], words: list[str], seconds: float, connections: int) -> list[Client]:
    until = time.monotonic() + seconds
    clients = [Client(ports, people, words, until, seed) for seed in range(connections)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return clients


def told(clients: list[Client], spent: dict[str, float], took: float, heard: int) -> Iterator[str]:
    """The figures, and the table from people to cores."""
    for kind in HOUR:
        taken = sorted(one for client in clients for one in client.taken[kind])
        if taken:
            tail = taken[int(len(taken) * 0.99)]
            yield f"{kind:12} {len(taken):6} asked  median {statistics.median(taken):6.0f} ms  p99 {tail:6.0f} ms"
    done = sum(len(taken) for client in clients for taken in client.taken.values())
    refused = sum(client.refused for client in clients)
    yield f"{done} actions in {took:.0f} s ({done / took:.1f} a second), {refused} refused"
    yield f"{heard} frames came to {PEOPLE} sockets"
    each = {name: seconds * 1000 / done for name, seconds in spent.items()}
    yield "CPU of an action: " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in each.items())
    hour = sum(HOUR.values()) * sum(each.values()) / 1000
    yield f"CPU of a busy hour of one person ({sum(HOUR.values())} actions): {hour:.2f} s"
    for accounts in SIZES:
        cores = accounts * AT_WORK * hour / 3600 / FULL
        yield f"{accounts:7,} accounts, {accounts * AT_WORK:6,.0f} at work in the busiest hour: {cores:5.1f} cores"


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.mix")
    options.add_argument("--keep", type=Path, required=True, metavar="FOLDER")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--connections", type=int, default=8)
    chosen = options.parse_args()
    if not (chosen.keep / MADE).exists():
        sys.exit(f"{chosen.keep} holds no company: python -m bench.load --keep {chosen.keep} makes one.")
    made = json.loads((chosen.keep / MADE).read_text())
    with company(chosen.keep) as services:
        for line in run(made, services.processes[0].pid, chosen.seconds, chosen.connections):
            print(line, flush=True)


if __name__ == "__main__":
    main()
