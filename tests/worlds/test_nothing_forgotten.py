"""Every way out of the product is walked, or stands here with the reason why not; a new one fails until it does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.urls import get_resolver, path

from intranet.celery import app as celery
from intranet.probes import Probes
from kit import facts
from live import consumers, routing
from tests.contracts import test_urls as contract
from tests.worlds.addresses import ALSO, DIALOG, HTMX, KINDS, LEFT_OUT, PARTS, Known, needs, with_keys
from tests.worlds.company import PUBLIC
from tests.worlds.outsiders import FORMER, IS_LONG, NOT_THERE, OUTSIDERS
from tests.worlds.recording import Answer, difference
from tests.worlds.secret import PRIVATE, Secret
from tests.worlds.ways_out import COMMANDS, MACHINES, SAID, SENDERS, SOCKETS, SUBSCRIBERS, TASKS
from tests.worlds.world import World, empty, playing


def _without_a_line(names: Iterable[str]) -> list[str]:
    return [name for name in names if not (name in contract.OPENS or needs(name) or name in LEFT_OUT)]


def test_every_address_has_a_generator_of_keys_or_a_reason():
    assert not _without_a_line(contract.ALL), (
        "give it keys in addresses.ALSO or contract.THINGS, or a reason in addresses.LEFT_OUT"
    )


def test_an_address_that_is_added_without_one_is_named(monkeypatch):
    def new(request: object, public_id: str) -> None:
        """A page somebody has just thought of."""

    routes = get_resolver().url_patterns
    added = [*routes, path("news/<slug:public_id>/", new, name="brand-new"), path("nameless/", new)]
    monkeypatch.setitem(get_resolver().__dict__, "url_patterns", added)
    assert _without_a_line(dict(contract._patterns(get_resolver()))) == ["brand-new"]
    assert list(_nameless(get_resolver())) == ["nameless/"]


def _nameless(resolver: object, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _nameless(pattern, before + str(pattern.pattern))
        elif not pattern.name:
            yield before + str(pattern.pattern)


def test_every_address_has_a_name_or_it_would_be_walked_past():
    assert not list(_nameless(get_resolver()))


def test_every_part_that_htmx_asks_for_is_asked_for():
    wanted = {name for _file, text in _product() for name in re.findall(r'htmx\.target == "([-\w]+)"', text)}
    assert wanted == {target for target, _address in PARTS}


def test_every_header_by_which_a_view_draws_another_page_is_sent():
    texts = [text for file, text in _product() if "/views" in file]
    asked = {name for text in texts for name in re.findall(r'headers\.get\("([-\w]+)"', text)}
    assert asked == {*DIALOG, "If-None-Match", "Referer"}, "send it in outsiders.everything"


def _product() -> Iterator[tuple[str, str]]:
    """The product's own Python, by file."""
    for config in apps.get_app_configs():
        if "site-packages" not in config.path:
            for file in Path(config.path).rglob("*.py"):
                yield str(file.relative_to(settings.BASE_DIR)), file.read_text(encoding="utf-8")


def test_every_kind_of_thing_an_address_takes_is_made_by_the_scripts():
    wanted = {kind for name in contract.WITH_THINGS for kind in needs(name).values() if not kind.startswith("=")}
    assert wanted <= set(KINDS)


def test_no_line_speaks_of_what_is_no_more():
    assert not (set(ALSO) | set(LEFT_OUT)) - set(contract.ALL) - {"styleguide"}


def test_every_task_is_played_or_has_a_reason():
    celery.loader.import_default_modules()
    ours = {name for name in celery.tasks if not name.startswith("celery.")}
    assert ours == set(TASKS)


def test_every_command_is_played_or_has_a_reason():
    own = {config.name for config in apps.get_app_configs() if "site-packages" not in config.path}
    ours = {name for name, app in get_commands().items() if app in own}
    assert ours == set(COMMANDS)


def test_everybody_who_hears_facts_is_played_or_has_a_reason():
    heard = {name for phase in facts._subscribers.values() for hears in phase.values() for name in hears}
    assert {name for name in heard if not name.startswith("tests.")} == set(SUBSCRIBERS)


def test_every_module_that_sends_mail_is_known():
    sends = re.compile(r"EmailMessage\(|EmailMultiAlternatives\(|send_mail\(|send_mass_mail\(|mail_admins\(")
    assert {file for file, text in _product() if sends.search(text)} == SENDERS


def test_every_message_a_socket_understands_is_played():
    assert set(re.findall(r'"type": "(\w+)"', inspect.getsource(consumers._understand))) == SAID


@pytest.mark.parametrize("role", NOT_THERE)
def test_a_kind_of_outsider_that_is_not_played_is_not_there(role):
    """Whoever brings an API lets its token look, too: ``outsiders.OUTSIDERS``."""
    said, known = NOT_THERE[role]
    assert {file for file, text in _product() if re.search(said, text)} == known


def test_every_socket_and_every_door_before_django_is_known():
    opened = re.findall(r'path\("([^"]*)"', inspect.getsource(routing))
    assert set(opened) == SOCKETS
    assert set(Probes(None).answers) == set(MACHINES)


#: how a guessed address is asked for
WAYS: tuple[tuple[str, dict[str, str]], ...] = (("get", {}), ("get", HTMX), ("post", {}), ("post", HTMX))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_guessed_key_of_a_hidden_thing_is_answered_as_a_key_nobody_has(tmp_path):
    """The same bytes at the same cost: status, headers, body, statements, cache calls."""
    found = []
    with playing(World(private=Secret()), tmp_path) as world:
        world.play(PUBLIC, PRIVATE)
        known = Known.of(world, dict(world.things))
        for who in {**OUTSIDERS, **FORMER}.values():
            # What was still to be said to them has been said, and pieces that are drawn once are drawn.
            world.look(who, "/")
            world.look(who, "/pictures/company/nothing/")
        tried = list(with_keys(known, "guessed"))
        unused = dict(with_keys(known, "unused"))
        for number, (name, address) in enumerate(tried):
            roles = list({**OUTSIDERS, **FORMER}.items())
            for turn, (role, who) in enumerate((roles[number % len(roles)], ("employee", "emil"))):
                # One of the two asks for the whole page, the other for the part of it that htmx exchanges.
                for method, headers in WAYS if IS_LONG else WAYS[::2] if (turn + number) % 2 else WAYS[1::2]:
                    answers = [_bare(world, who, where, method, headers) for where in (address, unused[name])]
                    if unlike := difference(*answers):
                        found.append(f"{role}: {method} {name} {headers}\n    {unlike}")
                    elif answers[0].status == 200 and who not in ("ada",):
                        found.append(f"{role}: {method} {name} shows a page: {address}")
    empty()
    assert not found, "\n".join(found[:10])


def _bare(world: World, who: str, address: str, method: str, headers: dict[str, str]) -> Answer:
    """An answer with chance and clock as they are for both, and without its address."""
    world.chance.draw_again(who, "guess")
    answer = world.browsers[who].ask(method, address, **headers)
    said = tuple(line for line in answer.headers if not (line.startswith("Location: /account/login/")))
    return replace(answer, headers=said)
