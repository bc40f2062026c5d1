"""Bytes in a folder, one file each."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from kit.blobs.stores import StoreAway, address

NOTES = ".unused.json"
ASIDE = ".unused."


@dataclass(frozen=True, slots=True)
class Folder:
    """A :class:`kit.blobs.stores.Store` below ``top``. What begins with a dot is a draft, a note, or on its way out."""

    top: Path
    accel_location: ClassVar[str] = "/_blobs/"

    def path(self, name: str) -> Path:
        """The file called ``name``, there or not."""
        return self.top / address(name)

    def put(self, name: str, content: bytes) -> None:
        """SECURITY: always written, also where the same bytes are: who waits shorter would know they were there."""
        path = self.path(name)
        with _away():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)

    def get(self, name: str) -> bytes:
        return self.path(name).read_bytes()

    def has(self, name: str) -> bool:
        return self.path(name).exists()

    def accel_address(self, name: str) -> str:
        if not self.has(name):
            raise FileNotFoundError(name)
        return self.accel_location + address(name)

    def written(self) -> Iterator[tuple[str, float]]:
        for path in sorted(self.top.glob("??/??/*")):
            if not path.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    yield path.name, path.stat().st_mtime

    def may_remove(self) -> bool:
        return True

    def remove(self, name: str, before: float) -> bool:
        """Put aside, looked at, then taken away or brought back: who puts the same bytes meanwhile counts on them."""
        path = self.path(name)
        aside = path.with_name(f"{ASIDE}{path.name}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if is_older(aside, before):
            aside.unlink(missing_ok=True)
            return True
        aside.rename(path)
        return False

    def tidy(self, before: float) -> None:
        """What a sweep that died had put aside comes back, to be judged anew. Drafts of a put that died go."""
        for path in self.top.glob("??/??/.*"):
            if path.name.startswith(ASIDE):
                path.rename(path.with_name(path.name.removeprefix(ASIDE)))
            elif is_older(path, before):
                path.unlink(missing_ok=True)

    def notes(self) -> bytes:
        try:
            return (self.top / NOTES).read_bytes()
        except OSError:
            return b""

    def keep_notes(self, content: bytes) -> None:
        with _away():
            self.top.mkdir(parents=True, exist_ok=True)
            write_whole(self.top / NOTES, content)


def write_whole(path: Path, content: bytes) -> None:
    """Half a file never has its name."""
    draft = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def is_older(path: Path, moment: float) -> bool:
    """Whether a file was last put before ``moment``; False without the file."""
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _away() -> Iterator[None]:
    """The disk is full, broken or read-only."""
    try:
        yield
    except OSError as error:
        raise StoreAway(error.errno, error.strerror) from error
