"""Which processes of the company run: each says so every ten seconds in Redis, for the administrator's page only.

Nothing depends on it: an emptied Redis knows all of them again ten seconds later.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from dataclasses import dataclass
from typing import Any

import redis
from celery import signals

from kit import clock, redis_client, slots

log = logging.getLogger("parvis.nodes")

WEB, WORKER, CLOCK = "web", "worker", "clock"
KEY = "parvis.nodes"
#: seconds between two words of a process, after which it is missed, and after which it is forgotten
EVERY = 10.0
MISSED = 45.0
FORGOTTEN = 3600.0


@dataclass(frozen=True, slots=True)
class Node:
    """A process: what it does, where, and how long ago (seconds) it was last heard of."""

    kind: str
    machine: str
    process: int
    heard_ago: float

    @property
    def is_missed(self) -> bool:
        """Whether it should have been heard of by now."""
        return self.heard_ago > MISSED


def _client() -> redis.Redis:
    return redis_client.client(patience=1.5, decode_responses=True)


class Reporter:
    """Says that this process runs, from a thread of its own, until it is stopped."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.is_stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.thread.start()

    def stop(self) -> None:
        """Say good-bye, so that nobody misses this process."""
        self.is_stopping.set()
        try:
            _client().hdel(KEY, self.name)
        except redis.RedisError:
            log.info("nobody was told that this process ends")

    def report(self) -> None:
        """Say it once."""
        entry = {"kind": self.kind, "machine": socket.gethostname(), "process": os.getpid()}
        _client().hset(KEY, self.name, json.dumps(entry | {"at": clock.now().timestamp()}))

    def _work(self) -> None:
        while not self.is_stopping.is_set():
            try:
                self.report()
            except redis.RedisError as error:
                log.info("this process could not be reported: %s", type(error).__name__)
            self.is_stopping.wait(EVERY)


def known() -> list[Node]:
    """Every process that was heard of within the hour. Raises redis.RedisError."""
    client, now = _client(), clock.now().timestamp()
    nodes, old = [], []
    entries: dict[str, str] = client.hgetall(KEY)  # type: ignore[assignment]
    for name, text in sorted(entries.items()):
        entry = json.loads(text)
        ago = max(0.0, now - float(entry["at"]))
        if ago > FORGOTTEN:
            old.append(name)
        else:
            nodes.append(Node(str(entry["kind"]), str(entry["machine"]), int(entry["process"]), ago))
    if old:
        client.hdel(KEY, *old)
    return nodes


def report_each_process() -> None:
    """Let every process that serves, works or keeps time say so; commands say nothing."""
    reporters: dict[str, Reporter] = {}

    def begin(kind: str) -> None:
        reporters[kind] = Reporter(kind)
        reporters[kind].start()

    def end(**_: Any) -> None:
        for reporter in reporters.values():
            reporter.stop()

    def work(**_: Any) -> None:
        begin(WORKER)

    def keep_time(**_: Any) -> None:
        begin(CLOCK)

    slots.fill("server.started", "nodes", lambda loop: begin(WEB))
    slots.fill("server.stopping", "nodes", end)
    signals.worker_ready.connect(work, weak=False, dispatch_uid="parvis.nodes.worker")
    signals.worker_shutdown.connect(end, weak=False, dispatch_uid="parvis.nodes.worker-ends")
    signals.beat_init.connect(keep_time, weak=False, dispatch_uid="parvis.nodes.clock")
