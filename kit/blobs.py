"""Bytes by their SHA-256, in a folder: written whole or not at all, never changed, shared by whoever holds the name.

This store knows no right: who asks for bytes must have asked the rule for the thing that cites them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from django.conf import settings

from kit import clock, slots

UNUSED_FOR = dt.timedelta(days=1)
AT_ONCE = 500
_LEDGER = ".unused.json"
_ASIDE = ".unused."

Cited = Callable[[Collection[str]], set[str]]


def address(sha256: str) -> str:
    """Where ``sha256`` lies below the folder of blobs; ValueError when it is none."""
    if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
        raise ValueError("Not a SHA-256 in hex.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _path(sha256: str) -> Path:
    return Path(settings.BLOB_FOLDER) / address(sha256)


def put(content: bytes) -> str:
    """Keep ``content``; its SHA-256 in hex. Putting the same bytes again costs one look, and makes them young again."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    try:
        os.utime(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, content)
    return sha256


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def get(sha256: str) -> bytes:
    """The bytes called ``sha256``; FileNotFoundError when they are not here."""
    return _path(sha256).read_bytes()


def has(sha256: str) -> bool:
    return _path(sha256).exists()


def sweep(unused_for: dt.timedelta = UNUSED_FOR) -> int:
    """Remove what nobody cites; how many blobs. Two sweeps at least ``unused_for`` apart have to find the same.

    The slot ``blobs.cited`` holds callables that, given names, say which of them their rows cite. What was put within
    ``unused_for`` stays, for its row may not be written yet; and between the two sweeps a backup that copied the rows
    finds the blobs they cite. Where nobody fills the slot nothing is removed.
    """
    folder = Path(settings.BLOB_FOLDER)
    askers = slots.filled("blobs.cited")
    if not askers or not folder.exists():
        return 0
    _bring_back(folder)
    now = clock.now().timestamp()
    before = now - unused_for.total_seconds()
    found = {name: since for name, since in _found_unused(folder).items() if _is_older(_path(name), before)}
    unused = _uncited(askers, [name for name in names() if _is_older(_path(name), before)])
    gone = [name for name in unused if found.get(name, now) <= before and _remove(_path(name), before)]
    _write_whole(folder / _LEDGER, json.dumps({name: found.get(name, now) for name in unused - set(gone)}).encode())
    return len(gone)


def _uncited(askers: list[Cited], kept: list[str]) -> set[str]:
    unused = set(kept)
    for start in range(0, len(kept), AT_ONCE):
        some = kept[start : start + AT_ONCE]
        for ask in askers:
            unused -= ask(some)
    return unused


def _remove(path: Path, before: float) -> bool:
    """Take the file away, unless somebody put the same bytes in this very moment: they would count on it."""
    aside = path.with_name(f"{_ASIDE}{path.name}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    if _is_older(aside, before):
        aside.unlink(missing_ok=True)
        return True
    aside.rename(path)
    return False


def _bring_back(folder: Path) -> None:
    """What a sweep that died had put aside; it is judged anew. Drafts of a put that died go."""
    day_ago = clock.now().timestamp() - UNUSED_FOR.total_seconds()
    for path in folder.glob("??/??/.*"):
        if path.name.startswith(_ASIDE):
            path.rename(path.with_name(path.name.removeprefix(_ASIDE)))
        elif _is_older(path, day_ago):
            path.unlink(missing_ok=True)


def _found_unused(folder: Path) -> dict[str, float]:
    """Since when (seconds since 1970) each blob has been found unused by every sweep."""
    try:
        kept = json.loads((folder / _LEDGER).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): float(since) for name, since in kept.items()} if isinstance(kept, dict) else {}


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False


def names() -> Iterator[str]:
    """The SHA-256 of everything kept here."""
    for path in sorted(Path(settings.BLOB_FOLDER).glob("??/??/*")):
        if not path.name.startswith("."):
            yield path.name
