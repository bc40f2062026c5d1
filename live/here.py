"""Who is here, as the sockets of one stream are told: guests of those alone whom they may know of.

In an open group every employee may look in; a guest knows of those who are in it, and of no other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from live import streams
from live.presence import frame_of
from live.sockets import Socket, send_all
from live.streams import Stream

Ask = Callable[[Callable[[], Any]], Awaitable[Any]]


async def tell(stream: Stream, cards: Mapping[int, dict[str, Any]], ask: Ask) -> None:
    """Send the frame of the people in ``cards`` (by key) to the sockets of ``stream``."""
    known: set[int] = set()
    if any(socket.is_guest for socket in stream.sockets):
        known = await known_to_guests(stream, cards, ask)
    for is_guest in (False, True):
        if sockets := [socket for socket in stream.sockets if socket.is_guest == is_guest]:
            shown = [card for key, card in cards.items() if not is_guest or key in known]
            send_all(sockets, {"": {**frame_of(shown), "stream": stream.name}})


async def typing(stream: Stream, socket: Socket, ask: Ask) -> dict[str, Any]:
    """The event that tells the other watchers of ``stream`` that somebody is writing in it."""
    is_known = bool(await known_to_guests(stream, [socket.person_id], ask))
    said = {"from": socket.person_id, "to_guests": is_known, "frames": {"": {"type": "typing", "person": socket.card}}}
    # SECURITY: with its rights, so that a node which has not yet seen a removal asks the rule before it shows this.
    where = {"kind": stream.id[0], "key": stream.id[1], "rights": list(stream.rights)}
    return {"type": "live.event", **where, **said}


async def known_to_guests(stream: Stream, people: Collection[int], ask: Ask) -> set[int]:
    """Those of ``people`` whom the guests who watch ``stream`` may know of; nobody where nobody can say."""
    kind, key = stream.id
    wants, asked = getattr(streams.kinds()[kind], "known_to_guests", None), set(people) - stream.known_to_guests
    if wants is not None and asked:
        rights, found = stream.rights, None
        with contextlib.suppress(Exception):
            found = await ask(lambda: wants(key, asked))
        if found is None or stream.rights != rights:  # told at the next look
            stream.here_changed = True
            return set()
        stream.known_to_guests |= found
    return stream.known_to_guests & set(people)
