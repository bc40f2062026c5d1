"""Whether the services of a server are there, new enough and ours to use, each said in one sentence."""

from __future__ import annotations

import socket

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.db import connection, transaction

from intranet import reach, service_checks
from intranet.databases import go_direct, postgresql
from tests.intranet import servers

on_servers = pytest.mark.skipif(configured.IS_EMBEDDED, reason="asks the services of the server profile")


def ids(found):
    return [message.id for message in found]


@pytest.fixture
def silent_port():
    """A port that takes connections and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@on_servers
@pytest.mark.django_db
def test_services_that_are_there_are_no_problem():
    assert (reach.database_problem(), reach.redis_problem(), reach.problem()) == ("", "", "")


@on_servers
@pytest.mark.django_db
def test_services_that_are_too_old_are_named_with_the_version_that_is_needed(monkeypatch):
    monkeypatch.setattr(reach, "POSTGRESQL", 99)
    monkeypatch.setattr(reach, "REDIS", 99)
    assert "needs 99 or newer" in reach.database_problem() and "needs 99 or newer" in reach.redis_problem()
    assert ids(service_checks.services(databases=["default"])) == ["parvis.E010"]


@on_servers
@pytest.mark.django_db
def test_a_role_that_may_not_write_is_told_so():
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE onlooker")
        cursor.execute("GRANT SELECT ON kit_fact TO onlooker")
        cursor.execute("SET LOCAL ROLE onlooker")
        said = reach.database_problem()
        cursor.execute("RESET ROLE")
    assert "role onlooker" in said and "may not read and write" in said


@on_servers
@pytest.mark.django_db
def test_a_log_that_would_hold_what_people_wrote_is_warned_of():
    assert "parvis.W012" not in ids(service_checks.services(databases=["default"]))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL log_min_error_statement = 'error'")
        cursor.execute("SET LOCAL log_statement = 'all'")
        found = service_checks.services(databases=["default"])
    assert ids(found).count("parvis.W012") == 2
    assert all(message.hint for message in found)


@on_servers
@pytest.mark.django_db
def test_a_database_that_plans_pages_as_long_questions_is_warned_of_with_what_to_set():
    with transaction.atomic(), connection.cursor() as cursor:
        for name, wanted in service_checks._FOR_SHORT_QUESTIONS.items():
            cursor.execute(f"SET LOCAL {name} = {wanted}")
        assert "parvis.W014" not in ids(service_checks.services(databases=["default"]))
        cursor.execute("SET LOCAL jit = on")
        (found,) = [one for one in service_checks.services(databases=["default"]) if one.id == "parvis.W014"]
    assert "jit" in found.msg and "random_page_cost" not in found.msg
    assert found.hint.endswith("SET jit = off;")


@on_servers
@pytest.mark.django_db(transaction=True)
def test_a_role_whose_sessions_begin_in_another_time_zone_is_warned_of():
    def found():
        connection.close()
        return ids(service_checks.services(databases=["default"]))

    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE CURRENT_USER SET timezone = 'Europe/Paris'")
    try:
        assert "parvis.W010" in found()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER ROLE CURRENT_USER SET timezone = 'UTC'")
    assert "parvis.W010" not in found()


@on_servers
@pytest.mark.django_db(transaction=True)
def test_commands_that_need_a_session_go_past_the_pooler(settings):
    here = dict(connection.settings_dict)
    direct = configured.DATABASE_URL.replace("127.0.0.1", "localhost")
    settings.DATABASE_DIRECT_URL = direct
    try:
        call_command("migrate", verbosity=0)
        assert connection.settings_dict["HOST"] == "localhost"
        assert connection.settings_dict["NAME"] == here["NAME"], "tests stay in their own database"
        assert connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] is False
    finally:
        connection.close()
        connection.settings_dict.update(here)


def test_without_a_way_past_a_pooler_nothing_changes():
    before = dict(connection.settings_dict)
    go_direct()
    assert connection.settings_dict == before


def test_no_cursor_of_the_server_is_used_through_a_pooler():
    made = postgresql("postgres://parvis:secret@db.example.org:6432/parvis?sslmode=require")
    assert made["DISABLE_SERVER_SIDE_CURSORS"] is True and made["CONN_HEALTH_CHECKS"] is True
    assert made["OPTIONS"]["sslmode"] == "require" and made["OPTIONS"]["connect_timeout"] == 5


@pytest.mark.parametrize("port", [1, None])
def test_a_redis_that_is_not_there_or_says_nothing_is_one_sentence(settings, silent_port, port):
    settings.REDIS_URL = f"redis://user:topsecret@127.0.0.1:{port or silent_port}/0"
    said = reach.redis_problem()
    assert said.startswith("Redis can't be reached with REDIS_URL") and "\n" not in said and "topsecret" not in said


def test_a_web_node_without_its_services_ends_with_one_sentence(tmp_path):
    refused = servers.manage(
        tmp_path, "serve", "--port", str(servers.free_port()),
        DATABASE_URL="postgres://parvis:topsecret@127.0.0.1:1/none", REDIS_URL="redis://127.0.0.1:1/0",
        EMAIL_URL="smtp://127.0.0.1:25",
    )  # fmt: skip
    said = [line for line in refused.stderr.splitlines() if line.strip()]
    assert refused.returncode == 1
    assert len(said) == 1 and said[0].startswith("PostgreSQL can't be reached"), refused.stderr
    assert "topsecret" not in refused.stderr


def test_the_embedded_profile_has_neither_worker_nor_clock(tmp_path):
    import subprocess
    import sys

    for process in ("worker", "beat"):
        done = subprocess.run(
            [sys.executable, "-m", "celery", "-A", "intranet", process], cwd=servers.ROOT,
            env=servers.environment(tmp_path), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        said = [line for line in done.stderr.splitlines() if line.strip()]
        assert len(said) == 1 and "embedded profile" in said[0], done.stderr
