"""Who is in a thread: on this node, and on the others as they tell.

Each node tells the others who is here when that changes, when another asks, and every 20 s; and that it is alive every
second. A node that is silent for five is gone, and its people with it. What is lost on the way heals by the next
telling.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from live.sockets import Socket

SILENT_SECONDS = 5.0
TELL_AGAIN_SECONDS = 20.0

ALIVE_EVERY = 1.0
#: people named in a frame; the rest is a number
NAMED = 20

StreamId = tuple[str, int]
Cards = dict[int, dict[str, Any]]
SendTo = Callable[[StreamId | None, dict[str, Any]], None]


class Watched(Protocol):
    """What presence needs to know of a stream."""

    id: StreamId
    rights: tuple
    sockets: set[Socket]
    here_changed: bool
    tell_at: float
    asks: bool


class Elsewhere:
    """The people on other nodes, by stream and node."""

    def __init__(self) -> None:
        self._alive: dict[str, float] = {}
        self._people: dict[StreamId, dict[str, Cards]] = {}

    def hear_alive(self, node: str) -> bool:
        """Note that ``node`` is there; True when it was not known, and has to be told everything."""
        is_new = node not in self._alive
        self._alive[node] = time.monotonic()
        return is_new

    def hear_people(self, stream_id: StreamId, node: str, cards: Cards) -> bool:
        """Note who is in a stream on ``node``; True when that changed."""
        by_node = self._people.setdefault(stream_id, {})
        before = by_node.get(node, {})
        if cards:
            by_node[node] = cards
        else:
            by_node.pop(node, None)
        return before.keys() != cards.keys()

    def people(self, stream_id: StreamId) -> Cards:
        """Everybody in a stream on any other node."""
        return {pk: card for cards in self._people.get(stream_id, {}).values() for pk, card in cards.items()}

    def forget(self, stream_id: StreamId) -> None:
        """Nobody here watches it any more."""
        self._people.pop(stream_id, None)

    def drop_silent(self) -> set[StreamId]:
        """Let go of nodes that were not heard of for a while; the streams whose people changed by that."""
        now = time.monotonic()
        gone = {node for node, heard in self._alive.items() if now - heard > SILENT_SECONDS}
        for node in gone:
            del self._alive[node]
        changed = set()
        for stream_id, by_node in self._people.items():
            for node in [node for node in by_node if node in gone]:
                del by_node[node]
                changed.add(stream_id)
        return changed


def frame_of(cards: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What a socket is told of who is here."""
    # By name: the order of a set of sockets is chance, and which are the first twenty with it.
    everybody = sorted(cards, key=lambda card: (card["name"], card["id"]))
    return {"type": "here", "people": everybody[:NAMED], "count": len(everybody)}


class Presence:
    """Who is here, over all nodes, for one hub. ``send_to`` reaches the hubs that watch a stream, or (None) all."""

    def __init__(self, send_to: SendTo, *, is_alone: bool) -> None:
        self.node = secrets.token_hex(8)
        self.elsewhere = Elsewhere()
        self._send_to = send_to
        self._is_alone = is_alone
        self._said_alive = -ALIVE_EVERY

    def changed(self, stream: Watched) -> None:
        """Somebody came or went on this node."""
        stream.here_changed = True
        stream.tell_at = 0.0

    def left(self, stream: Watched) -> None:
        """The last one on this node went, and the hub lets go of the stream."""
        self.elsewhere.forget(stream.id)
        if not self._is_alone and stream.id[0] == "thread":
            self._tell(stream, {})

    def hear(self, message: dict[str, Any], streams: dict[StreamId, Any]) -> None:
        """What another node says of itself (``live.alive``) or of a stream (``live.here``; its rights were checked)."""
        node = message["node"]
        if node == self.node:
            return
        if self.elsewhere.hear_alive(node):
            for stream in streams.values():
                stream.tell_at, stream.asks = 0.0, True
        stream = streams.get((message.get("kind"), message.get("key")))
        if stream is None:
            return
        cards = {int(pk): card for pk, card in message["people"].items()}
        if self.elsewhere.hear_people(stream.id, node, cards):
            stream.here_changed = True
        if message["asks"]:
            stream.tell_at = 0.0

    def owed(self, streams: Iterable[Watched]) -> list[tuple[Watched, Cards]]:
        """Tell the other nodes what is due; of which streams this node's sockets are to hear who is here."""
        now = time.monotonic()
        if not self._is_alone and now - self._said_alive >= ALIVE_EVERY:
            self._said_alive = now
            self._send_to(None, {"type": "live.alive", "node": self.node})
        changed = self.elsewhere.drop_silent()
        owed = []
        for stream in streams:
            if stream.id[0] != "thread":
                continue
            here = {socket.person_id: socket.card for socket in stream.sockets}
            if not self._is_alone and now >= stream.tell_at:
                self._tell(stream, here)
                stream.tell_at, stream.asks = now + TELL_AGAIN_SECONDS, False
            if stream.here_changed or stream.id in changed:
                stream.here_changed = False
                owed.append((stream, {**self.elsewhere.people(stream.id), **here}))
        return owed

    def _tell(self, stream: Watched, here: Cards) -> None:
        # Keys of a message are text on the way.
        people = {str(pk): card for pk, card in here.items()}
        message = {"type": "live.here", "node": self.node, "people": people, "asks": stream.asks}
        self._send_to(stream.id, {**message, "kind": stream.id[0], "key": stream.id[1], "rights": list(stream.rights)})
