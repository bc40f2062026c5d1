"""Machines ask whether a process lives, can work, and what it counts; nobody learns a name by it."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

import psycopg2
import pytest
from django.conf import settings

from tests.intranet import server_profile, servers

embedded_only = pytest.mark.skipif(not settings.IS_EMBEDDED, reason="an embedded server")
server_only = pytest.mark.skipif(settings.IS_EMBEDDED, reason="a server with PostgreSQL and Redis")
TOKEN = "a-token-of-more-than-20-characters"


def ask(address, path, **headers):
    """Status, text and headers of an answer."""
    request = urllib.request.Request(f"{address}{path}", headers={n.replace("_", "-"): v for n, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode(), dict(response.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = servers.start(tmp_path_factory.mktemp("probed"), PARVIS_METRICS_TOKEN=TOKEN)
    yield running
    running.stop()


@embedded_only
def test_a_process_that_lives_and_can_work_says_so_to_anybody_under_any_host_name(server):
    assert ask(server.address, "/health/live", Host="10.1.2.3")[:2] == (200, "alive\n")
    status, text, headers = ask(server.address, "/health/ready", Host="10.1.2.3")
    assert (status, json.loads(text)) == (200, {"ready": True})
    assert headers["cache-control"] == "no-store, private"


@embedded_only
def test_a_database_without_its_migrations_is_not_ready_but_alive(server):
    with sqlite3.connect(server.folder / "db.sqlite3", timeout=20) as connection:
        connection.execute("UPDATE django_migrations SET name = '_' || name WHERE app = 'kit'")
    time.sleep(1.1)
    status, text, _ = ask(server.address, "/health/ready")
    assert (status, json.loads(text)) == (503, {"ready": False, "away": ["migrations"]})
    status, text, _ = ask(server.address, "/health/ready", **{"X-Forwarded-For": "203.0.113.9"})
    assert (status, json.loads(text)) == (503, {"ready": False})
    assert ask(server.address, "/health/live")[0] == 200
    with sqlite3.connect(server.folder / "db.sqlite3", timeout=20) as connection:
        connection.execute("UPDATE django_migrations SET name = substr(name, 2) WHERE app = 'kit'")
    time.sleep(1.1)
    assert ask(server.address, "/health/ready")[0] == 200


@embedded_only
def test_metrics_count_by_named_route_and_hold_no_address(server):
    ask(server.address, "/account/login/?next=/search/%3Fq=ultramarine")
    ask(server.address, "/groups/ultramarine/")
    status, text, _ = ask(server.address, "/metrics")
    assert status == 200
    assert 'parvis_requests_total{method="GET",route="account_login",status="200"} 2.0' in text
    assert 'parvis_request_seconds_bucket{le="0.005",route="account_login"}' in text
    for gauge in (
        "parvis_sockets 0.0", "parvis_hub_blind_seconds 0.0", "parvis_database_up 1.0", "parvis_index_lag_seconds",
        'parvis_facts{state="dead"} 0.0', 'parvis_facts{state="late"}', 'parvis_facts{state="waiting"}', "process_cpu",
    ):  # fmt: skip
        assert gauge in text, gauge
    assert "ultramarine" not in text


@embedded_only
def test_metrics_are_for_this_machine_or_the_token_and_for_others_there_is_nothing(server):
    _, nothing, headers = ask(server.address, "/nothing")
    for forwarded in ({"X_Forwarded_For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X_Real_IP": "127.0.0.1"}):
        status, text, _ = ask(server.address, "/metrics", **forwarded)
        assert (status, text) == (404, nothing), headers
        wrong = ask(server.address, "/metrics", Authorization="Bearer wrong", **forwarded)
        assert wrong[:2] == (404, nothing)
        right = ask(server.address, "/metrics", Authorization=f"Bearer {TOKEN}", **forwarded)
        assert right[0] == 200 and "parvis_requests_total" in right[1]


@server_only
def test_a_database_that_hangs_holds_up_neither_probe_nor_metrics(tmp_path):
    with server_profile.new_database() as address:
        profile = server_profile.variables(address)
        assert servers.manage(tmp_path, "migrate", "--verbosity", "0", **profile).returncode == 0
        running = servers.start(tmp_path, **profile)
        try:
            with contextlib.closing(psycopg2.connect(address)) as held, held.cursor() as cursor:
                cursor.execute("LOCK TABLE django_migrations, kit_fact IN ACCESS EXCLUSIVE MODE")
                for _ in range(3):
                    began = time.monotonic()
                    assert ask(running.address, "/health/live")[0] == 200
                    assert json.loads(ask(running.address, "/health/ready")[1])["away"] == ["database"]
                    assert "parvis_database_up 0.0" in ask(running.address, "/metrics")[1]
                    assert time.monotonic() - began < 8
                held.rollback()
            time.sleep(1.5)
            assert ask(running.address, "/health/ready")[0] == 200
            assert "parvis_database_up 1.0" in ask(running.address, "/metrics")[1]
        finally:
            running.stop()


@server_only
def test_what_is_away_is_named_within_seconds_and_the_process_stays_alive(tmp_path):
    port = servers.free_port()
    words = ["--port", str(port), "--save", "", "--bind", "127.0.0.1", "--dir", str(tmp_path)]
    redis_server = subprocess.Popen([shutil.which("redis-server") or "redis-server", *words], stdout=subprocess.DEVNULL)
    with server_profile.new_database() as address:
        profile = server_profile.variables(address) | {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        folder = tmp_path / "node"
        try:
            assert servers.manage(folder, "migrate", "--verbosity", "0", **profile).returncode == 0
            running = servers.start(folder, **profile)
            try:
                assert ask(running.address, "/health/ready")[0] == 200
                redis_server.kill()
                redis_server.wait()
                time.sleep(1.1)
                began = time.monotonic()
                status, text, _ = ask(running.address, "/health/ready")
                assert (status, json.loads(text)) == (503, {"ready": False, "away": ["redis"]})
                name = address.rpartition("/")[2]
                run = server_profile.run_sql
                other = address.replace(name, "postgres")
                run(other, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
                run(other, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
                time.sleep(1.1)
                status, text, _ = ask(running.address, "/health/ready")
                assert (status, json.loads(text)) == (503, {"ready": False, "away": ["database", "redis"]})
                assert ask(running.address, "/health/live")[0] == 200
                assert "parvis_database_up 0.0" in ask(running.address, "/metrics")[1]
                run(other, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
                time.sleep(1.1)
                assert json.loads(ask(running.address, "/health/ready")[1])["away"] == ["redis"]
                assert time.monotonic() - began < 20
            finally:
                running.stop()
        finally:
            redis_server.kill()
            redis_server.wait()
