"""French is complete: nothing empty, nothing guessed, the same placeholders."""

from __future__ import annotations

import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

import catalogues  # noqa: E402


@pytest.mark.parametrize("path", catalogues.catalogues(), ids=lambda path: path.parts[-3])
def test_a_catalogue_is_complete(path):
    assert catalogues.faults_of(path) == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="Hello"), "not translated"),
        (polib.POEntry(msgid="Hello", msgstr="Bonjour", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(msgid="Hello %(name)s", msgstr="Bonjour %(nom)s"), "placeholders"),
        (polib.POEntry(msgid="Hello %(name)s", msgstr="Bonjour"), "placeholders"),
        (polib.POEntry(msgid="one", msgid_plural="%(n)s", msgstr_plural={0: "un", 1: ""}), "not translated"),
        (polib.POEntry(msgid="one", msgid_plural="%(n)s", msgstr_plural={0: "un", 1: "%(n)s"}), ""),
    ],
)
def test_what_is_missing_is_found(tmp_path, entry, fault):
    catalogue = polib.POFile()
    catalogue.append(entry)
    catalogue.save(str(tmp_path / "django.po"))
    found = catalogues.faults_of(tmp_path / "django.po")
    assert len(found) == bool(fault)
    assert all(line.startswith(fault) for line in found)
