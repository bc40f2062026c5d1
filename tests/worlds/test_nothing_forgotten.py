"""Every way out of the product is walked, or stands here with the reason why not; a new one fails until it does."""

from __future__ import annotations

import inspect
import re

import pytest
from django.apps import apps
from django.core.management import get_commands

from intranet.celery import app as celery
from live import consumers
from tests.contracts import test_urls as contract
from tests.worlds.addresses import ALSO, KINDS, LEFT_OUT, Known, needs, with_keys
from tests.worlds.company import PUBLIC
from tests.worlds.outsiders import FORMER, OUTSIDERS
from tests.worlds.recording import Answer, difference
from tests.worlds.secret import PRIVATE, Secret
from tests.worlds.world import World, empty, playing

#: tasks of the background: those that tell somebody something, and how that is played; or why it tells nobody
TASKS = {
    "facts.deliver": "every step of every script lets it deliver (world.hear); mails and frames are compared",
    "facts.sweep": "the same deliveries, for what a crash left",
    "facts.forget": "drops what everybody heard; tells nobody",
    "archive.put_away": "ends accesses of administrators whose time is over: takes sight away and gives none",
    "blobs.sweep": "removes bytes that nothing cites; answers about them are the same before and after",
    "sessions.clear": "drops sessions that are over",
    "people.end_guests": "closes accounts by their date, whatever groups there are",
    "people.end_sessions": "closes sockets of sessions that are over, whatever groups there are",
    "search.clean": "drops words that nothing holds; their answers come from readable rows only",
    "walls.erase_deleted": "forgets texts that are shown to nobody",
    "walls.drop_unused_pictures": "forgets pictures that only their uploader saw",
}
#: commands: who runs one stands at the server and reads its disk; what they print is still no door for others
COMMANDS = {
    "backup": "hands over the whole company to who owns the server, encrypted by whom they choose; no outsider's door",
    "restore": "takes that back",
    "move_in": "moves the whole company; its sums are printed to who owns the server",
    "import_zulip": "writes; says how many things it wrote of the archive it was given",
    "load_demo": "writes an invented company",
    "create_admin": "writes one account; knows no group",
    "sign_in_link": "prints a link for one account; knows no group",
    "rebuild_index": "says how many rows it indexed, to who owns the server",
    "print_rules": "the table of rights, the same in every company",
    "print_settings": "the list of settings, the same in every company",
    "serve": "serves what is compared here",
    "migrate": "Django's, with one sentence more",
    "verify_log": "names the first changed entry of the log, to who owns the server",
}
#: what a client may say on its socket; played in test_sockets
SAID = {"watch", "typing"}


def test_every_address_has_a_generator_of_keys_or_a_reason():
    without = [name for name in contract.ALL if not (name in contract.OPENS or needs(name) or name in LEFT_OUT)]
    assert not without, "give it keys in addresses.ALSO or contract.THINGS, or a reason in addresses.LEFT_OUT"


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


def test_every_message_a_socket_understands_is_played():
    assert set(re.findall(r'"type": "(\w+)"', inspect.getsource(consumers._understand))) == SAID


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
            for role, who in (roles[number % len(roles)], ("employee", "emil")):
                for method in ("get", "post"):
                    answers = [_bare(world, who, where, method) for where in (address, unused[name])]
                    if unlike := difference(*answers):
                        found.append(f"{role}: {method} {name}\n    {unlike}")
                    elif answers[0].status == 200 and who not in ("ada",):
                        found.append(f"{role}: {method} {name} shows a page: {address}")
    empty()
    assert not found, "\n".join(found[:10])


def _bare(world: World, who: str, address: str, method: str) -> Answer:
    """An answer with chance and clock as they are for both, and without its address."""
    world.chance.draw_again(who, "guess")
    answer = world.browsers[who].ask(method, address)
    headers = tuple(line for line in answer.headers if not (line.startswith("Location: /account/login/")))
    return Answer(answer.status, headers, answer.body, answer.statements, answer.cache_calls)
