"""Bytes by their SHA-256, in a folder: written whole or not at all, never changed, shared by whoever holds the name.

This store knows no right: who asks for bytes must have asked the rule for the thing that cites them.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def _path(sha256: str) -> Path:
    if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
        raise ValueError("Not a SHA-256 in hex.")
    return Path(settings.BLOB_FOLDER) / sha256[:2] / sha256[2:4] / sha256


def put(content: bytes) -> str:
    """Keep ``content``; its SHA-256 in hex. Putting the same bytes again costs one look."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return sha256


def get(sha256: str) -> bytes:
    """The bytes called ``sha256``; FileNotFoundError when they are not here."""
    return _path(sha256).read_bytes()


def has(sha256: str) -> bool:
    return _path(sha256).exists()


def names() -> Iterator[str]:
    """The SHA-256 of everything kept here."""
    for path in sorted(Path(settings.BLOB_FOLDER).glob("??/??/*")):
        if not path.name.startswith("."):
            yield path.name
