"""The keyboard shortcuts: the list, other keys for them, and what can't be a key."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from people import services, shortcuts
from people.models import Person

FIRST = {name: shortcut.keys for name, shortcut in shortcuts.SHORTCUTS.items()}


@pytest.fixture
def member(cast):
    client = Client()
    client.force_login(cast.member)
    return client


def kept(person: Person) -> dict[str, str]:
    return Person.objects.get(pk=person.pk).own_keys


def told_to_scripts(page: str) -> dict[str, str]:
    found = re.search(r'data-keys="([^"]*)"', page)
    return json.loads(html.unescape(found[1])) if found else {}


def test_the_list_says_every_shortcut_as_a_page_and_as_a_dialog(member):
    page = member.get("/keys/").content.decode()
    dialog = member.get("/keys/", headers={"HX-Request": "true"}).content.decode()
    for said in (page.split("<main", 1)[1], dialog):
        for shortcut in shortcuts.SHORTCUTS.values():
            assert html.escape(str(shortcut.does)) in said
        assert "<kbd>g</kbd> <kbd>h</kbd>" in said
        assert "<kbd>Shift</kbd> <kbd>x</kbd>" in said
    assert "<html" not in dialog


def test_no_two_shortcuts_begin_alike():
    assert not shortcuts.conflicts(FIRST)
    assert {shortcuts.tidy_keys(keys) for keys in FIRST.values()} == set(FIRST.values())


def test_the_scripts_and_templates_know_no_key_that_the_list_does_not():
    root = Path(settings.BASE_DIR)
    texts = "".join(path.read_text() for path in (root / "templates").rglob("*.html"))
    used = {key for keys in re.findall(r'data-key="([^"]+)"', texts) for key in keys.split()}
    script = (root / "static/src/keys.js").read_text()
    places = re.findall(r'"(g \w)": "', script)
    single = re.search(r'const SINGLE = "(.+)";', script)[1]
    assert set(single) == {keys for keys in FIRST.values() if " " not in keys} and len(set(single)) == len(single)
    assert used <= set(FIRST.values())
    assert set(places) == {keys for keys in FIRST.values() if " " in keys}


def test_somebody_has_other_keys_and_the_scripts_are_told_of_those_alone(cast, member):
    assert told_to_scripts(member.get("/keys/").content.decode()) == {}
    assert member.post("/preferences/keys/", {**FIRST, "new": "w", "home": "h", "mute": ""}).status_code == 302
    assert kept(cast.member) == {"new": "w", "home": "h", "mute": ""}
    page = member.get("/keys/").content.decode()
    assert told_to_scripts(page) == {"c": "w", "g h": "h", "m": ""}
    assert "<kbd>w</kbd></dt><dd>New thread" in page and "no key</span></dt><dd>Mute" in page
    assert 'name="new" value="w"' in member.get("/preferences/keys/").content.decode()


def test_nobody_else_is_shown_them(cast, member, client):
    services.set_keys(person=cast.member, keys={"new": "w"})
    client.force_login(cast.reader)
    assert told_to_scripts(client.get("/keys/").content.decode()) == {}


def test_two_shortcuts_may_change_keys_with_each_other(cast):
    services.set_keys(person=cast.member, keys={"next": "k", "previous": "j"})
    assert json.loads(shortcuts.moved(cast.member)) == {"j": "k", "k": "j"}


def test_a_key_that_would_do_two_things_is_refused_with_both_named_and_what_was_written_stays(cast, member):
    answer = member.post("/preferences/keys/", {**FIRST, "new": "r", "has_single_keys": "on"})
    page = html.unescape(answer.content.decode()).replace("\u2068", "").replace("\u2069", "")
    assert answer.status_code == 422 and kept(cast.member) == {}
    assert "r is also the key for “Reply”. Give one of the two another key, or none." in page
    assert "r is also the key for “New thread”." in page
    assert 'name="new" value="r"' in page


@pytest.mark.parametrize("wish", [{"new": "g"}, {"new": "r x"}, {"home": "c h"}])
def test_a_key_that_begins_another_shortcut_is_refused(cast, wish):
    with pytest.raises(ValidationError, match="first key"):
        services.set_keys(person=cast.member, keys=wish)
    assert kept(cast.member) == {}


@pytest.mark.parametrize("written", ["a b c", "ab", "g hi", "\u202e", "\u0301", "🏳️‍🌈", "\x07"])
def test_what_is_no_key_is_refused(cast, written):
    with pytest.raises(ValidationError, match="one key, or two"):
        services.set_keys(person=cast.member, keys={"new": written})


@pytest.mark.parametrize(
    ("written", "keys"), [(" w ", "w"), ("g  w", "g w"), ("ж", "ж"), ("e\u0301", "é"), ("W", "W"), ("ù", "ù")]
)
def test_keys_of_any_keyboard_are_taken(cast, written, keys):
    services.set_keys(person=cast.member, keys={"new": written})
    assert kept(cast.member) == {"new": keys}


def test_a_shortcut_nobody_knows_is_refused(cast):
    with pytest.raises(ValidationError):
        services.set_keys(person=cast.member, keys={"fire": "w"})


def test_all_keys_are_the_first_ones_again_after_a_reset(cast, member):
    services.set_keys(person=cast.member, keys={"new": "w", "mute": ""})
    assert "Give every shortcut its first keys" in member.get("/preferences/keys/").content.decode()
    assert member.post("/preferences/keys/", {"reset": "1"}).status_code == 302
    assert kept(cast.member) == {} and shortcuts.keys_of(Person.objects.get(pk=cast.member.pk)) == FIRST


def test_single_keys_are_switched_off_beside_the_keys(cast, member):
    member.post("/preferences/keys/", FIRST)
    page = member.get("/keys/").content.decode()
    assert 'data-single-keys="off"' in page and "switched off in your preferences" in page
    member.post("/preferences/keys/", {**FIRST, "has_single_keys": "on"})
    assert "data-single-keys" not in member.get("/keys/").content.decode()


def test_somebody_whose_account_is_closed_changes_no_key(cast):
    Person.objects.filter(pk=cast.member.pk).update(is_active=False)
    with pytest.raises(PermissionDenied):
        services.set_keys(person=cast.member, keys={"new": "w"})
    with pytest.raises(PermissionDenied):
        services.reset_keys(person=cast.member)
