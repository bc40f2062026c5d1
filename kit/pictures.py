"""Pictures people send: judged before they are decoded, made anew, and kept without a word about where and with what.

Nothing of the original survives but its pixels: no EXIF, no GPS, no device, no comment, no second frame. They are
decoded in processes of their own (``kit.picture_workshop``), so that a file made to take all memory, all time or the
whole process takes one of these, and its sender gets a sentence (docs/decisions/0172-pictures-in-a-room-apart.md).
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 25_000_000
MAX_PIXELS = 50_000_000
# Of work, whatever else the machine does (10 s for the dearest picture on a busy one); and by the clock.
MAX_WORK = 20
MAX_SECONDS = 60.0
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF")
MADE_TYPE = "image/webp"

# PERF: one picture of 50 megapixels takes up to 700 MB while it is made anew; two at a time is what a small machine
# bears. Of the 16 threads that answer pages at most this many wait for their turn.
AT_ONCE = 2
IN_LINE = 6
_ROOT = Path(__file__).resolve().parent.parent


class PictureRefused(ValueError):
    """Why a picture was not taken: ``code`` is ``bytes``, ``pixels`` (with what was found and the limit), ``kind``,
    ``work`` (it took too much memory or time) or ``busy`` (too many wait already)."""

    def __init__(self, code: str, *, found: int = 0, limit: int = 0) -> None:
        super().__init__(code)
        self.code, self.found, self.limit = code, found, limit


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew: WebP bytes and its size in pixels."""

    content: bytes
    width: int
    height: int


class _Gone(Exception):
    """The process ended before it answered; ``too_late``: because its time was over."""

    def __init__(self, *, too_late: bool) -> None:
        super().__init__()
        self.too_late = too_late


class _Process:
    """One workshop; used by one thread at a time."""

    def __init__(self) -> None:
        # SECURITY: none of our variables (keys, passwords) and none of our files is handed over.
        shown = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kit.picture_workshop"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=_ROOT, env=shown, start_new_session=True,
        )  # fmt: skip

    @property
    def is_there(self) -> bool:
        return self._process.poll() is None

    def ask(self, content: bytes, seconds: float, **wanted: Any) -> tuple[dict[str, Any], bytes]:
        """The answer's line and bytes. Raises _Gone."""
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            raise _Gone(too_late=False)
        is_over = threading.Event()

        def stop() -> None:
            is_over.set()
            self._process.kill()

        watch = threading.Timer(seconds, stop)
        watch.daemon = True
        watch.start()
        try:
            asked.write(json.dumps({"length": len(content), "seconds": MAX_WORK, **wanted}).encode() + b"\n")
            asked.write(content)
            asked.flush()
            said = json.loads(answers.readline() or b"null")
            body = answers.read(said.get("length", 0)) if said else b""
        except (OSError, ValueError) as error:
            raise _Gone(too_late=is_over.is_set() or self._has_worked_enough()) from error
        finally:
            watch.cancel()
        if not said or len(body) != said.get("length", 0):
            raise _Gone(too_late=is_over.is_set() or self._has_worked_enough())
        return said, body

    def _has_worked_enough(self) -> bool:
        """True when the system ended it over its limit of work."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=1) == -getattr(signal, "SIGXCPU", 0)
        return False

    def end(self) -> None:
        """End it and put it away."""
        with suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


class _Workshops:
    """The processes there are, and who waits for one."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._idle: list[_Process] = []
        self._waiting = 0
        self._lock = threading.Lock()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            if self._waiting >= IN_LINE:
                raise PictureRefused("busy")
            self._waiting += 1
        try:
            is_mine = self._turns.acquire(timeout=MAX_SECONDS)
        finally:
            with self._lock:
                self._waiting -= 1
        if not is_mine:
            raise PictureRefused("busy")
        try:
            yield
        finally:
            self._turns.release()

    def ask(self, content: bytes, **wanted: Any) -> tuple[dict[str, Any], bytes]:
        """The answer of a process. Raises PictureRefused ``busy``, or ``work`` when it ended over this picture."""
        with self._turn():
            process, is_new = self._taken()
            try:
                try:
                    found = process.ask(content, MAX_SECONDS, **wanted)
                except _Gone as gone:
                    process.end()
                    if is_new or gone.too_late:
                        raise PictureRefused("work") from gone
                    # It was about to go, for nobody had asked for a while: that says nothing of this picture.
                    process = _Process()
                    found = process.ask(content, MAX_SECONDS, **wanted)
            except _Gone as gone:
                process.end()
                raise PictureRefused("work") from gone
            self._idle.append(process)
            return found

    def _taken(self) -> tuple[_Process, bool]:
        while self._idle:
            process = self._idle.pop()
            if process.is_there:
                return process, False
            process.end()
        return _Process(), True

    def close(self) -> None:
        """End those that wait for work."""
        while self._idle:
            self._idle.pop().end()


_workshops = _Workshops()


def _forget() -> None:
    # A process that forks (a worker of Celery) may not speak into the pipes of the one it came from.
    global _workshops
    _workshops = _Workshops()


atexit.register(lambda: _workshops.close())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def remake(content: bytes, *, longest: int, is_square: bool = False, quality: int = 82) -> Picture:
    """The first frame of ``content``, upright, at most ``longest`` pixels a side, as WebP without metadata.

    ``is_square`` cuts the middle (portraits). Takes at most MAX_WORK seconds of a processor and MAX_SECONDS by the
    clock, and as long to wait for its turn. Raises
    :class:`PictureRefused`, for a size before anything large is decoded.
    """
    if len(content) > MAX_BYTES:
        raise PictureRefused("bytes", found=len(content), limit=MAX_BYTES)
    said, made = _workshops.ask(content, longest=longest, is_square=is_square, quality=quality)
    if "code" in said:
        raise PictureRefused(said["code"], found=said["found"], limit=said["limit"])
    return Picture(made, said["width"], said["height"])
