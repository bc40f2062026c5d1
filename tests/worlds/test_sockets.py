"""What open tabs of outsiders are sent while a hidden group is at work: the same frames, of the same size."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from live import streams
from tests.worlds.addresses import UNUSED
from tests.worlds.company import PUBLIC
from tests.worlds.outsiders import FORMER, OUTSIDERS
from tests.worlds.secret import PRIVATE, Secret
from tests.worlds.sockets import tabs
from tests.worlds.world import NOBODY, World, empty, playing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

#: what each kind of stream is named by, and which things of the two worlds are watched
WATCHED = {
    "thread": (("question", "idea", "said"), ("hidden thread", "hidden restricted")),
    "row": (("question", "idea"), ("hidden thread",)),
    "wall": (("common", "open", "closed"), ("hidden space", "namesake")),
    "readers": (("open",), ("hidden space",)),
    "inbox": ((), ()),  # one's own, by one's own id; that of an insider is guessed below
}


def _names(world: World, who: str, hidden: dict[str, str], *, guesses: bool) -> list[str]:
    """Streams that ``who`` watches: those of the company, their inbox, and, guessing, everything hidden."""
    names = [
        f"{kind}:{world.things[thing]}" for kind, (own, _) in WATCHED.items() for thing in own if thing in world.things
    ]
    names.append(f"inbox:{world.people[who].public_id}")
    if guesses:
        names += [f"{kind}:{hidden[thing]}" for kind, (_, guessed) in WATCHED.items() for thing in guessed]
        names += [f"inbox:{world.people['hugo'].public_id}", *(f"{kind}:{UNUSED}" for kind in WATCHED)]
    return names


def _frames(world: World, hidden: dict[str, str], people: list[str]) -> dict[str, list[str]]:
    """Every frame of these people after the step it came with: to what they guess, and as the scripts go on."""
    seen: dict[str, list[str]] = {who: [] for who in people}
    inside: list[str] = []
    with tabs() as open_tabs:

        def note(step: str) -> None:
            for name, frames in open_tabs.turn().items():
                if name in seen:
                    seen[name] += [f"{step} → {frame}" for frame in frames]
                elif name == "hugo inside":
                    inside.extend(frames)

        for who in ("hugo", *people):
            open_tabs.open(who, world.browsers[who], _names(world, who, hidden, guesses=who != "hugo"))
            note(f"{who} opens a tab")
        secret = [f"thread:{hidden['hidden thread']}", f"wall:{hidden['hidden space']}"]
        if world.private is not None:
            open_tabs.open("hugo inside", world.browsers["hugo"], secret)
        note("in private")
        for who in people:
            open_tabs.say(who, {"type": "typing", "stream": secret[0]})
        if world.private is not None:
            open_tabs.say("hugo inside", {"type": "typing", "stream": secret[0]})
        note("in private")
        open_tabs.say("hugo", {"type": "typing", "stream": f"thread:{world.things['question']}"})
        note("hugo types")
        with world.telling(note):
            world.play(PUBLIC[3:], PRIVATE[3:])
        if world.private is not None:
            told = [json.loads(frame) for frame in inside]
            is_told = any(frame["type"] == "post" for frame in told)
            assert is_told or not world.private.goes_on, "the script inside makes no frame: nothing is proved"
            typed = [frame["person"]["name"] for frame in told if frame["type"] == "typing"]
            assert not set(typed) & {world.people[who].display_name for who in OUTSIDERS.values() if who != NOBODY}
    return seen


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    empty()


def _compared(
    folder: Path, secrets: tuple[Secret, Secret | None], people: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """The frames of these people, which are the same in a world of each secret."""
    frames: list[dict[str, list[str]]] = []
    hidden: dict[str, str] = {}
    for secret in secrets:
        with playing(World(private=secret), folder / str(len(frames))) as world:
            world.play(PUBLIC[:3], PRIVATE[:3])
            hidden = hidden or dict(world.things)
            frames.append(_frames(world, hidden, people))
    for who in people:
        assert frames[0][who] == frames[1][who], who
    return {who: [json.loads(frame.partition(" → ")[2]) for frame in frames[0][who]] for who in people}


def test_a_tab_of_an_outsider_is_sent_the_same_frames_with_and_without_a_hidden_group(tmp_path):
    people = [who for who in OUTSIDERS.values() if who != NOBODY]
    seen = _compared(tmp_path, (Secret(), None), people)
    told = {frame["type"] for frames in seen.values() for frame in frames}
    assert told >= {"watching", "here", "typing", "post", "version", "activity"}, (
        "too little was told: nothing is proved"
    )
    first = seen["emil"][0]
    assert f"thread:{UNUSED}" in first["gone"] and len(first["gone"]) > len(WATCHED)


def test_a_tab_of_a_member_who_leaves_is_sent_the_same_whether_the_group_goes_on_or_not(tmp_path):
    people = list(FORMER.values())
    seen = _compared(tmp_path, (Secret(), replace(Secret(), goes_on=False)), people)
    assert any(frame["type"] == "gone" for frame in seen[people[0]])


def test_every_kind_of_stream_is_watched():
    assert set(streams.kinds()) == set(WATCHED), "say which streams of the new kind an outsider watches"
