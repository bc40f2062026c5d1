"""The database or Redis is away: a calm page in the visitor's language, and pages that need no Redis go on."""

from __future__ import annotations

import errno
import io
import logging
import shutil
import subprocess
import time

import psycopg2
import pytest
import redis
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import Client
from PIL import Image

from intranet import caching, outages
from tests.intranet.servers import free_port
from walls.models import Picture


class Away(psycopg2.OperationalError):
    """What PostgreSQL says, with a code."""

    def __init__(self, code):
        super().__init__("no words")
        self.code = code

    @property
    def pgcode(self):
        return self.code


def raised(kind, cause):
    try:
        raise kind("no words") from cause
    except kind as error:
        return error


Away.__module__ = "psycopg2.errors"
Away.__name__ = "OperationalError"


@pytest.mark.parametrize("code", [None, "57P01", "57P03", "53300", "08006", "25006", "53100"])
def test_a_database_that_ends_begins_or_is_full_is_away(code):
    assert outages.is_database_away(raised(OperationalError, Away(code)))


@pytest.mark.parametrize("code", ["57014", "55P03", "40P01", "42P01"])
def test_a_query_that_was_cut_off_or_is_wrong_is_no_outage(code):
    assert not outages.is_database_away(raised(OperationalError, Away(code)))


def test_other_errors_are_no_outage():
    assert outages.is_database_away(raised(InterfaceError, psycopg2.InterfaceError("connection already closed")))
    assert not outages.is_database_away(raised(ProgrammingError, psycopg2.ProgrammingError("syntax")))
    assert not outages.is_database_away(ValueError("something else"))
    assert not outages.is_database_away(None)


@pytest.fixture
def no_database(monkeypatch):
    """Everything that is asked for breaks as psycopg2 breaks when nobody listens."""

    def ask(*_, **__):
        raise raised(OperationalError, Away(None))

    monkeypatch.setattr("people.queries.company", ask)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", ask)


@pytest.mark.parametrize(("language", "words"), [("en", "resting for a moment"), ("fr-FR", "se repose un instant")])
def test_a_page_says_calmly_that_the_database_is_away(no_database, caplog, language, words):
    outages._said["at"] = -outages.SAID_EVERY
    browser = Client(headers={"accept-language": language}, raise_request_exception=False)
    browser.cookies["parvis_session"] = "somebody"
    with caplog.at_level(logging.INFO):
        answer = browser.get("/")
    assert answer.status_code == 503 and words in answer.content.decode()
    assert answer["Retry-After"] == "5" and "no-store" in answer["Cache-Control"]
    assert "Traceback" not in answer.content.decode() and not answer.cookies
    (said,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert said.name == "parvis.outages" and not said.exc_info


def test_what_somebody_was_sending_is_given_back(no_database):
    browser = Client(raise_request_exception=False)
    browser.cookies["parvis_session"] = "somebody"
    answer = browser.post("/walls/", {"body": "A text of two words", "password": "a secret phrase"})
    assert answer.status_code == 503 and "A text of two words" in answer.content.decode()
    assert "a secret phrase" not in answer.content.decode() and answer["X-Refusal"]


def test_a_picture_that_finds_no_room_is_refused_calmly_and_the_log_says_it_once(cast, monkeypatch, caplog):
    outages._said["at"] = -outages.SAID_EVERY
    browser = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    browser.force_login(cast.member)
    made = io.BytesIO()
    Image.new("RGB", (20, 20)).save(made, "PNG")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for _ in range(2):
        file = SimpleUploadedFile("p.png", made.getvalue(), "image/png")
        answer = browser.post("/pictures/", {"picture": file})
        assert answer.status_code == 503 and "no room for files" in answer.content.decode()
        assert answer["Retry-After"] and answer["X-Refusal"] and "Traceback" not in answer.content.decode()
    (said,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert said.name == "parvis.outages" and "takes nothing more" in said.message and not said.exc_info
    assert not Picture.objects.exists()


@pytest.fixture
def redis_away(settings):
    """A cache whose Redis nobody runs."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": "intranet.caching.RedisElseHere", "LOCATION": f"redis://127.0.0.1:{free_port()}/0"},
    }
    caching._back_at.clear()
    yield caches["default"]
    caches["default"].here.clear()
    caching._back_at.clear()


def test_while_redis_is_away_the_process_goes_on_counting(redis_away):
    assert redis_away.add("tries", 1) is True and redis_away.add("tries", 1) is False
    assert redis_away.incr("tries") == 2 and redis_away.get("tries") == 2
    redis_away.set_many({"a": 1, "b": 2})
    assert redis_away.get_many(["a", "b", "c"]) == {"a": 1, "b": 2} and "a" in redis_away
    redis_away.delete("a")
    assert redis_away.get("a", "gone") == "gone"


def test_redis_that_is_away_is_left_alone_for_a_moment(redis_away, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "django.core.cache.backends.redis.RedisCache.get",
        lambda *_, **__: asked.append(1) or (_ for _ in ()).throw(caching.ConnectionError()),
    )
    for _ in range(5):
        redis_away.get("anything")
    assert len(asked) == 1


@pytest.fixture
def redis_without_memory(tmp_path):
    """The address of a real Redis of its own that takes nothing in."""
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("needs redis-server")
    port = free_port()
    words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--maxmemory", "1", "--dir", str(tmp_path)]
    server = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL)
    client, until = redis.Redis(port=port), time.monotonic() + 10
    try:
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.kill()
        server.wait()


def test_a_redis_that_refuses_to_write_is_as_good_as_away(redis_without_memory, settings, caplog):
    """It does so without memory, and in the same way when a snapshot failed."""
    backend = {"BACKEND": "intranet.caching.RedisElseHere", "LOCATION": redis_without_memory}
    settings.CACHES = {**settings.CACHES, "default": backend}
    caching._back_at.clear()
    cache = caches["default"]
    try:
        assert cache.add("tries", 1) is True and cache.add("tries", 2) is False
        assert cache.get("tries") == 1
    finally:
        cache.here.clear()
        caching._back_at.clear()
    assert "this process keeps its own cache" in caplog.text
