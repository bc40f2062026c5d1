"""No log holds what people wrote: a post, a search and a failing page under the real set-up, at its loudest."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import subprocess
import sys

import pytest
from django.conf import settings

from intranet import logs
from tests.intranet import servers

WORDS = ("ultramarine", "zirconium", "cerulean", "vermilion", "Ada Lovelace")

# A company with a hidden group; a post, a search, a page that fails and one that isn't there; a thread that fails.
SCRIPT = """
import asyncio, logging, sys, threading
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import path
from groups import services as groups
from groups.models import SpaceType
from intranet import logs, urls
from kit import facts
from kit.fields import takes
from people.models import Company, Person
from walls.models import Post
settings.ALLOWED_HOSTS.append("testserver")
threading.excepthook = logs.thread_failed
Company.objects.get_or_create(pk=1)
common = groups.make_common_space(name="Corvanne")
ada = Person(email="ada@corvanne.test", display_name="Ada Lovelace", is_administrator=True)
ada.save()
groups.make_personal_space(person=ada)
groups.create_group(creator=ada, name="Ultramarine", type=SpaceType.HIDDEN)

@takes("text")
def fail(request, word):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM vermilion WHERE word = %s", [request.POST["text"]])

def fail_hearing(fact):
    raise ValueError("cerulean Ultramarine")

urls.urlpatterns.append(path("fail/<str:word>/", fail, name="fail"))
client = Client(raise_request_exception=False)
client.force_login(ada)
from walls.services import threads
thread = threads.post_thread(author=ada, spaces=common, source="The zirconium of ultramarine")[0]
print(Post.objects.count(), client.get("/search/", {"q": "zirconium"}).status_code,
      client.post("/fail/ultramarine/?q=cerulean", {"text": "vermilion zirconium"}).status_code,
      client.get("/nothing/ultramarine/?q=cerulean").status_code,
      client.get("/", HTTP_HOST="ultramarine").status_code)
facts.subscribe("zirconium.broken", fail_hearing)
from django.db import transaction
with transaction.atomic():
    fact = facts.tell("zirconium.broken")
facts.deliver(fact.id)
thread = threading.Thread(target=fail_hearing, args=[None], name="broken")
thread.start(); thread.join()
async def forget():
    future = asyncio.get_running_loop().create_future()
    future.set_exception(ValueError("cerulean"))
    del future
asyncio.run(forget())
for name in ("haystack", "websockets.server", "django.db.backends", "celery.app.trace", "asyncio"):
    logger = logging.getLogger(name)
    logger.debug("> TEXT 'cerulean'")
    logger.error("Failed to query Whoosh using '%s': %s", "cerulean", ValueError("vermilion"))
    logger.error("Failed with %(exc)s", {"exc": "cerulean"})
    logger.error("Two lines\\n%s", "cerulean")
"""


@pytest.mark.skipif(not settings.IS_EMBEDDED, reason="the same on both profiles")
@pytest.mark.parametrize("form", logs.FORMS)
def test_a_post_a_search_and_a_failing_page_leave_none_of_their_words_in_the_log(tmp_path, form):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=servers.ROOT,
        env=servers.environment(tmp_path, PARVIS_LOG_LEVEL="DEBUG", PARVIS_LOG_FORM=form)
        | {"DJANGO_SETTINGS_MODULE": "intranet.settings"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "200", "500", "404", "400"], done.stderr
    for word in WORDS:
        assert word.lower() not in done.stderr.replace("zirconium.broken", "").lower(), done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    if form == "json":
        entries = [json.loads(line) for line in lines]
        (failed,) = [entry for entry in entries if "POST fail 500" in entry["message"]]
        assert failed["level"] == "ERROR" and failed["failure"].startswith("OperationalError at ")
        assert {"time", "level", "logger", "message", "process"} <= failed.keys()
        assert [entry for entry in entries if entry["message"].endswith("GET no route 404")]
    else:
        assert any("POST fail 500 (OperationalError at " in line for line in lines)
    assert any("The thread broken ended: ValueError" in line for line in lines)
    assert any("Failed to query Whoosh using '…': …" in line for line in lines)


def test_what_is_needed_to_mend_a_service_is_still_said():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Text())
    logger = logging.getLogger("celery.worker.consumer.consumer")
    logger.addHandler(handler)
    try:
        logger.error("Cannot connect to %s: %s.\n%s\n", "redis://127.0.0.1:1//", "Connection refused", "")
    finally:
        logger.removeHandler(handler)
    assert "Cannot connect to redis://127.0.0.1:1//: Connection refused." in stream.getvalue()


def test_a_failed_task_is_named_without_what_its_failure_said():
    said = {"name": "facts.deliver", "id": "1-2", "exc": "ValueError('cerulean')", "args": "['vermilion']"}
    template = "Task %(name)s[%(id)s] raised unexpected: %(exc)s\n%(args)s"
    record = logging.LogRecord("celery.app.trace", logging.ERROR, "f.py", 1, template, (said,), None)
    assert logs.said(record) == "Task facts.deliver[1-2] raised unexpected: …"


def test_extra_fields_of_a_caller_stay_out_of_the_json():
    record = logging.getLogger("parvis").makeRecord(
        "parvis", logging.ERROR, "f.py", 1, "Broken", (), None, extra={"source": "cerulean"}
    )
    assert "cerulean" not in logs.Json().format(record)


def test_libraries_never_speak_below_a_warning_whatever_our_own_level_is():
    for level in ("DEBUG", "INFO"):
        made = logs.configuration(level=level, form="text")
        assert made["root"]["level"] == "WARNING" and made["loggers"]["parvis"]["level"] == level
    assert logs.configuration(level="ERROR", form="text")["root"]["level"] == "ERROR"
