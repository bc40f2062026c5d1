"""How one entry of the log follows from the one before: what is hashed, and in which form.

The same everywhere and for ever, so that whoever kept a hash can check it without Parvis: SHA-256 (FIPS 180-4) over a
JSON object with sorted keys, without spaces, in ASCII, moments in UTC to the microsecond.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

# What the first entry names as the hash before it.
BEGINNING = hashlib.sha256(b"parvis log 1").hexdigest()


class Written(Protocol):
    """What is hashed of an entry."""

    number: int
    at: dt.datetime
    actor: str
    kind: str
    content: str
    previous: str


def canonical(value: Mapping[str, Any]) -> str:
    """``value`` as JSON that is the same for the same value: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def moment(at: dt.datetime) -> str:
    """``at`` in UTC to the microsecond, as 2026-11-23T03:00:00.000000+00:00."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def digest_of(entry: Written) -> str:
    """The SHA-256 of an entry, in hex: over everything in it and the hash of the one before."""
    said = {
        "number": entry.number,
        "at": moment(entry.at),
        "actor": entry.actor,
        "kind": entry.kind,
        "content": entry.content,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical(said).encode("ascii")).hexdigest()
