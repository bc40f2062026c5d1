"""``make bench``: every bench one after the other, each in a process and a company of its own.

``python -m bench live search`` runs some of them. Ratios are to the least code on the same stack in the same run.
``make bench ARGS="load --keep FOLDER"`` fills a PostgreSQL of its own with a million posts, and
``ARGS="scale --keep FOLDER"`` and ``ARGS="mix --keep FOLDER"`` measure there; what follows the name of one bench is
handed to it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHES = ("start", "pages", "live", "nodes", "search")
ON_DEMAND = ("load", "scale", "mix", "imports")


def main() -> int:
    """The number of benches that failed, as an exit code."""
    asked = sys.argv[1:] or list(BENCHES)
    known = (*BENCHES, *ON_DEMAND)
    if asked[0] in known and len(asked) > 1 and not set(asked) <= set(known):
        return subprocess.run([sys.executable, "-m", f"bench.{asked[0]}", *asked[1:]], cwd=ROOT, check=False).returncode
    unknown = set(asked) - set(known)
    if unknown:
        print(f"The benches are {', '.join(known)}; there is no {', '.join(sorted(unknown))}.")
        return 2
    failed = 0
    for name in asked:
        print(f"\n---- {name} ----", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
