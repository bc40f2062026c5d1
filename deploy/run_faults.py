"""`make faults`: rounds of faults on the cluster of this machine; see docs/reliability.md.

Usage: run_faults.py [--seed 7] [--rounds 200] [--summary] … (all of them: run_faults.py --help)
"""

from __future__ import annotations

import os
import sys

from environment import PYTHON
from services import find_or_install
from setup import prepare
from stop import ROOT, run_or_say


def main() -> int:
    """Set up, then become the program that plays the rounds."""
    prepare(with_tests=True)
    find_or_install(with_browser=False, with_cluster=True)
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "tests.faults.rounds", *sys.argv[1:]])


if __name__ == "__main__":
    run_or_say(main)
