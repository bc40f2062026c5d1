"""The search page: who asks, finds what they may read, counted exactly; and nobody learns of the rest."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from groups import policy
from groups.models import Label, Membership
from search import limits, queries, spelling, suggestions
from search.engines.matching import Gate
from search.findables import Findable
from search.language import parse
from tests.search.writing import write_thread
from walls.models import Post
from walls.similar import similar_threads

RESULTS = reverse("search:results")


def found(viewer, text: str) -> list[str]:
    return [hit.row.thread.title for hit in queries.search(viewer=viewer, query=parse(text)).hits]


def test_each_of_the_cast_finds_what_they_may_read(cast, threads, index):
    index()
    everywhere = {"Porosity common", "Porosity personal", "Porosity open", "Porosity closed", "Porosity hidden"}
    assert set(found(cast.member, "porosity")) == everywhere
    assert set(found(cast.manager, "porosity")) == everywhere
    assert set(found(cast.outsider, "porosity")) == {"Porosity common", "Porosity personal", "Porosity open"}
    assert found(cast.guest, "porosity") == []


def test_who_asks_what_was_asked_already_without_end_costs_no_search(cast, threads, index, monkeypatch):
    index()
    cache.clear()
    monkeypatch.setattr(limits, "SUGGESTIONS", 1)
    text = f"{threads['open'].title} {threads['open'].excerpt}"
    assert similar_threads(cast.member, text)
    assert similar_threads(cast.member, text) == []
    assert similar_threads(cast.manager, text), "one is not held up by another"


def test_a_guest_finds_only_threads_shared_with_guests(cast, threads, index):
    threads["closed"].label = Label.SHARED
    threads["closed"].save()
    index()
    assert found(cast.guest, "porosity") == ["Porosity closed"]


def test_the_index_alone_keeps_hidden_things_out(cast, threads, index, monkeypatch):
    """Red without the first gate: with the database gate taken away, the index still gives nothing hidden."""
    index()
    monkeypatch.setattr(Findable, "rows", lambda self, viewer: self.index.index_queryset())
    assert queries.search(viewer=cast.outsider, query=parse("porosity")).total == 3
    assert queries.search(viewer=cast.guest, query=parse("porosity")).total == 0


def test_the_database_alone_keeps_hidden_things_out(cast, threads, index, monkeypatch):
    """Red without the second gate: with the index open to everybody, the database still gives nothing hidden."""
    index()
    monkeypatch.setattr(Findable, "gate", lambda self, viewer: Gate(numbers=None))
    results = queries.search(viewer=cast.outsider, query=parse("porosity"))
    assert results.total == 3
    assert "Porosity hidden" not in [hit.row.thread.title for hit in results.hits]
    assert str(cast.spaces["hidden"].pk) not in results.facets["in"]


def test_a_leaver_loses_hits_at_once_whatever_the_index_says(cast, threads, index):
    index()
    assert "Porosity hidden" in found(cast.leaver, "porosity")
    Membership.objects.filter(person=cast.leaver, space=cast.spaces["hidden"]).delete()
    assert "Porosity hidden" not in found(cast.leaver, "porosity")


def test_count_facets_and_page_are_right_while_the_index_is_behind(cast, threads, index):
    index()
    Post.objects.filter(thread=threads["open"]).update(deleted_at=threads["open"].opened_at)
    threads["common"].space = cast.spaces["hidden"]
    threads["common"].save()
    results = queries.search(viewer=cast.outsider, query=parse("porosity"))
    assert (results.total, len(results.hits)) == (1, 1)
    assert results.facets["in"] == {str(cast.spaces["personal"].pk): 1}


def test_facets_count_every_value_but_are_narrowed_by_the_others(cast, threads, index):
    write_thread(space=cast.spaces["open"], author=cast.member, title="Porosity?", source="Why?", kind="question")
    index()
    results = queries.search(viewer=cast.member, query=parse("porosity kind:question"))
    assert results.total == 1
    assert results.facets["kind"] == {"question": 1, "discussion": 5}
    assert results.facets["in"] == {str(cast.spaces["open"].pk): 1}


def test_hidden_posts_do_not_move_the_order_of_public_ones(cast, threads, index):
    for number in range(30):
        source = "alpha " * (number % 3 + 1) + "beta" * (number % 2)
        write_thread(space=cast.spaces["open"], author=cast.member, title=f"Row {number}", source=source)
    index()
    before = found(cast.outsider, "alpha OR beta")
    for number in range(40):
        write_thread(space=cast.spaces["hidden"], author=cast.member, title=f"Alpha {number}", source="alpha " * 9)
    index()
    assert found(cast.outsider, "alpha OR beta") == before


def test_words_of_hidden_posts_are_never_suggested(cast, threads, index):
    index()
    assert found(cast.member, "zebrahiden") == ["Porosity hidden"]
    for person in (cast.outsider, cast.guest):
        results = queries.search(viewer=person, query=parse("zebrahiden"))
        assert (results.total, results.instead) == (0, {})
        assert spelling.did_you_mean(viewer=person, query=parse("zebrahiden")) is None
        assert suggestions.suggest(viewer=person, query=parse("Porosity hid")) == []
        assert found(person, "zebrahid*") == []
    assert found(cast.outsider, "zebraopn") == ["Porosity open"]


def test_prefixes_are_counted_behind_the_gate_before_they_are_cut(cast, threads, index):
    for number in range(12):
        write_thread(space=cast.spaces["hidden"], author=cast.member, title=f"Aardvarx{number:02}", source="x")
    write_thread(space=cast.spaces["open"], author=cast.member, title="Aardvark zoo", source="x")
    index()
    assert found(cast.outsider, "aardva") == ["Aardvark zoo"]
    assert found(cast.outsider, "aardvar*") == ["Aardvark zoo"]


def test_the_palette_lists_people_groups_and_threads_one_may_know_of(cast, threads, index, client):
    index()
    address = reverse("search:suggest")
    client.force_login(cast.member)

    def listed(text):
        return re.sub(r"</?mark>", "", client.get(address, {"q": text}).content.decode())

    assert "The hidden group" in listed("the hid")
    assert "Max Member" in listed("max")
    assert "Porosity hidden" in listed("porosity hi")
    client.force_login(cast.outsider)
    assert client.get(address, {"q": "the hid"}).content == client.get(address, {"q": "the zzz"}).content


def test_a_guest_finds_only_people_they_share_a_space_with(cast, index):
    index()

    def people(viewer, text):
        blocks = queries.search(viewer=viewer, query=parse(text)).beside
        return [row.display_name for block in blocks if block.name == "person" for row in block.rows]

    assert people(cast.member, "otto") == ["Otto Outsider"]
    assert people(cast.guest, "otto") == []
    assert people(cast.guest, "mona") == ["Mona Manager"]
    assert policy.spaces_for(cast.guest, "read").count() == 2


def test_nobody_finds_anything_without_signing_in(client, cast, threads, index):
    index()
    assert client.get(RESULTS, {"q": "porosity"}).status_code == 302
    assert client.get(reverse("search:suggest"), {"q": "porosity"}).status_code == 302


@pytest.mark.parametrize(
    "text", ["[a TO z]", "(" * 250, '"' * 250, "*" * 250, "a* b* c* d* e* f*", "-a -b -c", "~^~ ?*"]
)
def test_hostile_queries_end_within_a_second(cast, threads, index, text):
    index()
    results = queries.search(viewer=cast.member, query=parse(text))
    assert results.milliseconds < 1500


def test_the_rule_is_asked_anew_in_every_search_though_its_sql_is_kept(cast, threads, index):
    """Red when a person's own keys are built into a prepared query: the second viewer would get the first one's."""
    index()
    assert "Porosity hidden" in found(cast.member, "porosity")
    assert "Porosity hidden" not in found(cast.outsider, "porosity")
    assert found(cast.guest, "porosity") == []
    Membership.objects.filter(person=cast.member, space=cast.spaces["hidden"]).delete()
    assert "Porosity hidden" not in found(cast.member, "porosity")
