"""What a place for bytes can do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol


class StoreAway(OSError):
    """The place for files can't be reached or takes nothing (full, read-only): nothing was kept."""


class Store(Protocol):
    """A place for bytes called by their SHA-256 in hex. Every method raises StoreAway."""

    #: how `X-Accel-Redirect` names what lies here to nginx (``deploy/nginx/parvis.conf``)
    accel_location: ClassVar[str]

    def put(self, name: str, content: bytes) -> None:
        """Keep ``content`` as ``name``; kept already, it counts as written now."""

    def get(self, name: str) -> bytes:
        """The bytes; FileNotFoundError without them."""

    def has(self, name: str) -> bool:
        """Whether they are here."""

    def accel_address(self, name: str) -> str:
        """What nginx is told to send; FileNotFoundError where the bytes are known not to be here."""

    def written(self) -> Iterator[tuple[str, float]]:
        """Every name by the alphabet, and when it was last put (seconds since 1970)."""

    def may_remove(self) -> bool:
        """Whether ``remove`` can tell bytes that somebody puts in that very moment from old ones."""

    def remove(self, name: str, before: float) -> bool:
        """Take it away if it was last put earlier than ``before``; False when somebody has put it since."""

    def tidy(self, before: float) -> None:
        """Finish what a sweep or a put that died earlier than ``before`` has left behind."""

    def notes(self) -> bytes:
        """What the last sweep wrote down; empty when there was none."""

    def keep_notes(self, content: bytes) -> None:
        """Write that down, whole or not at all."""


def address(sha256: str) -> str:
    """Where ``sha256`` lies below the top of a store; ValueError when it is none."""
    if len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256):
        raise ValueError("Not a SHA-256 in hex.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
