"""A short run of the random machine, the same scripts each time; `make worlds` draws others, for hours."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections

from tests.worlds.leaks import besides
from tests.worlds.leaks.planting import LEAKS
from tests.worlds.machine import results, rules, scripts
from tests.worlds.machine.deeds import DEEDS
from tests.worlds.machine.pairs import Pair, pair
from tests.worlds.machine.scripts import COMPANY, FORMS, Pace, Script, Unlike
from tests.worlds.machine.steps import Step
from tests.worlds.world import IS_SERVER

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

#: what a run of `make test` may cost: a minute of CPU on a quiet machine. PostgreSQL's turn: docs/privacy.md
STEPS = 4 if IS_SERVER else 6
PACE = Pace(touched=6, sample=1, end=90)
PLAYED = FORMS[:1] if IS_SERVER else FORMS


@pytest.fixture(scope="module")
def both(django_db_setup, django_db_blocker) -> Iterator[Pair]:
    """Two worlds in processes of their own, beside the database of the tests."""
    with django_db_blocker.unblock():
        # Nobody is connected with what is copied.
        SyncToAsync.single_thread_executor.submit(connections.close_all).result(timeout=10)
        connections.close_all()
        gc.collect()
        with pair(COMPANY) as made:
            yield made


@pytest.mark.parametrize("form", PLAYED, ids=lambda form: form.name.replace(" ", "-"))
def test_outsiders_are_sent_the_same_whatever_people_do_at_random(both, form, record_property):
    played: list[Script] = []
    with rules.begun(both, form):
        rules.play(both, form, PACE, number=20, scripts=1, steps=STEPS, shrinks=True,
                   hears=lambda one, _: played.append(one))  # fmt: skip
    counted = played[0].counted
    record_property("played", f"{counted.steps} steps, {2 * counted.looks} pages, {counted.worked:.0f} s of CPU")
    assert counted.steps and counted.looks


def test_a_leak_is_told_with_its_address_the_outsider_and_as_few_steps_as_show_it(both):
    leak = besides.public_ids_count.__name__.replace("_", " ")
    played: list[list[str]] = []
    found: Unlike | None = None
    with rules.begun(both, FORMS[0]):
        for number in range(1, 9):
            try:
                rules.play(both, FORMS[0], replace(PACE, end=0), number=number, scripts=1, steps=8, shrinks=True,
                           hears=lambda script, _: played.append(script.told), plant=leak)  # fmt: skip
            except Unlike as told:
                found = told
                if len(played[-1]) > 1:
                    break
    assert found, "nobody noticed"
    assert played[-1] == played[-2], "the same choices came to another end"
    assert len(found.script) == 1 < len(played[-1])
    said = str(found)
    assert "can tell two worlds apart at " in said and said.endswith(f"\nafter\n  1. {found.script[0]}")
    assert found.where.split()[0] in ("GET", "POST") and found.who in FORMS[0].roles


def test_what_happened_on_a_branch_has_never_happened(both):
    asked = [("emil", "get", "/groups/"), ("emil", "get", "/search/?q=lathe")]
    with both.branch():
        before = both.both("looks", asked)
    with both.branch():
        script = Script(both, FORMS[-1], PACE)
        common = script.scene.places[0].key
        sent = {"spaces": [common], "kind": "discussion", "title": "A lathe", "body": "A lathe in hall two"}
        script.take(Step("emil", "emil posts", "/threads/new/", sent), inside=False)
    with both.branch():
        assert both.both("looks", asked) == before


def test_the_machine_stops_between_two_steps_when_it_is_time(both):
    with rules.begun(both, FORMS[-1]), pytest.raises(rules.Enough):
        rules.play(both, FORMS[-1], PACE, number=1, scripts=1, steps=STEPS, shrinks=False, hears=lambda *_: None,
                   is_over=lambda: True)  # fmt: skip
    assert both.both("known")[0] == both.both("known")[1]


def test_every_private_deed_has_a_public_one_or_is_of_hidden_groups_only():
    private = {name.removesuffix("_inside") for name, deed in DEEDS.items() if deed.is_private}
    assert private - set(DEEDS) == {"write_what_may_be_published", "publish"}
    assert len(DEEDS) > 50


def test_results_grow_over_runs_and_sum_up_to_steps_by_role(tmp_path):
    script = object.__new__(Script)
    script.form, script.counted = FORMS[1], scripts.Counted(steps=20, private=8, refused=2, looks=300, worked=12.0)
    found = Unlike("GET /groups/", "guest", "byte 7", ["hanna looks"])
    for batch in (1, 2):
        results.Scripts(tmp_path).add(results.line_of(script, None, seed=7, batch=batch, code="abc"))
    leak = next(leak for leak in LEAKS if leak.door.startswith("the rule"))
    results.Leaks(tmp_path).add(results.leak_line(leak, found, seed=7, steps=12, worked=9.0, code="abc"))
    kept = results.Scripts(tmp_path)
    assert kept.played(7) == (2, 40) and kept.played(8) == (0, 0)
    text = results.summary(kept.lines, results.Leaks(tmp_path).lines)
    assert "| former member | 40 |" in text and "told two worlds apart: 0" in text
    assert f"| {leak.name} | the rule | 1 | 1 | 12 |" in text
