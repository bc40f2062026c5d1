"""A process dies between commit and fast path: after a restart every effect is there, once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

MAKE = """
import json, os, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from groups import services as groups
from groups.models import SpaceType
from people.models import Company, Person
from walls.services import threads
Company.objects.get_or_create(pk=1)
common = groups.make_common_space(name="Corvanne")
def person(name):
    row = Person(email=f"{name.lower()}@corvanne.test", display_name=name)
    row.set_unusable_password()
    row.save()
    groups.make_personal_space(person=row)
    return row
asker, helper = person("Asker"), person("Helper")
thread = threads.post_thread(author=asker, spaces=common, source="Which wrench?", title="Wrench")[0]
print(json.dumps({"thread": thread.public_id, "asker": asker.email, "helper": helper.email}))
"""

LOOK = """
import json, os, sys, django
django.setup()
from kit import facts
from notifications.models import Notification
from people.models import Person
from walls.models import Post
asker = Person.objects.get(email=sys.argv[1])
print(json.dumps({
    "posts": Post.objects.filter(text__contains=sys.argv[2]).count(),
    "told": list(Notification.objects.filter(person=asker).values_list("count", flat=True)),
    "waiting": facts.backlog()["waiting"],
}))
"""


def _env(folder: Path) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")},
        "PARVIS_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "intranet.settings",
        "PYTHONPATH": str(ROOT),
    }


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=_env(folder), capture_output=True, text=True, timeout=120, check=False
    )


def _json(folder: Path, code: str, *words: str) -> dict:
    done = _run(folder, "-c", code, *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _serve(folder: Path) -> subprocess.Popen:
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=ROOT, env=_env(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/", timeout=2)
            return server
        except OSError:
            assert server.poll() is None, "the server did not start"
            time.sleep(0.2)
    raise AssertionError("the server did not answer in 60 s")


def test_a_reply_whose_process_was_killed_after_its_commit_is_told_once_after_a_restart(tmp_path):
    made = _json(tmp_path, MAKE)
    died = _run(tmp_path, "-m", "tests.faults.dying_process", made["helper"], made["thread"], "zirconium wrench")
    assert died.returncode == -signal.SIGKILL
    before = _json(tmp_path, LOOK, made["asker"], "zirconium")
    assert before["posts"] == 1 and before["told"] == []
    server = _serve(tmp_path)
    try:
        until = time.monotonic() + 40
        while time.monotonic() < until:
            after = _json(tmp_path, LOOK, made["asker"], "zirconium")
            if after["waiting"] == 0:
                break
            time.sleep(1)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait(10)
    assert after == {"posts": 1, "told": [1], "waiting": 0}
    server = _serve(tmp_path)
    try:
        time.sleep(3)
        assert _json(tmp_path, LOOK, made["asker"], "zirconium") == after
    finally:
        server.terminate()
        server.wait(15)
