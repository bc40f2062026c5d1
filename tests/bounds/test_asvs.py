"""The list of ASVS 5.0 names every requirement of levels 1 and 2 once; the files it points to are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text()
#: section → how many requirements of levels 1 and 2 it has; they come first, those of level 3 after
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip


def named() -> list[str]:
    """Every requirement of the first column, ranges written out."""
    found = []
    for cell in re.findall(r"^\| ([\d., –]+) \|", PAGE, re.MULTILINE):
        for part in cell.split(", "):
            first, _, last = part.partition("–")
            section, _, number = first.rpartition(".")
            found += [f"{section}.{at}" for at in range(int(number), int(last or number) + 1)]
    return found


def test_every_requirement_of_levels_one_and_two_has_its_line():
    wanted = {f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)}
    assert len(wanted) == 253
    assert sorted(named()) == sorted(wanted)


def test_what_the_list_points_to_is_there():
    pointed = set(re.findall(r"`((?:docs|tests|kit|people|walls|groups|search|live|intranet|deploy)/[\w/.-]+)`", PAGE))
    assert len(pointed) > 30
    assert not [path for path in pointed if not (ROOT / path).exists()]
