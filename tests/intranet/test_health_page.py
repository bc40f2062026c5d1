"""An administrator sees database, Redis, processes, index and storage; a process that falls silent is missed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings

from intranet import health, nodes
from kit import clock
from kit.health import BAD, GOOD, LATE
from tests.intranet import server_profile, servers

server_only = pytest.mark.skipif(settings.IS_EMBEDDED, reason="processes report in Redis")


@pytest.fixture
def nobody_known(settings):
    """A corner of Redis of this test process: servers of other tests report in theirs."""
    number = 12 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    settings.REDIS_URL = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl()
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete(nodes.KEY)
    yield client
    client.delete(nodes.KEY)


def test_every_line_of_the_page_is_there(cast, client):
    client.force_login(cast.admin)
    page = client.get("/admin/health/").content.decode()
    names = ["Database", "Search index", "Storage"] + ([] if settings.IS_EMBEDDED else ["Redis", "Processes"])
    for name in names:
        assert f"<h3>{name}</h3>" in page


@server_only
def test_processes_that_run_are_counted_and_a_silent_one_is_named(nobody_known):
    assert health.processes_line().state == BAD
    for kind in (nodes.WEB, nodes.WORKER, nodes.CLOCK):
        reporter = nodes.Reporter(kind)
        reporter.name = f"one:{kind}"
        reporter.report()
    line = health.processes_line()
    assert (line.state, line.found) == (GOOD, "1 web node, 1 worker, 1 clock")
    long_ago = {"kind": "web", "machine": "two", "process": 7, "at": clock.now().timestamp() - nodes.MISSED - 1}
    nobody_known.hset(nodes.KEY, "two:7", json.dumps(long_ago))
    line = health.processes_line()
    assert line.state == LATE and "web two:7" in line.advice
    nobody_known.hset(nodes.KEY, "two:7", json.dumps(long_ago | {"at": clock.now().timestamp() - 2 * nodes.FORGOTTEN}))
    assert health.processes_line().state == GOOD
    assert nobody_known.hlen(nodes.KEY) == 3


@server_only
def test_a_process_says_that_it_runs_and_says_good_bye(nobody_known):
    reporter = nodes.Reporter(nodes.WORKER)
    reporter.report()
    assert [node.kind for node in nodes.known()] == [nodes.WORKER]
    reporter.stop()
    assert nodes.known() == []


@server_only
@pytest.mark.slow
def test_a_worker_and_a_clock_that_are_started_are_seen_and_those_stopped_are_gone(nobody_known, settings, tmp_path):
    with server_profile.new_database() as address:
        profile = server_profile.variables(address) | {"REDIS_URL": settings.REDIS_URL}
        environment = servers.environment(tmp_path, **profile)
        assert server_profile.manage(tmp_path, address, "migrate", "--verbosity", "0").returncode == 0
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "intranet", kind],
                cwd=servers.ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for kind in ("worker", "beat")
        ]  # fmt: skip
        try:
            until = time.monotonic() + 60
            while {node.kind for node in nodes.known()} != {nodes.WORKER, nodes.CLOCK}:
                assert time.monotonic() < until, nodes.known()
                time.sleep(0.2)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(timeout=30)
        assert [node for node in nodes.known() if node.kind == nodes.WORKER] == []


@server_only
def test_the_page_says_that_redis_is_away(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert health.redis_line().state == BAD
    assert health.processes_line().state == LATE
