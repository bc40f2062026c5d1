"""`make worlds`: random scripts in two worlds at once, for as long as one likes; see docs/privacy.md.

Usage: run_worlds.py [--postgresql] [--seed 7] [--steps 5000] [--leaks] [--summary] … (all of them: run_worlds.py --help)
With --postgresql both worlds stand on a PostgreSQL and a Redis that are started for the run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from environment import PYTHON
from services import Services, find_or_install
from setup import prepare
from stop import ROOT, run_or_say


def main() -> int:
    """Set up, then run the program that plays; SIGTERM ends it at its next step."""
    asked = sys.argv[1:]
    is_server = "--postgresql" in asked
    command = [str(PYTHON), "-m", "tests.worlds.machine", *(word for word in asked if word != "--postgresql")]
    prepare(with_tests=True)
    sys.stdout.flush()
    os.chdir(ROOT)
    if not is_server:
        os.execv(PYTHON, command)
    find_or_install(with_browser=False)
    with Services() as services:
        there = {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
        with subprocess.Popen(command, env={**os.environ, **there}) as process:
            for what in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(what, lambda *_: process.terminate())
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard tells the program, too
            return process.wait()


if __name__ == "__main__":
    run_or_say(main)
