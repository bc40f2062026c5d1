"""Who is here: told by name."""

from __future__ import annotations

from live.presence import NAMED, Presence, frame_of
from live.sockets import Socket
from live.streams import Stream, StreamState


async def _nothing(_said: object) -> None:
    """A network that takes everything."""


def test_who_is_here_is_named_by_name_and_so_are_the_first_of_many():
    people = [f"Person {number:02}" for number in range(NAMED + 9)]
    stream = Stream(("thread", 1), "x", StreamState(1, (1,), 1))
    for number, name in enumerate(people):
        card = {"id": str(number), "name": name}
        stream.sockets.add(
            Socket(person_id=number, epoch=0, session_key="", language="", card=card, send=_nothing, close=_nothing)
        )
    presence = Presence(lambda stream_id, message: None, is_alone=True)
    presence.changed(stream)
    ((_, cards),) = presence.owed([stream])
    frame = frame_of(cards.values())
    assert [card["name"] for card in frame["people"]] == people[:NAMED]
    assert frame["count"] == NAMED + 9
