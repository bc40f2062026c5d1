"""What the advisory feeds say is read for what it is: a hole, none, or no answer, which is never taken for none."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

import advisories  # noqa: E402
from check import UNREAD  # noqa: E402

GOOD = {"name": "django", "version": "5.2.19", "vulns": []}
BAD = {"name": "pillow", "version": "9.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["9.1"]}]}
UNKNOWN = {"name": "celery", "skip_reason": "Dependency not found on PyPI and could not be audited: celery (5.7.0)"}


def packages(*found) -> str:
    return json.dumps({"dependencies": found, "fixes": []})


def test_a_hole_is_named_with_the_version_that_mends_it():
    said = advisories.read_python(packages(GOOD, BAD))
    assert said.holes == ["pillow 9.0: PYSEC-1, mended in 9.1"] and not said.unread
    said = advisories.read_front_end(json.dumps({"vulnerabilities": {"htmx.org": {"severity": "high", "range": "<2"}}}))
    assert said.holes == ["htmx.org: high, <2"]


@pytest.mark.parametrize("printed", [packages(GOOD, UNKNOWN), "", "not json", "[]", "{}"])
def test_what_the_feed_did_not_answer_for_is_not_passed(printed):
    assert advisories.read_python(printed, "ConnectionError: refused").unread


@pytest.mark.parametrize("printed", ['{"message": "405 Method Not Allowed", "error": {}}', "", "[]"])
def test_a_registry_without_advisories_is_said(printed):
    said = advisories.read_front_end(printed, "npm warn x\nnpm warn audit 405 Method Not Allowed\n")
    assert "405" in said.unread and not said.holes


@pytest.mark.parametrize(
    ("python", "front_end", "code", "word"),
    [
        (packages(GOOD), '{"vulnerabilities": {}}', 0, ""),
        (packages(BAD), "", 1, "KNOWN HOLE pillow"),
        (packages(GOOD), "", UNREAD, "NOT CHECKED npm audit"),
        (packages(UNKNOWN), '{"vulnerabilities": {}}', UNREAD, "1 of 1 packages"),
    ],
)
def test_the_worst_answer_counts_and_every_one_is_said(monkeypatch, capsys, python, front_end, code, word):
    answers = iter([(python, ""), (front_end, "npm warn audit 405\n")])
    monkeypatch.setattr(advisories, "_run", lambda _command: next(answers))
    assert advisories.main() == code
    assert word in capsys.readouterr().out
