"""Secrets: made once at the first start and kept in a file only the service's user reads."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path

FILE = "secrets.json"
_PREFIX = "PARVIS_SECRET_"


def kept_secret(folder: Path, name: str) -> str:
    """The secret called ``name`` in ``folder/secrets.json``, made (64 bytes, URL-safe) if it is not there yet.

    ``PARVIS_SECRET_<NAME>`` in the environment goes before the file, for several nodes that share secrets.
    Two processes that start at once get the same one.
    """
    given = os.environ.get(f"{_PREFIX}{name.upper()}")
    if given:
        return given
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / FILE
    kept = read(path)
    if name in kept:
        return kept[name]
    with (folder / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = read(path)
        if name not in kept:
            kept[name] = secrets.token_urlsafe(64)
            write_whole(path, kept)
    return kept[name]


def all_in_use(folder: Path) -> dict[str, str]:
    """Every secret by name: those of the file, and over them those of the environment."""
    given = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(_PREFIX) and value
    }
    return read(folder / FILE) | given


def overruled(kept: dict[str, str]) -> list[str]:
    """The variables of the environment that say something else than ``kept``."""
    variables = {f"{_PREFIX}{name.upper()}": value for name, value in kept.items()}
    return [name for name, value in variables.items() if os.environ.get(name, value) != value]


def write_whole(path: Path, kept: dict[str, str]) -> None:
    """Write them for the service's user only. Whole file or none: a half-written one would end every session."""
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read(path: Path) -> dict[str, str]:
    """The secrets in a file; none when it isn't there."""
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
