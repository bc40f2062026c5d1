"""Leaks that the two worlds found in the product, each with the shortest script that shows it."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from groups import services as groups
from kit.blobs.folder import Folder
from kit.facts import HeardFact
from kit.navigation import Block, Entry
from people import mail
from search import queries
from search.language import parse
from tests.hardening.test_uploads import drawn
from tests.worlds.measuring import Costs
from tests.worlds.world import unhurried
from topics.models import Tag
from topics.services import merge_tag
from walls import services as threads
from walls.services import texts


@pytest.fixture(autouse=True)
def no_hurry() -> Iterator[None]:
    """A statement says how many milliseconds it has left: here, always as many."""
    with unhurried():
        yield


@pytest.mark.django_db
def test_a_search_for_a_tag_asks_the_same_whether_a_hidden_group_uses_it_or_nobody(cast):
    threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x", title="t", tags=["zirconium"])
    assert Tag.objects.filter(name="zirconium").exists()
    asked = []
    for word in ("zirconium", "zirconiums"):
        queries.search(viewer=cast.outsider, query=parse(f"tag:{word}"))  # whatever is prepared once is prepared now
        with CaptureQueriesContext(connection) as captured:
            queries.search(viewer=cast.outsider, query=parse(f"tag:{word}"))
        asked.append(len(captured))
    assert asked[0] == asked[1] > 0


@pytest.mark.django_db
def test_a_tag_of_a_hidden_group_is_not_even_fetched(client, cast):
    """The page of a tag and a search for one looked it up by its word alone: one row more than for no tag."""
    threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x", title="t", tags=["zirconium"])
    client.force_login(cast.outsider)
    for form in ("/tags/{}/", "/search/?q=tag:{}"):
        fetched = []
        for word in ("zirconium", "zirconiums", "zirconium", "zirconiums"):
            costs = Costs()
            with costs.counting():
                client.get(form.format(word))
            fetched.append((costs.rows, costs.statements))
        assert fetched[2] == fetched[3], form


@pytest.mark.django_db
def test_a_slip_is_mended_in_as_many_rows_whatever_words_a_hidden_group_has(client, cast, index):
    """On PostgreSQL each word that was close came out of the table of all words as a row of its own."""
    threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="Offer for zirconium", title="t")
    index()
    client.force_login(cast.outsider)
    asked = []
    for word in ("zirconum", "beryllum", "zirconum", "beryllum"):
        costs = Costs()
        with costs.counting():
            client.get(f"/search/?q={word}")
        asked.append((costs.rows, costs.statements))
    assert asked[2] == asked[3]


@pytest.mark.django_db
def test_a_tag_that_a_hidden_group_has_is_given_in_as_many_steps_as_a_new_one(cast):
    threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source="x", title="t", tags=["zirconium"])
    asked = []
    for word in ("warm", "zirconium", "beryllium"):
        costs = Costs()
        with costs.counting():
            threads.post_thread(author=cast.outsider, spaces=cast.spaces["common"], source="x", title="t", tags=[word])
        asked.append(costs.statements)
    assert asked[1] == asked[2]


@pytest.mark.django_db
def test_a_message_that_also_went_to_a_hidden_group_costs_its_reader_what_any_other_does(client, cast):
    """Whether it is tied and whether it was moved was asked of the thread alone: its page then asked one query more."""
    write = partial(threads.post_thread, author=cast.manager, source="x")
    (plain,) = write(spaces=cast.spaces["open"])
    here, _ = write(spaces=[cast.spaces["open"], cast.spaces["hidden"]])
    (away,) = write(spaces=cast.spaces["hidden"])
    threads.move_thread(mover=cast.manager, thread=away, space=cast.spaces["open"])

    def asked(person, thread) -> int:
        client.force_login(person)
        client.get(f"/threads/{thread.public_id}/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/threads/{thread.public_id}/").status_code == 200
        return len(captured)

    assert asked(cast.outsider, plain) == asked(cast.outsider, here) == asked(cast.outsider, away)
    # Whoever reads both places is told of the other one, which has to be asked for.
    assert asked(cast.member, plain) < min(asked(cast.member, here), asked(cast.member, away))


def test_the_message_id_of_a_mail_does_not_count_what_was_told_in_the_company():
    """It carried the key of its fact: two mails to oneself told how much went on between, in hidden groups too."""
    now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    said = {"mark": "x", "language": "fr"}
    first, again = (mail._id_of(HeardFact(number, "reset-link.asked", said, now)) for number in (41, 4242))
    assert first == again, "it counts"
    second = mail._id_of(HeardFact(42, "reset-link.asked", said, now + dt.timedelta(microseconds=1)))
    for one in (first, second):
        assert re.fullmatch(r"<[0-9a-f]{32}\.20260302090000@[^>]+>", one)
    assert first[:30] != second[:30]


def test_bytes_that_somebody_has_already_are_kept_in_as_many_steps_as_new_ones(tmp_path, monkeypatch):
    """A picture that a hidden group has was taken without being written: the answer came sooner by a write to disk."""
    synced = []
    really = os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(number) or really(number))
    for _ in range(2):
        Folder(tmp_path).put("a" * 64, b"gold")
    assert len(synced) == 2


def test_a_block_of_the_side_bar_is_not_drawn_sooner_because_a_colleague_has_the_same_groups(monkeypatch):
    from kit import fragments

    drawn = []
    monkeypatch.setattr(fragments, "render_to_string", lambda name, context: drawn.append(name) or "…")
    block = Block(label="My groups", entries=[Entry(url="/groups/x/", text="Only in this test")])
    template = Template("{% side_block block viewer '/' %}")
    for viewer in ("hugo", "emil", "emil"):
        template.render(Context({"block": block, "viewer": viewer}))
    assert len(drawn) == 2


@pytest.mark.django_db
def test_closing_an_account_takes_an_administrator_as_many_steps_whether_it_ran_a_hidden_group_or_not(client, cast):
    """The group was given another manager before the answer."""
    client.force_login(cast.admin)
    space = groups.create_group(creator=cast.leaver, name="x", type="hidden")
    groups.invite(manager=cast.leaver, space=space, person=cast.reader)
    steps = {}
    for person in (cast.member, cast.outsider, cast.leaver):  # whatever is prepared once is prepared for the first
        for verb in ("deactivate", "reactivate"):
            costs = Costs()
            with costs.counting():
                answer = client.post(f"/admin/people/{person.public_id}/{verb}/")
            assert answer.status_code == 302
            steps[person, verb] = costs.statements
    for verb in ("deactivate", "reactivate"):
        assert steps[cast.outsider, verb] == steps[cast.leaver, verb]


@pytest.mark.django_db
def test_the_list_of_tags_numbers_what_stands_in_it(client, cast):
    """Its fields were named by the tags' keys, which count those of hidden groups too."""
    write = partial(threads.post_thread, author=cast.member, source="x", title="t")
    write(spaces=cast.spaces["hidden"], tags=["zirconium"])
    write(spaces=cast.spaces["open"], tags=["porosity"])
    client.force_login(cast.admin)
    page = client.get("/admin/tags/").content.decode()
    assert re.findall(r'id="tag-(\d+)"', page) == ["1"]


@pytest.mark.django_db
def test_a_tag_is_given_another_name_in_as_many_steps_whether_a_hidden_group_has_that_name_or_nobody(client, cast):
    """A word that is in use was found, one that is not was made: three statements more."""
    write = partial(threads.post_thread, author=cast.member, source="x", title="t")
    write(spaces=cast.spaces["hidden"], tags=["zirconium", "beryllium"])
    merge_tag(administrator=cast.admin, tag=Tag.objects.get(name="beryllium"), name="hafnium")
    write(spaces=cast.spaces["open"], tags=["warm", "porosity", "mould", "gantry"])
    write(spaces=cast.spaces["hidden"], tags=["porosity"])
    client.force_login(cast.admin)
    steps = []
    for tag, name in (("warm", "warmer"), ("porosity", "zirconium"), ("mould", "lead"), ("gantry", "beryllium")):
        costs = Costs()
        with costs.counting():
            assert client.post(f"/admin/tags/{tag}/", {"name": name}).status_code == 302
        steps.append((costs.statements, costs.rows))
    assert steps[1] == steps[2] == steps[3]


@pytest.mark.django_db
def test_a_picture_of_a_hidden_group_is_not_even_fetched_for_a_message_that_names_it(cast):
    """It was fetched and then left out: a row more than for a key that nobody has."""
    picture = threads.add_picture(uploader=cast.member, content=drawn())
    cited = f"![x](picture:{picture.public_id})"
    threads.post_thread(author=cast.member, spaces=cast.spaces["hidden"], source=cited, title="t")
    fetched = []
    for key in ("0" * 26, picture.public_id, "1" * 26):
        costs, place = Costs(), {"space": cast.spaces["common"], "label": "internal"}
        with costs.counting():
            made = texts.prepare(author=cast.outsider, source=f"![x](picture:{key})", **place)
        assert made.source == "x" and not made.pictures
        fetched.append((costs.statements, costs.rows))
    assert fetched[1] == fetched[2] and fetched[1][0]
