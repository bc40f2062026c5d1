"""Secrets: made once at the first start and kept in a file only the service's user reads."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path


def kept_secret(folder: Path, name: str) -> str:
    """The secret called ``name`` in ``folder/secrets.json``, made (64 bytes, URL-safe) if it is not there yet.

    ``PARVIS_SECRET_<NAME>`` in the environment goes before the file, for several nodes that share secrets.
    Two processes that start at once get the same one.
    """
    given = os.environ.get(f"PARVIS_SECRET_{name.upper()}")
    if given:
        return given
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "secrets.json"
    kept = _read(path)
    if name in kept:
        return kept[name]
    with (folder / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = _read(path)
        if name not in kept:
            kept[name] = secrets.token_urlsafe(64)
            # Whole file or none: a half-written one would end every session.
            draft = path.with_suffix(f".{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
    return kept[name]


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
