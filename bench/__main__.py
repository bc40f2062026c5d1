"""``make bench``: every bench one after the other, each in a process and a company of its own.

``python -m bench live search`` runs some of them. Ratios are to the least code on the same stack in the same run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHES = ("start", "pages", "live", "nodes", "search")


def main() -> int:
    """The number of benches that failed, as an exit code."""
    asked = sys.argv[1:] or list(BENCHES)
    unknown = set(asked) - set(BENCHES)
    if unknown:
        print(f"The benches are {', '.join(BENCHES)}; there is no {', '.join(sorted(unknown))}.")
        return 2
    failed = 0
    for name in asked:
        print(f"\n---- {name} ----", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
