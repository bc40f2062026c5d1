"""Down you call, up you tell: also in the tables, where a foreign key given as a text escapes the import linter."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps

from intranet import schedule, tasks  # noqa: F401  (registers the house's own tasks)

ROOT = Path(__file__).resolve().parents[2]


def floors() -> dict[str, int]:
    """Height of every app, read from the contract that import-linter holds."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = contracts[0]["layers"]
    return {app.strip(): height for height, layer in enumerate(reversed(layers)) for app in layer.split("|")}


def relations():
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields(include_hidden=True):
            if field.is_relation and not field.auto_created and field.related_model is not None:
                yield model, field.name, field.related_model


def faults(found, heights):
    """The relations that point up or to a neighbour."""
    for model, name, target in found:
        here, there = model._meta.app_label, target._meta.app_label
        if here == there or here not in heights or there not in heights:
            continue
        if heights[there] >= heights[here]:
            yield f"{here}.{model.__name__}.{name} points at {there}.{target.__name__}"


def test_no_relation_points_upstairs_or_to_a_neighbour():
    assert list(faults(relations(), floors())) == []


def test_the_test_sees_a_relation_that_points_upstairs():
    heights = floors()
    turned = {app: -height for app, height in heights.items()}
    assert list(faults(relations(), turned)), "with the house upside down every relation is a fault"


def test_every_app_of_ours_stands_on_a_floor():
    ours = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert ours == set(floors())


@pytest.mark.parametrize("task", sorted(schedule.lines()))
def test_what_is_scheduled_is_a_task_that_exists(task):
    current_app.loader.import_default_modules()
    assert task in current_app.tasks
