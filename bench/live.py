"""Fan-out and memory of open sockets: the product's hub against a bare loop, in the same server, in the same run.

``python -m bench.live`` prints, for N = 500 and 2,000 sockets, milliseconds until the last client has the frame
(median of rounds), and KiB of server memory per open socket; then takes half of 500 watchers of a hidden group out of
it and counts the frames that reach them after the answer. The limits are those of docs/performance.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websockets

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 9
SOCKETS_A_PERSON = 10
MUST = {"fan-out": 4.0, "KiB per socket": 60.0}

MAKE = """
import json, sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from groups import services as groups
from people.models import Company, Person
Company.objects.get_or_create(pk=1)
common = groups.make_common_space(name="Bench")
keys, people = [], []
for number in range(int(sys.argv[1])):
    person = Person(email=f"p{number}@bench.test", display_name=f"Person {number}")
    person.set_unusable_password()
    person.save()
    people.append(person)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    keys.append(session.session_key)
group = groups.create_group(creator=people[-1], name="Hidden", type="hidden")
for person in people[:-1]:
    groups.add_member(space=group, person=person)
walls = {"group": f"wall:{group.public_id}", "wall": f"wall:{common.public_id}"}
print(json.dumps({"keys": keys, "cookie": settings.SESSION_COOKIE_NAME, **walls}))
"""


class Crowd:
    """N open sockets of one kind, and when each got the last frame."""

    def __init__(self, base: str, made: dict) -> None:
        self.base = base
        self.made = made
        self.late: list[float] = []
        self.reached: list[int] = []
        self.sockets: list = []
        self.tasks: list[asyncio.Task] = []

    async def open(self, kind: str, count: int, place: str = "wall") -> None:
        gate = asyncio.Semaphore(50)

        async def one(number: int):
            async with gate:
                headers = {"Origin": f"http://{self.base}"}
                key = self.made["keys"][number // SOCKETS_A_PERSON]
                headers["Cookie"] = f"{self.made['cookie']}={key}"
                connection = await websockets.connect(
                    f"ws://{self.base}/{kind}/", additional_headers=headers, compression=None, ping_interval=None,
                    open_timeout=60,
                )  # fmt: skip
                if kind == "live":
                    await connection.send(json.dumps({"type": "watch", "streams": {self.made[place]: 0}}))
                    await connection.recv()
                return connection

        self.sockets = await asyncio.gather(*(one(number) for number in range(count)))
        self.tasks = [asyncio.create_task(self._listen(*each)) for each in enumerate(self.sockets)]

    async def _listen(self, number: int, connection) -> None:
        async for text in connection:
            if '"sent"' in text:
                self.late.append(time.time() - json.loads(text)["sent"])
                self.reached.append(number)

    async def ask(self, what: str) -> None:
        """Let the server do ``what`` (push/live, remove) and wait for its answer."""
        await asyncio.to_thread(urllib.request.urlopen, f"http://{self.base}/{what}/", b"")

    async def round(self, kind: str) -> float:
        """Milliseconds until the last socket has the frame of one push."""
        self.late.clear()
        await self.ask(f"push/{kind}")
        until = time.monotonic() + 30
        while len(self.late) < len(self.sockets) and time.monotonic() < until:
            await asyncio.sleep(0.005)
        assert len(self.late) == len(self.sockets), f"{len(self.sockets) - len(self.late)} clients got nothing"
        return max(self.late) * 1000

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*(connection.close() for connection in self.sockets), return_exceptions=True)


def memory(base: str) -> int:
    """Resident bytes of the server."""
    return int(urllib.request.urlopen(f"http://{base}/memory/").read())


async def measure(base: str, made: dict, count: int) -> list[tuple[str, float, float, float]]:
    rows = []
    figures: dict[str, tuple[float, float]] = {}
    for kind in ("bare", "live"):
        crowd = Crowd(base, made)
        before = await asyncio.to_thread(memory, base)
        await crowd.open(kind, count)
        await asyncio.sleep(2)
        taken = (await asyncio.to_thread(memory, base) - before) / count / 1024
        await crowd.round(kind)
        times = [await crowd.round(kind) for _ in range(ROUNDS)]
        figures[kind] = (statistics.median(times), taken)
        await crowd.close()
        await asyncio.sleep(1)
    rows.append((f"fan-out to {count}, last client, ms", figures["live"][0], figures["bare"][0], MUST["fan-out"]))
    rows.append((f"KiB per socket at {count}", figures["live"][1], figures["bare"][1], 0))
    return rows


async def removal(base: str, made: dict, count: int) -> str:
    """Frames that reach people of the first half of ``count`` sockets after they were taken out of the group."""
    crowd = Crowd(base, made)
    await crowd.open("live", count, "group")
    await crowd.ask("push/group")
    await asyncio.sleep(2)
    before, half = len(set(crowd.reached)), count // 2
    await crowd.ask(f"remove/{half // SOCKETS_A_PERSON}")
    crowd.reached.clear()
    for _ in range(ROUNDS):
        await crowd.ask("push/group")
    await asyncio.sleep(2)
    late = sum(number < half for number in crowd.reached)
    stayed = len({number for number in crowd.reached if number >= half})
    await crowd.close()
    verdict = "ok" if (before, late, stayed) == (count, 0, count - half) else "MISSED"
    name = f"late deliveries, {half} of {count} removed"
    return f"{name:40} {late:8d}  told before {before}, told after {stayed}  must 0 {verdict}"


def line(name: str, product: float, bare: float, ratio_must: float) -> str:
    """One line of the table: product, bare twin, and whether the limit was kept."""
    figures = f"{name:40} {product:8.1f}  bare {bare:8.1f}"
    if ratio_must:
        verdict = "ok" if product <= ratio_must * bare else "MISSED"
        return f"{figures}  ratio {product / bare:5.2f}  must {ratio_must} {verdict}"
    verdict = "ok" if product <= MUST["KiB per socket"] else "MISSED"
    return f"{figures}  must {MUST['KiB per socket']} {verdict}"


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PARVIS_DATA": folder, "DJANGO_SETTINGS_MODULE": "intranet.settings"}
        people = str(2000 // SOCKETS_A_PERSON)
        made = subprocess.run([sys.executable, "-c", MAKE, people], cwd=ROOT, env=env, capture_output=True, check=True)
        server = subprocess.Popen([sys.executable, "-m", "bench.live_server", str(port)], cwd=ROOT, env=env)
        base = f"127.0.0.1:{port}"
        try:
            for _ in range(200):
                try:
                    memory(base)
                    break
                except OSError:
                    time.sleep(0.1)
            for count in (500, 2000):
                for row in asyncio.run(measure(base, json.loads(made.stdout), count)):
                    print(line(*row))
            print(asyncio.run(removal(base, json.loads(made.stdout), 500)))
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main()
