"""What holds for every template: a contract on top of each partial, and nothing the content policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PARTIALS = [path for path in TEMPLATES if path.name.startswith("_")]
IN_MAIL = {"account/email", "people/mail", "notifications/mail/"}  # a mail has no style sheet
LONGEST = 300  # lines

FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=", re.I),
    "an inline handler": re.compile(r"\son(click|change|input|submit|load|focus|blur|key\w+|mouse\w+)\s*=", re.I),
    "an inline script": re.compile(r"<script(?![^>]*(\ssrc=|application/json))", re.I),
    "a style element": re.compile(r"<style", re.I),
    "htmx that evaluates": re.compile(r"hx-(on|vals\s*=\s*['\"]js:)", re.I),
    "a foreign host": re.compile(r"(src|href)\s*=\s*['\"]https?://", re.I),
    "an unnamed placeholder": re.compile(r"{%\s*(translate|trans)\s+['\"][^'\"]*%s", re.I),
    "a role word": re.compile(r"(\.role|is_administrator|memberships)\s*(==|\b.*%})"),
}
# Where a template shows what somebody is, rather than decides what they may do.
SHOWS_ROLES = ("groups/_member", "people/", "account/", "profiles/_hero")


def _name(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", PARTIALS, ids=_name)
def test_a_partial_opens_with_its_contract(path):
    text = path.read_text().lstrip()
    text = re.sub(r"^({%\s*load[^%]*%}\s*)+", "", text)
    assert text.startswith(("{#", "{% comment %}")), "say first which variables it takes"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_holds_nothing_the_content_policy_forbids(path):
    if any(_name(path).startswith(folder) for folder in IN_MAIL):
        return
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    if _name(path).startswith(SHOWS_ROLES):
        found = [what for what in found if what != "a role word"]
    assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_is_short_enough_to_read(path):
    assert len(path.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_partial_is_included_with_only(path):
    if any(_name(path).startswith(folder) for folder in IN_MAIL):
        return
    loose = [
        tag for tag in re.findall(r"{%\s*include\s[^%]*%}", path.read_text()) if " with " in tag and " only " not in tag
    ]
    assert not loose
