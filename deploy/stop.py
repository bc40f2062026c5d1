"""How the set-up scripts stop: one clear sentence, never a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Stop(Exception):
    """Something the person at the keyboard must know or do; its text is the sentence they read."""


def run_or_say(main: Callable[[], int]) -> None:
    """Run `main` and leave with its code; whatever goes wrong becomes one sentence and code 1."""
    try:
        code = main()
    except Stop as reason:
        sys.stdout.flush()
        print(str(reason), file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        code = 130
    except OSError as error:
        code = 1
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            print(no_space(Path(error.filename or ROOT)), file=sys.stderr)
        else:
            print(
                f"The set-up stopped: {error.strerror or error} ({error.filename or 'no file named'}).", file=sys.stderr
            )
    sys.exit(code)


def no_space(place: Path) -> str:
    """The sentence for a full disk."""
    return f"There is no space left on the disk that holds {place}: free some and run the same command again."


def need_space(place: Path, *, megabytes: int, what: str) -> None:
    """Stop unless the disk of `place` has room for what comes next."""
    free = shutil.disk_usage(place).free // 1_000_000
    if free < megabytes:
        raise Stop(
            f"{what} needs about {megabytes} MB and only {free} MB are free on the disk that holds {place}: free some and run the same command again."
        )


def call(command: list[str], *, log: Path, sentence: str, env: dict[str, str] | None = None) -> None:
    """Run a command with its output in `log`; on failure stop with the sentence and where to read more."""
    with log.open("w") as out:
        done = subprocess.run(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env, check=False
        )
    if done.returncode:
        text = log.read_text(errors="replace")
        if "No space left" in text or "ENOSPC" in text:
            raise Stop(no_space(ROOT))
        raise Stop(
            f"{sentence} (the command's own words are in {log.relative_to(ROOT) if log.is_relative_to(ROOT) else log})."
        )


@contextlib.contextmanager
def services_held_back(rule: Path = Path("/usr/sbin/policy-rc.d")) -> Iterator[None]:
    """Debian starts what it installs (a PostgreSQL, an nginx on port 80): not what was installed for us to run ourselves."""
    if rule.exists():
        yield
        return
    rule.write_text("#!/bin/sh\n# Put here by Parvis while it installs packages.\nexit 101\n")
    rule.chmod(0o755)
    try:
        yield
    finally:
        rule.unlink(missing_ok=True)


def apt_install(packages: list[str], *, why: str) -> None:
    """Install Debian packages, when we are root on Debian; otherwise stop and name them."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop(
            f"{why}: install {' '.join(packages)} with your system's package manager and run the same command again."
        )
    print(f"{why}: installing {' '.join(packages)}.", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        ["apt-get", "update", "-qq"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    with services_held_back():
        done = subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Stop(f"{why}, and apt-get couldn't install {' '.join(packages)} ({last}).")
