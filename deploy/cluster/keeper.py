"""Starts processes, watches them, keeps their logs, and ends them all: whatever happens to the keeper."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services import last_line
from stop import Stop

from cluster.logs import Logs

#: seconds within which everything has to be ready
PATIENCE = 90
#: seconds a wave gets to end by itself
GRACE = 3.0
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process: its name, how it is started, how one knows that it works, and how it is ended."""

    name: str
    command: Sequence[object]
    is_ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    user: pwd.struct_passwd | None = None
    ends_with: signal.Signals = signal.SIGTERM
    #: Parvis' own processes are started again when they die; the others are only told
    is_ours: bool = False
    #: parts of a lower number end first
    wave: int = 0


@dataclass
class Kept:
    """A part with its process, and how often it died."""

    part: Part
    process: subprocess.Popen[bytes]
    deaths: int = 0
    is_told: bool = False
    next_start: float = 0.0


class Keeper:
    """Keeps parts in ``folder``; ``say`` is given each sentence for the person at the keyboard."""

    def __init__(self, folder: Path, *, say: Callable[[str], None] = print) -> None:
        self.folder, self.say = folder, say
        self.logs = Logs(folder / "logs")
        self.kept: dict[str, Kept] = {}
        self.is_ending = False

    def start(self, *parts: Part) -> None:
        """Start them side by side and wait until all are ready; Stop with the last line of the one that isn't."""
        for part in parts:
            self.kept[part.name] = Kept(part, self._spawn(part))
        until = time.monotonic() + PATIENCE
        waiting = list(parts)
        while waiting:
            for part in list(waiting):
                code = self.kept[part.name].process.poll()
                if code is not None:
                    raise Stop(f"{part.name} ended with code {code} before it was ready: {self.last_line(part.name)}")
                if part.is_ready():
                    waiting.remove(part)
            if waiting and time.monotonic() > until:
                name = waiting[0].name
                raise Stop(f"{name} wasn't ready after {PATIENCE} s: {self.last_line(name)}")
            if waiting:
                time.sleep(0.1)

    def start_again(self, name: str) -> None:
        """Start a part that is dead (a part that only dies is not started again by itself)."""
        kept = self.kept[name]
        if kept.process.poll() is None:
            return
        kept.process, kept.is_told = self._spawn(kept.part), False

    def look(self) -> None:
        """Tell who died since the last look, by name and with its last words; start ours again, ever more slowly."""
        now = time.monotonic()
        for kept in self.kept.values():
            code = kept.process.poll()
            if code is None or self.is_ending:
                continue
            name = kept.part.name
            if not kept.is_told:
                kept.is_told = True
                kept.deaths += 1
                wait = min(30.0, 0.5 * 2 ** (kept.deaths - 1))
                kept.next_start = now + wait
                after = f"It is started again in {wait:g} s." if kept.part.is_ours else "It stays away."
                self.say(f"{name} died ({how(code)}): {self.last_line(name)}. {after}")
            if kept.part.is_ours and now >= kept.next_start:
                self.start_again(name)

    def last_line(self, name: str) -> str:
        """The last thing a part wrote."""
        return last_line(self.logs.path(name)).rstrip(".")

    def signal(self, name: str, what: signal.Signals) -> None:
        """Send a signal to a part and what it started: SIGKILL, SIGSTOP, SIGCONT…"""
        kept = self.kept[name]
        if kept.process.poll() is None:
            os.killpg(kept.process.pid, what)

    def end(self) -> None:
        """End everything, doors first, data last; who doesn't go within a moment is killed."""
        self.is_ending = True
        for wave in sorted({kept.part.wave for kept in self.kept.values()}):
            self._end_some([kept for kept in self.kept.values() if kept.part.wave == wave])
        self.logs.end()

    def _end_some(self, some: list[Kept]) -> None:
        for kept in some:
            if kept.process.poll() is None:
                # To the process alone: a parent ends its own children better than we do.
                kept.process.send_signal(signal.SIGCONT)
                kept.process.send_signal(kept.part.ends_with)
        until = time.monotonic() + GRACE
        for kept in some:
            try:
                kept.process.wait(timeout=max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            self._kill_group(kept)
            kept.process.wait()

    def _kill_group(self, kept: Kept) -> None:
        try:
            os.killpg(kept.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def _spawn(self, part: Part) -> subprocess.Popen[bytes]:
        """A child in a group of its own, that writes to its log and ends when the keeper is gone, however it went."""
        with self.logs.path(part.name).open("ab") as out:
            return subprocess.Popen(
                [str(word) for word in part.command],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=part.user.pw_uid if part.user else None,
                group=part.user.pw_gid if part.user else None,
                extra_groups=[] if part.user else None,
                env={**part.env},
                preexec_fn=dies_with_parent(part.ends_with),
            )


def dies_with_parent(how_it_ends: signal.Signals) -> Callable[[], None] | None:
    """On Linux: the child is sent its ending signal when we die, even by kill -9. Elsewhere nothing."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None

    def ask_kernel() -> None:
        prctl(_DIES_WITH_PARENT, int(how_it_ends), 0, 0, 0)

    return ask_kernel


def how(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"


def program(name: str) -> str:
    """Where a program lies; Debian keeps some out of an ordinary user's PATH."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if not found:
        raise Stop(f"{name} is not installed.")
    return found
