"""A guessed key of a hidden thing takes as long as a key nobody has; and the measure would find it if it did not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from groups.models import Space
from groups.views import group
from tests.worlds.addresses import UNUSED, Known
from tests.worlds.company import PUBLIC
from tests.worlds.leaks.planting import instead
from tests.worlds.outsiders import IS_LONG
from tests.worlds.secret import PRIVATE, Secret
from tests.worlds.timing import PAIRS, measured, time_tells
from tests.worlds.world import IS_SERVER, World, empty, playing

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(IS_SERVER, reason="docs/privacy.md says why, and what is compared in its stead"),
]

#: address, and of which hidden thing the key is guessed
ADDRESSES = (
    ("/groups/{}/", "hidden space"),
    ("/threads/{}/", "hidden thread"),
    ("/rows/?id={}", "hidden thread"),
    ("/tags/{}/", "hidden tag"),
)
MORE_ADDRESSES = (
    ("/groups/{}/members/", "hidden space"),
    ("/threads/{}/changes/?since=1", "hidden thread"),
    ("/posts/{}/", "hidden post"),
    ("/pictures/{}/", "hidden picture"),
    ("/compose/audience/?spaces={}", "hidden space"),
)
TAKES_LONG_STATEMENTS = 12


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[World, Known]]:
    """A company with a hidden group, built once for all that is measured."""
    with django_db_blocker.unblock():
        with playing(World(private=Secret()), tmp_path_factory.mktemp("world")) as world:
            world.play(PUBLIC, PRIVATE)
            world.look("emil", "/")
            yield world, Known.of(world, dict(world.things))
        empty()


def _calls(played: tuple[World, Known], form: str, thing: str) -> tuple[Callable[[], object], Callable[[], object]]:
    world, known = played
    key = {**known.hidden, "hidden tag": "zirconium"}[thing]
    unused = "zirconiux" if thing == "hidden tag" else UNUSED
    client = world.browsers["emil"]._client

    def call(address: str) -> Callable[[], object]:
        return lambda: client.get(address)

    return call(form.format(key)), call(form.format(unused))


@pytest.mark.parametrize(("form", "thing"), ADDRESSES + (MORE_ADDRESSES if IS_LONG else ()))
def test_a_guessed_key_takes_as_long_as_an_unused_one(form, thing, played):
    found = time_tells(*_calls(played, form, thing))
    assert not found, f"{form} tells by its time: {found}"


def test_a_delay_where_something_is_would_be_found(played):
    """Planted: what is hidden is looked up twelve times more, a few milliseconds."""

    def make(real):
        def find(viewer, public_id, action="know"):
            try:
                return real(viewer, public_id, action)
            except Exception:
                for _ in range(TAKES_LONG_STATEMENTS * Space.objects.filter(public_id=public_id).count()):
                    list(Space.objects.filter(public_id=public_id))
                raise

        return find

    with instead(group, "group_or_404", make):
        found = time_tells(*_calls(played, "/groups/{}/", "hidden space"))
    assert found and all(one.ratio > 1 for one in found)


def test_two_calls_of_one_address_are_never_told_apart(played):
    """The measure of the measure: fifty times with ``PARVIS_WORLDS=all``, once in a short run."""
    same, _other = _calls(played, "/groups/{}/", "hidden space")
    told = [measured(same, same, PAIRS, seed=number) for number in range(50 if IS_LONG else 1)]
    assert not [one for one in told if one.is_apart]
