"""The test bites: each planted leak is found by its script, which finds nothing in the product as it is."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

import pytest
from django.core import mail

from tests.worlds.addresses import Known
from tests.worlds.company import PUBLIC
from tests.worlds.leaks import besides, going, mailing, reading, searching, sockets  # noqa: F401 - each registers its leaks
from tests.worlds.leaks.doors import DOORS, ELSEWHERE
from tests.worlds.leaks.planting import LEAKS, Leak, planted
from tests.worlds.outsiders import as_sent
from tests.worlds.recording import Answer, difference
from tests.worlds.secret import PRIVATE, Secret
from tests.worlds.world import World, empty, playing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

#: what each script was sent, as it is and with its leak: one list for each of the two worlds
Played = dict[str, tuple[list[list[Answer]], list[list[Answer]]]]


def _sent(world: World, known: Known, leak: Leak, *, is_planted: bool) -> list[Answer]:
    """What the script is sent, with the mails that went out meanwhile."""
    before = len(mail.outbox)
    with planted(leak.plant if is_planted else None):
        answers = leak.shows(world, known)
    return [*answers, *(as_sent(sent) for sent in mail.outbox[before:])]


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Played]:
    """Every script in both worlds, which are built once for all of them."""
    found: Played = {leak.name: ([], []) for leak in LEAKS}
    hidden: dict[str, str] = {}
    with django_db_blocker.unblock(), contextlib.ExitStack() as after:
        after.callback(empty)  # also where a script breaks: the worlds are no others' company
        for secret in (Secret(), None):
            with playing(World(private=secret), tmp_path_factory.mktemp("world")) as world:
                world.play(PUBLIC, PRIVATE)
                hidden = hidden or dict(world.things)
                known = Known.of(world, hidden)
                for who in world.people:  # what was still to be said to them has been said
                    world.look(who, "/")
                # First those whose scripts leave nothing behind, as it is and planted.
                for stays, is_planted in itertools.product((False, True), repeat=2):
                    for leak in (leak for leak in LEAKS if leak.stays == stays):
                        found[leak.name][is_planted].append(_sent(world, known, leak, is_planted=is_planted))
    yield found


def _unlike(worlds: list[list[Answer]]) -> str:
    first, second = worlds
    if len(first) != len(second):
        return f"{len(first)} and {len(second)} answers and mails"
    return next((found for one, other in zip(first, second, strict=True) if (found := difference(one, other))), "")


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_the_leak_is_found_and_the_product_has_it_not(leak, played):
    as_it_is, with_leak = played[leak.name]
    assert not (found := _unlike(as_it_is)), found
    assert all(answer.status < 500 for answers in with_leak for answer in answers), "the leak breaks the page"
    assert _unlike(with_leak), f"nobody noticed that {leak.name} ({leak.door})"


def test_a_leak_is_planted_at_every_door_there_is():
    planted_here = [name for names in DOORS.values() for name in names]
    assert sorted(planted_here) == sorted(leak.name for leak in LEAKS), "each leak stands for one door of leaks.doors"
    assert len(set(planted_here)) == len(planted_here) >= 40
    assert all(DOORS.values()) and not set(DOORS) & set(ELSEWHERE)
