"""`make cluster`: the server profile on this machine, with the demo company in it, until Ctrl+C.

PORT=8080 takes that port for nginx (a free one otherwise), DEMO=no leaves the company empty.
"""

from __future__ import annotations

import os
import signal
import time
from types import FrameType

from cluster.topology import Cluster
from services import find_or_install
from setup import port_from_environment, prepare
from stop import run_or_say

LOOK_EVERY = 0.5


def say(sentence: str) -> None:
    print(sentence, flush=True)


def interrupted(*_: int | FrameType | None) -> None:
    """SIGTERM and a closed terminal end it as Ctrl+C does."""
    raise KeyboardInterrupt


def main() -> int:
    """Set up, start, say where, watch."""
    for what in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(what, interrupted)
    port = port_from_environment() if os.environ.get("PORT") else 0
    prepare(with_tests=False)
    find_or_install(with_browser=False, with_cluster=True, with_tools=False)
    has_demo = os.environ.get("DEMO", "").lower() not in ("no", "0", "off", "false")
    cluster = Cluster(port=port, say=say)

    def fill(_: object) -> None:
        say("Filling the demo company…")
        cluster.manage("load_demo", DATABASE_URL=cluster.env["DATABASE_DIRECT_URL"])

    cluster.fill = fill if has_demo else None
    say("Starting PostgreSQL with its standby, PgBouncer, Redis, two web nodes, two workers, a clock and nginx…")
    try:
        with cluster:
            for line in greeting(cluster):
                say(line)
            while True:
                cluster.keeper.look()
                time.sleep(LOOK_EVERY)
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0
    return 0


def greeting(cluster: Cluster) -> list[str]:
    """What a web node said when it was ready: the address, and who to sign in as. Then where the logs are."""
    said = cluster.keeper.logs.path("web-1").read_text(errors="replace").splitlines()
    first = next((number for number, line in enumerate(said) if line.startswith("Parvis is running")), len(said))
    return [*said[first:], f"Logs: {cluster.keeper.logs.folder} (all.log holds them all)."]


if __name__ == "__main__":
    run_or_say(main)
