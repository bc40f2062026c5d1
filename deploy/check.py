"""`make check`: what the build holds the code to, each in a few seconds, all of them run even if one fails.

Usage: check.py [name…]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from environment import PYTHON, VENV
from setup import prepare
from stop import ROOT, Stop, run_or_say

PROGRAMS = VENV / "bin"
#: a check ends with this when what it has to ask can't be reached: said aloud, neither passed nor failed
UNREAD = 75


def checks() -> dict[str, list[list[str]]]:
    """The commands of each check; Django's run with an empty data folder."""
    django = [str(PYTHON), "manage.py"]
    templates = sorted(str(path.relative_to(ROOT)) for path in tracked("*.html"))
    services = sorted(str(path.relative_to(ROOT)) for path in tracked("*/services.py", "*/services/*.py"))
    services = [path for path in services if not path.startswith(("deploy/", "tests/", "kit/", "groups/"))]
    python = sorted({path.relative_to(ROOT).parts[0] for path in tracked("*.py")})
    return {
        "ruff": [[str(PROGRAMS / "ruff"), "check", "--quiet", "."]],
        "templates": [[str(PROGRAMS / "djade"), "--check", "--target-version", "5.2", *templates]] if templates else [],
        "types": [
            [
                str(PROGRAMS / "mypy"),
                "kit",
                "groups",
                "people/views",
                "people/administration.py",
                *[path for path in services if not path.startswith(("kit/", "groups/"))],
            ]
        ],
        "floors": [[str(PROGRAMS / "lint-imports"), "--no-logo", "--cache-dir", ".import_linter_cache"]],
        "system": [[*django, "check", "--fail-level", "WARNING"]],
        "migrations": [[*django, "makemigrations", "--check", "--dry-run"]],
        "words": [[str(PYTHON), "deploy/catalogues.py", "check"], [str(PYTHON), "deploy/messages.py", "--check"]],
        "advisories": [[str(PYTHON), "deploy/advisories.py"]],
        "dead code": [[str(PROGRAMS / "vulture"), *[name for name in python if name not in ("tests", "deploy")]]],
    }


def tracked(*patterns: str) -> list[Path]:
    """Files of the project by pattern, without what was generated or installed."""
    said = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        raise Stop("make check needs git and a checkout of the project.")
    return [ROOT / name for name in said.stdout.split("\0") if name and (ROOT / name).exists()]


def main() -> int:
    """Run the checks that were asked for, or all; print what failed."""
    prepare(with_tests=True)
    table = checks()
    asked = sys.argv[1:] or list(table)
    if set(asked) - set(table):
        raise Stop(f"The checks are: {', '.join(table)}.")
    data = tempfile.mkdtemp(prefix="parvis-check-")
    base = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env = {
        **base,
        "PARVIS_DATA": data,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    failed, unread = [], []
    try:
        for name in asked:
            began = time.monotonic()
            for command in table[name]:
                done = subprocess.run(
                    command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
                )
                if done.returncode == UNREAD:
                    unread.append(name)
                    print(done.stdout.strip())
                elif done.returncode:
                    failed.append(name)
                    print(f"{done.stdout}{done.stderr}".strip() or f"{command[0]} ended with code {done.returncode}")
                    break
            word = "failed" if name in failed else "UNREAD" if name in unread else "ok"
            print(f"{word:<7}{name} ({time.monotonic() - began:.1f} s)", flush=True)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    if unread:
        print(f"NOT CHECKED, for nobody answered: {', '.join(unread)}.")
    if failed:
        print(f'Failed: {", ".join(failed)}. Run one alone with `make check ONLY="{failed[0]}"`.')
    return 1 if failed else 0


if __name__ == "__main__":
    run_or_say(main)
