"""What can be watched. A stream is one thread, one wall or one inbox; upper floors say how each kind is asked.

``walls`` and ``notifications`` fill the slot ``live.streams`` with a :class:`StreamKind` each. The hub knows no
table above ``groups``: it compares states, and asks the kind who of its watchers may still read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from kit import slots
from live.sockets import Socket
from people.models import Person

StreamId = tuple[str, int]
EVERY_HUB = "live.hubs"
"""The channel-layer group that every hub listens to."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """Where a stream stands in the database.

    ``rights`` changes whenever somebody may have lost sight of it (epoch of its space, label, space);
    ``version`` rises with every visible change.
    """

    key: int
    rights: tuple
    version: int


class Stream:
    """What the hub knows of one watched stream."""

    __slots__ = (
        "_rights", "asks", "here_changed", "id", "is_heard", "known_to_guests", "public_id", "sockets", "tell_at",
        "version",
    )  # fmt: skip

    def __init__(self, stream_id: StreamId, public_id: str, state: StreamState) -> None:
        self.id = stream_id
        self.public_id = public_id
        # Of the people here, those whom its guests may know of, as far as that was asked under these rights.
        self.known_to_guests: set[int] = set()
        self._rights = state.rights
        self.version = state.version
        self.sockets: set[Socket] = set()
        # Presence: who is here changed; when the other nodes are told; whether they are asked in turn.
        self.here_changed = False
        self.tell_at = 0.0
        self.asks = True
        # False while the channel layer could not be subscribed to.
        self.is_heard = False

    @property
    def rights(self) -> tuple:
        """Those under which the watchers were last checked."""
        return self._rights

    @rights.setter
    def rights(self, rights: tuple) -> None:
        if rights != self._rights:
            self._rights, self.here_changed = rights, True
            self.known_to_guests.clear()

    @property
    def name(self) -> str:
        """What the client calls it: ``thread:<public id>``."""
        return f"{self.id[0]}:{self.public_id}"


class StreamKind(Protocol):
    """How one kind of stream is asked. Every method is one query, and none may trust the client.

    A kind that shows who is here has ``known_to_guests(key, person_ids)`` too: those of them whom every guest among
    its readers may know of. Without it guests are shown nobody.
    """

    name: str

    def open(self, viewer: Person, public_ids: Collection[str]) -> Mapping[str, StreamState]:
        """The states of those of ``public_ids`` that the rule lets ``viewer`` read."""

    def states(self, keys: Collection[int]) -> Mapping[int, StreamState]:
        """The states of streams already watched, by key; one that is gone is left out."""

    def readers(self, key: int, person_ids: Collection[int]) -> set[int]:
        """Those of ``person_ids`` who may read the stream now."""


def kinds() -> dict[str, StreamKind]:
    """Every kind of stream, by name."""
    return {kind.name: kind for kind in slots.filled("live.streams")}


def group_name(kind: str, key: int) -> str:
    """The channel-layer group that events of a stream travel on."""
    return f"live.{kind}.{key}"
