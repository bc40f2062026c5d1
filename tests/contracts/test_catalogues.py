"""French is complete: nothing empty, nothing guessed, the same placeholders."""

from __future__ import annotations

import sys
from pathlib import Path

import polib
import pytest
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode
from django.utils.translation import trim_whitespace

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


def _counting_sentences() -> list[tuple[str, str, str, str]]:
    """Template, context, singular and plural of every sentence that counts, as Django asks the catalogue for it."""
    found = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        parsed = engines["django"].from_string(path.read_text())
        for node in parsed.template.nodelist.get_nodes_by_type(BlockTranslateNode):
            if node.plural:
                context = node.message_context.resolve({}) if node.message_context else ""
                singular, plural = (node.render_token_list(part)[0] for part in (node.singular, node.plural))
                if node.trimmed:
                    singular, plural = trim_whitespace(singular), trim_whitespace(plural)
                found.append((str(path.relative_to(ROOT)), context, singular, plural))
    return found


def test_a_sentence_that_counts_says_its_number_by_the_name_that_the_catalogue_knows():
    # Two templates with one singular and two names for the number share one entry: the other one stays English.
    known = {
        (entry.msgctxt or "", entry.msgid): entry.msgid_plural for entry in polib.pofile(catalogues.catalogues()[0])
    }
    sentences = _counting_sentences()
    assert len(sentences) > 50
    assert not [said for said in sentences if known[said[1:3]] != said[3]]
