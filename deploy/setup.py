"""`make run` and the set-up of `make test`: everything Parvis needs, then the server. Standard library only.

Usage: setup.py run | prepare | prepare-tests
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys

from environment import PYTHON, prepare_front_end, prepare_packages, prepare_words
from stop import ROOT, Stop, run_or_say

HOST = "127.0.0.1"


def prepare(*, with_tests: bool) -> None:
    """Packages, bundle and catalogues, each only if something changed; one set-up at a time in one folder."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        prepare_packages(with_tests=with_tests)
        prepare_front_end()
        prepare_words()
    finally:
        os.close(handle)


def port_from_environment() -> int:
    """The port asked for, or 8000; stops when it isn't one or somebody has it."""
    said = os.environ.get("PORT") or "8000"
    if not said.isdigit() or not 0 < int(said) < 65536:
        raise Stop(f"PORT must be a number from 1 to 65535, and it is {said!r}.")
    port = int(said)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except PermissionError as error:
            raise Stop(
                f"Port {port} is reserved for the administrator of this machine: choose one above 1023, as in `make run PORT=8080`."
            ) from error
        except OSError as error:
            raise Stop(
                f"Port {port} is taken by another program: stop it, or choose another port, as in `make run PORT={port + 1}`."
            ) from error
    return port


def main() -> int:
    """One word says what to do."""
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what == "run":
        port = port_from_environment()
        prepare(with_tests=False)
        sys.stdout.flush()
        os.chdir(ROOT)
        demo = [] if os.environ.get("DEMO", "").lower() in ("no", "0", "off", "false") else ["--demo"]
        os.execv(PYTHON, [str(PYTHON), "manage.py", "serve", "--port", str(port), *demo])
    elif what in ("prepare", "prepare-tests"):
        prepare(with_tests=what == "prepare-tests")
    else:
        raise Stop("Usage: deploy/setup.py run | prepare | prepare-tests")
    return 0


if __name__ == "__main__":
    run_or_say(main)
