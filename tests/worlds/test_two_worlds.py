"""The same company with and without a secret: whoever is outside is sent the same bytes, at the same cost."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.worlds import normalised
from tests.worlds.addresses import Known
from tests.worlds.company import PUBLIC, be_mailed
from tests.worlds.outsiders import APPROVER, OUTSIDERS, views
from tests.worlds.recording import Recording, differences
from tests.worlds.secret import OTHER, PRIVATE, Secret, publish
from tests.worlds.world import Chapter, World, empty, playing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SECRET = Secret()
#: the same, looked into, handed over and archived
ENDED = replace(SECRET, ends=True)
SOME = 13  # of how many addresses one is asked, in a short run


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    empty()


def _recorded(
    folder: Path,
    secrets: tuple[Secret | None, Secret | None],
    roles: dict[str, int],
    *more: Chapter,
    status_only: Collection[str] = normalised.WHOLE_COMPANY,
) -> list[Recording]:
    """What outsiders are sent in a world of each secret; guessed are the keys of the first."""
    recordings: list[Recording] = []
    hidden: dict[str, str] = {}
    for number, secret in enumerate(secrets):
        with playing(World(private=secret), folder / str(number)) as world:
            world.play((*PUBLIC[:4], *more, *PUBLIC[4:], be_mailed), PRIVATE)
            hidden = hidden or dict(world.things)
            recordings.append(views(world, Known.of(world, hidden), roles, status_only))
    return recordings


def _shown(recordings: list[Recording], limit: int = 12) -> str:
    found = list(differences(*recordings))
    return "\n".join([f"{len(found)} addresses differ", *found[:limit]]) if found else ""


def test_an_outsider_is_sent_the_same_with_and_without_a_hidden_group(tmp_path):
    roles = {**dict.fromkeys(OUTSIDERS, SOME), "employee": 3}
    found = _shown(_recorded(tmp_path, (SECRET, None), roles))
    assert not found, found


def test_an_outsider_is_sent_the_same_whatever_a_hidden_group_says_and_whence_a_thread_was_moved(tmp_path):
    """One of the groups is besides looked into by an administrator, given to another manager and archived."""
    roles = {**dict.fromkeys(OUTSIDERS, SOME), APPROVER: 3 * SOME}
    secrets = (ENDED, OTHER)
    found = _shown(_recorded(tmp_path, secrets, roles, publish, status_only=normalised.AFTER_A_LOOK))
    assert not found, found


def test_a_former_member_is_sent_the_same_whatever_happens_after_they_left(tmp_path):
    roles = {**dict.fromkeys(OUTSIDERS, 3 * SOME), "former member": 4, "removed member": 4}
    secrets = (ENDED, replace(SECRET, goes_on=False))
    found = _shown(_recorded(tmp_path, secrets, roles, status_only=normalised.AFTER_A_LOOK))
    assert not found, found
