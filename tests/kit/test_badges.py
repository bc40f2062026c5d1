"""The signs in the square of a group and in the circle of a person."""

from __future__ import annotations

import pytest

from kit.templatetags.parvis import badge_of, initials_of


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("M4 metering pump", "M4"),
        ("gc450 line", "GC"),
        ("Project Aubépine", "PA"),
        ("Supplier quality", "SQ"),
        ("Field service tips", "FT"),
        ("Records", "R"),
        ("2027 budget", "2B"),
        ("", "?"),
    ],
)
def test_a_group_shows_the_code_its_name_begins_with_or_initials(name, signs):
    assert badge_of(name) == signs


def test_a_person_shows_initials_whatever_the_name():
    assert initials_of("R2 Detoo") == "RD"
