"""Two web nodes through Redis: an event of one node to the sockets of both, against bare loops on both, in one run.

``python -m bench.nodes`` takes 1,000 sockets a node, ``python -m bench.nodes 200`` as many as it says. It prints the
milliseconds until the last client of both nodes has the frame (median of rounds), then takes half of the watchers of a
hidden group out of it on the first node, pushes there, and counts the frames that reach them on the second.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from bench.live import MAKE, ROOT, ROUNDS, SOCKETS_A_PERSON, Crowd, line, memory

sys.path.append(str(ROOT / "deploy"))

from services import Services, free_port

MUST = 6.0
SOCKETS = 1000


async def round_of(crowds: list[Crowd], kind: str) -> float:
    """Milliseconds until the last socket of both nodes has the frame: one push, or (bare) one loop a node."""
    for crowd in crowds:
        crowd.late.clear()
    pushing = crowds if kind == "bare" else crowds[:1]
    await asyncio.gather(*(crowd.ask(f"push/{kind}") for crowd in pushing))
    until = time.monotonic() + 30
    missing = sum(len(crowd.sockets) for crowd in crowds)
    while missing and time.monotonic() < until:
        await asyncio.sleep(0.005)
        missing = sum(len(crowd.sockets) - len(crowd.late) for crowd in crowds)
    assert not missing, f"{missing} clients got nothing"
    return max(late for crowd in crowds for late in crowd.late) * 1000


async def fan_out(bases: list[str], made: dict, count: int) -> str:
    figures = {}
    for kind in ("bare", "live"):
        crowds = [Crowd(base, made) for base in bases]
        for crowd in crowds:
            await crowd.open(kind, count)
        await asyncio.sleep(2)
        await round_of(crowds, kind)
        figures[kind] = statistics.median([await round_of(crowds, kind) for _ in range(ROUNDS)])
        for crowd in crowds:
            await crowd.close()
        await asyncio.sleep(1)
    return line(f"2 nodes x {count}, last client, ms", figures["live"], figures["bare"], MUST)


async def removal(bases: list[str], made: dict, count: int) -> str:
    """Half of the watchers on the second node are removed on the first."""
    first, second = (Crowd(base, made) for base in bases)
    await second.open("live", count, "group")
    await first.ask("push/group")
    await asyncio.sleep(2)
    before, half = len(set(second.reached)), count // 2
    await first.ask(f"remove/{half // SOCKETS_A_PERSON}")
    second.reached.clear()
    for _ in range(ROUNDS):
        await first.ask("push/group")
    await asyncio.sleep(2)
    late = sum(number < half for number in second.reached)
    stayed = len({number for number in second.reached if number >= half})
    await second.close()
    verdict = "ok" if (before, late, stayed) == (count, 0, count - half) else "MISSED"
    name = f"late on node 2, {half} of {count} removed"
    return f"{name:40} {late:8d}  told before {before}, told after {stayed}  must 0 {verdict}"


def wait_for(base: str) -> None:
    for _ in range(300):
        try:
            memory(base)
            return
        except OSError:
            time.sleep(0.1)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SOCKETS
    with Services() as services, tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "PARVIS_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "intranet.settings",
        }
        people = str(-(-count // SOCKETS_A_PERSON) + 1)
        made = json.loads(
            subprocess.run(
                [sys.executable, "-c", MAKE, people], cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True
            ).stdout
        )
        ports = [free_port(), free_port()]
        nodes = [
            subprocess.Popen([sys.executable, "-m", "bench.live_server", str(port)], cwd=ROOT, env=env)
            for port in ports
        ]
        bases = [f"127.0.0.1:{port}" for port in ports]
        try:
            for base in bases:
                wait_for(base)
            print(asyncio.run(fan_out(bases, made, count)))
            print(asyncio.run(removal(bases, made, min(count, 500))))
        finally:
            for node in nodes:
                node.terminate()
            for node in nodes:
                node.wait(10)


if __name__ == "__main__":
    main()
