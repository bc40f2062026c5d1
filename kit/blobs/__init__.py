"""Bytes by their SHA-256, in a folder or a bucket: written whole or not at all, never changed, shared by all.

This store knows no right: who asks for bytes must have asked the rule for the thing that cites them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from kit.blobs import sweeping
from kit.blobs.bucket import Bucket, bucket_of
from kit.blobs.folder import Folder
from kit.blobs.stores import Store, StoreAway, address
from kit.blobs.sweeping import UNUSED_FOR

__all__ = [
    "UNUSED_FOR",
    "Bucket",
    "Folder",
    "Store",
    "StoreAway",
    "address",
    "get",
    "has",
    "names",
    "put",
    "store",
    "sweep",
]


def store() -> Store:
    """Where this company keeps its files: PARVIS_BUCKET where it is set, else the folder ``blobs`` of its data."""
    return bucket_of(settings.BUCKET) if settings.BUCKET else Folder(Path(settings.BLOB_FOLDER))


def put(content: bytes) -> str:
    """Keep ``content``; its SHA-256 in hex. Putting the same bytes again makes them young again. Raises StoreAway."""
    sha256 = hashlib.sha256(content).hexdigest()
    store().put(sha256, content)
    return sha256


def get(sha256: str) -> bytes:
    """The bytes called ``sha256``; FileNotFoundError when they are not here, StoreAway when nobody can say."""
    return store().get(sha256)


def has(sha256: str) -> bool:
    """Whether they are here. Raises StoreAway."""
    return store().has(sha256)


def names() -> Iterator[str]:
    """The SHA-256 of everything kept here."""
    return (name for name, _ in store().written())


def sweep(unused_for: dt.timedelta = UNUSED_FOR) -> int:
    """Remove what nobody cites; how many. What that means is said in :func:`kit.blobs.sweeping.sweep`."""
    return sweeping.sweep(store(), unused_for)
