"""Whether a package that is pinned here has a known hole: pip-audit for Python, npm audit for the front end.

Ends with 0 when both feeds answered and know of none, 1 when one knows of some, 75 when a feed could not be reached.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field

from check import UNREAD
from environment import VENV
from stop import ROOT

SECONDS = 120


@dataclass
class Said:
    """What one feed said: the holes it knows, one a line, and why it could not be asked (empty when it was)."""

    holes: list[str] = field(default_factory=list)
    unread: str = ""


def _run(command: list[str]) -> tuple[str, str]:
    """What a program printed; its failure is told by what is missing there."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", type(error).__name__
    return done.stdout, done.stderr


def read_python(printed: str, complaint: str = "") -> Said:
    """What pip-audit's JSON says. A package that the feed does not know was not checked, whatever the exit code."""
    try:
        packages = json.loads(printed)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Said(unread=f"pip-audit: {(complaint.strip().splitlines() or ['no answer'])[-1][:200]}")
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'none yet'}"
        for package in packages
        for hole in package.get("vulns", ())
    ]
    return Said(holes, f"pip-audit: nothing is known of {len(skipped)} of {len(packages)} packages" if skipped else "")


def read_front_end(printed: str, complaint: str = "") -> Said:
    """What npm audit's JSON says."""
    try:
        told = json.loads(printed)
        known = told["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        why = [line for line in complaint.splitlines() if " audit " in line] or complaint.strip().splitlines()
        return Said(unread=f"npm audit: {(why or ['no answer'])[0][:200]}")
    return Said([f"{name}: {entry['severity']}, {entry['range']}" for name, entry in sorted(known.items())])


def main() -> int:
    """Ask both, say everything, end as the worst of them."""
    pins = [
        "-r",
        "requirements.txt",
        "-r",
        "requirements-dev.txt",
        "--no-deps",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "--format",
        "json",
    ]
    said = [
        read_python(*_run([str(VENV / "bin" / "pip-audit"), *pins])),
        read_front_end(*_run(["npm", "audit", "--json"])),
    ]
    holes = [hole for one in said for hole in one.holes]
    unread = [one.unread for one in said if one.unread]
    for line in holes:
        print(f"KNOWN HOLE {line}")
    for line in unread:
        print(f"NOT CHECKED {line}")
    return 1 if holes else UNREAD if unread else 0


if __name__ == "__main__":
    sys.exit(main())
