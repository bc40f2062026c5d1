"""Two gates, each alone: whichever of them is taken away, the other still keeps every door of search shut.

And what stands behind no gate of the index (names after operators, tokens) asks the rule by itself.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from groups.models import Label
from profiles.search_indexes import PersonIndex
from search import names, queries, spelling, suggestions, tokens
from search.engines.matching import Gate
from search.findables import Findable
from search.language import parse
from tests.search.writing import write_thread
from walls.models import Thread


@pytest.fixture
def zebras(cast, index):
    """Words, names and titles that only the hidden group has, beside public ones; indexed."""
    cast.spaces["hidden"].name = "Zebrahut"
    cast.spaces["hidden"].save()
    write_thread(space=cast.spaces["hidden"], author=cast.member, title="Zebrafish", source="Zebrastripe.")
    write_thread(space=cast.spaces["open"], author=cast.member, title="Canteen", source="Soup.")
    index()
    return cast


@pytest.fixture(params=["index", "database"])
def one_gate(request, monkeypatch):
    """Only the gate named stands; the other lets everything through."""
    if request.param == "index":
        monkeypatch.setattr(Findable, "rows", lambda self, viewer: self.index.index_queryset())
    else:
        monkeypatch.setattr(Findable, "gate", lambda self, viewer: Gate(numbers=None))
    return request.param


def texts(blocks) -> list[str]:
    return [option.text for block in blocks for option in block.options]


def test_one_gate_alone_keeps_hits_and_what_stands_beside_them(zebras, one_gate):
    for viewer in (zebras.outsider, zebras.guest):
        for text in ("zebrastripe", "zebrahut", "zebra*", "zebrastripe OR kind:idea", "-zebrastripe kind:idea"):
            results = queries.search(viewer=viewer, query=parse(text))
            # Not only nothing to see: no count of what there would be, either.
            assert (results.total, results.hits, results.beside) == (0, [], []), text
    assert queries.search(viewer=zebras.member, query=parse("zebrastripe OR kind:idea")).total == 1
    assert texts(queries.search(viewer=zebras.member, query=parse("zebrahut")).beside) == ["Zebrahut"]


def test_one_gate_alone_keeps_people_from_guests(zebras, one_gate):
    assert queries.search(viewer=zebras.guest, query=parse("otto")).beside == []
    assert suggestions.suggest(viewer=zebras.guest, query=parse("otto")) == []
    assert "Otto Outsider" in texts(suggestions.suggest(viewer=zebras.member, query=parse("otto")))


def test_one_gate_alone_counts_only_whom_one_may_know(cast, index, one_gate):
    cast.outsider.display_name = "Mona Outsider"
    cast.outsider.save()
    index()
    for found in (
        queries.search(viewer=cast.guest, query=parse("mona")).beside,
        suggestions.suggest(viewer=cast.guest, query=parse("mona")),
    ):
        assert [(block.name, block.total, len(block.rows)) for block in found] == [("person", 1, 1)]


def test_one_gate_alone_keeps_suggestions(zebras, one_gate):
    for viewer in (zebras.outsider, zebras.guest):
        for text in ("zebraf", "zebrahut", "zebra"):
            assert suggestions.suggest(viewer=viewer, query=parse(text)) == [], text
    assert set(texts(suggestions.suggest(viewer=zebras.member, query=parse("zebra")))) == {"Zebrahut", "Zebrafish"}


def test_one_gate_alone_suggests_no_word_that_stands_only_where_one_may_not_read(zebras, one_gate):
    assert spelling.did_you_mean(viewer=zebras.outsider, query=parse('zebrastrope from:"Max Member"')) is None
    assert spelling.did_you_mean(viewer=zebras.member, query=parse('zebrastrope from:"Max Member"')) is not None


def test_what_has_no_rows_of_its_own_takes_those_of_the_rule(zebras):
    """The second gate of an index that says nothing of ``rows`` or ``present``."""
    bare = Findable(SimpleNamespace(), Thread)
    keys = list(Thread.objects.values_list("pk", flat=True))
    assert {thread.title for thread in bare.rows(zebras.member)} == {"Zebrafish", "Canteen"}
    assert {thread.title for thread in bare.rows(zebras.outsider)} == {"Canteen"}
    assert {thread.title for thread in bare.present(keys, zebras.outsider).values()} == {"Canteen"}
    hidden = zebras.spaces["hidden"].pk
    assert hidden * 2 in bare.gate(zebras.member).numbers and hidden * 2 not in bare.gate(zebras.outsider).numbers


def test_each_gate_of_people_is_the_people_one_may_know_of(zebras):
    seen = {zebras.guest.pk, zebras.manager.pk, zebras.member.pk, zebras.leaver.pk}
    assert set(PersonIndex().rows(zebras.guest).values_list("pk", flat=True)) == seen
    assert PersonIndex().gate(zebras.guest).rows == seen


def test_names_after_operators_are_only_of_what_one_may_know(zebras):
    hidden = zebras.spaces["hidden"]
    assert names.spaces_named("Zebrahut", zebras.member) == [hidden.pk]
    for viewer in (zebras.outsider, zebras.guest):
        assert names.spaces_named("Zebrahut", viewer) == names.spaces_named(f"#{hidden.public_id}", viewer) == []
    assert names.people_named("Otto Outsider", zebras.member) == [zebras.outsider.pk]
    assert names.people_named("Otto Outsider", zebras.guest) == []
    write_thread(
        space=zebras.spaces["closed"], author=zebras.outsider, title="Of one who left", source="x", label=Label.SHARED
    )
    assert queries.search(viewer=zebras.guest, query=parse("from:otto")).total == 0
    assert queries.search(viewer=zebras.member, query=parse("from:otto")).total == 1


def test_a_token_names_only_what_one_may_know(zebras):
    def shown(text, viewer):
        return tokens.token(parse(text).terms[0], viewer, {}).value

    place, person = f"in:#{zebras.spaces['hidden'].public_id}", f"from:#{zebras.outsider.public_id}"
    assert shown(place, zebras.member) == "Zebrahut" and shown(person, zebras.member) == "Otto Outsider"
    assert shown(place, zebras.outsider) == place.partition(":")[2]
    assert shown(person, zebras.guest) == person.partition(":")[2]
