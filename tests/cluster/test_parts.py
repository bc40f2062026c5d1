"""Parts die: the keeper says which, pages go on or say so calmly, and everything heals."""

from __future__ import annotations

import signal
import time

from stop import Stop


def test_the_standby_follows_and_takes_no_writes(house):
    postgresql, count = house.cluster.postgresql, "SELECT count(*) FROM people_person"
    # A test before this one may have killed the primary: the standby looks for it every five seconds.
    until = time.monotonic() + 20
    while postgresql.run_sql("SELECT state FROM pg_stat_replication") != "streaming":
        assert time.monotonic() < until
        time.sleep(0.2)
    people = postgresql.run_sql(count, database="parvis")
    until = time.monotonic() + 10
    while postgresql.run_sql(count, database="parvis", port=postgresql.standby_port) != people:
        assert time.monotonic() < until
        time.sleep(0.2)
    try:
        postgresql.run_sql("DELETE FROM people_person", database="parvis", port=postgresql.standby_port)
    except Stop as refusal:
        assert "read-only" in str(refusal)
    else:
        raise AssertionError("the standby took a write")


def test_pages_ask_through_pgbouncer_in_the_zone_of_the_role(house):
    env, postgresql = house.cluster.env, house.cluster.postgresql
    assert f":{postgresql.pool_port}/" in env["DATABASE_URL"] and f":{postgresql.port}/" in env["DATABASE_DIRECT_URL"]
    asked = "SELECT setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE rolname = 'parvis'"
    assert "TimeZone=UTC" in postgresql.run_sql(asked).replace("timezone", "TimeZone")
    assert postgresql.run_sql("SELECT rolsuper FROM pg_roles WHERE rolname = 'parvis'") == "f"


def test_no_log_holds_what_was_searched_or_failed(house, browser):
    browser("member").ask("/search/?q=aubergine-nobody-else-says")
    time.sleep(0.5)
    logs = "".join(path.read_text(errors="replace") for path in house.cluster.keeper.logs.folder.glob("*.log"))
    assert "aubergine" not in logs and "web-1" in logs


def test_a_node_that_is_killed_is_named_started_again_and_not_missed(house, browser, heals):
    house.told.clear()
    house.cluster.keeper.signal("web-1", signal.SIGKILL)
    member = browser("member")
    assert [member.ask("/search/").status for _ in range(6)] == [200] * 6
    house.cluster.keeper.look()
    assert "web-1 died (by SIGKILL)" in house.told[0] and "started again" in house.told[0]
    heals()


def test_without_a_node_nginx_says_so_calmly_in_the_language_of_the_browser(house, browser, heals):
    for name in house.cluster.node_ports:
        house.cluster.keeper.signal(name, signal.SIGKILL)
    time.sleep(0.2)
    answer = browser().ask("/", Accept_Language="fr-FR,fr;q=0.9")
    assert answer.status == 503 and "se repose un instant" in answer.text
    assert answer.headers["Retry-After"] == "5" and "no-store" in answer.headers["Cache-Control"]
    heals()


def test_without_redis_pages_work_and_nobody_waits_long(house, browser, heals):
    house.told.clear()
    member = browser("member")
    house.cluster.keeper.signal("redis", signal.SIGKILL)
    time.sleep(0.2)
    began = time.monotonic()
    assert member.ask("/").status == 200 and member.ask("/people/").status == 200
    assert time.monotonic() - began < 6
    house.cluster.keeper.look()
    assert any("redis died" in line and "stays away" in line for line in house.told)
    house.cluster.keeper.start_again("redis")
    heals()


def test_without_the_database_every_page_is_one_calm_503(house, browser, heals):
    member = browser("member")
    house.cluster.keeper.signal("primary", signal.SIGKILL)
    time.sleep(0.5)
    began = time.monotonic()
    for path, language, words in (
        ("/", "fr", "se repose un instant"),
        ("/people/", "en", "resting for a moment"),
        ("/account/login/", "en", "resting for a moment"),
    ):
        answer = member.ask(path, Accept_Language=language)
        assert answer.status == 503 and words in answer.text, (path, answer.status)
        assert answer.headers["Retry-After"] == "5" and "no-store" in answer.headers["Cache-Control"]
        assert "Traceback" not in answer.text and "psycopg" not in answer.text
    assert time.monotonic() - began < 20
    until = time.monotonic() + 20
    while time.monotonic() < until and not house.cluster.postgresql.answers(house.cluster.postgresql.port):
        house.cluster.keeper.start_again("primary")  # the old one's children may still be leaving
        time.sleep(0.5)
    heals()
    assert member.ask("/").status == 200
