"""A sender killed with -9 when the mail server has the mail: sent once more, by the same id, and never again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notifications.post_office import open_post_office

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_killed_sender_doubles_nothing_but_what_was_on_its_way(tmp_path):
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}

    def run(verb: str, **more: str) -> subprocess.Popen[bytes]:
        env = {**kept, "PARVIS_DATA": str(tmp_path), "PYTHONPATH": str(ROOT), **more}
        return subprocess.Popen([sys.executable, "-m", "tests.notifications.sending", verb], cwd=ROOT, env=env)

    assert run("prepare").wait(600) == 0
    with open_post_office() as office:
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{office.port}"}
        killed = run("send", **mail)
        office.on_mail = lambda: os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait(300) == -signal.SIGKILL, "it was not killed in the middle of sending"
        office.on_mail = lambda: None
        for _again in range(3):
            assert run("send", **mail).wait(300) == 0
    assert len(office.mails) == 2 and len({mail["Message-ID"] for mail in office.mails}) == 1
