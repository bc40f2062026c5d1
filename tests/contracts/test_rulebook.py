"""The page of the rule says what the code does."""

from __future__ import annotations

from pathlib import Path

from groups.models import SpaceType
from groups.rules import RULES
from intranet import rulebook

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"


def test_the_page_of_the_rule_is_printed_from_the_table():
    assert PAGE.read_text() == rulebook.as_page(), "run manage.py print_rules > docs/rules.md"


def test_the_page_shows_every_action_and_every_type():
    text = rulebook.as_page()
    assert all(f"**{action}**" in text for action in RULES)
    assert set(rulebook.SHOWN) == set(SpaceType)
