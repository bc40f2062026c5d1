"""Did you mean: the nearest query with readable hits, in readable words only, with their accents."""

from __future__ import annotations

import pytest
from django.urls import reverse

from groups.models import Label
from search import queries, spelling
from search.language import parse
from tests.reading import as_read
from tests.search.profiles import IS_SERVER
from tests.search.writing import write_post, write_thread


def proposed(viewer, text: str) -> tuple[str, int] | None:
    query = parse(text)
    assert queries.search(viewer=viewer, query=query).total == 0
    better = spelling.did_you_mean(viewer=viewer, query=query)
    return better and (str(better.query), better.count)


@pytest.fixture
def threads(cast):
    """Words with slips stand in posts of their own, as they do in real discussions."""
    space = cast.spaces["open"]

    def write(title, *sources):
        thread = write_thread(space=space, author=cast.member, title=title, source=sources[0])
        for source in sources[1:]:
            write_post(thread=thread, author=cast.member, source=source)
        return thread

    return {
        "condensed": write("Reading group", "Condensed mathematics in chapter two.", "More condensed mathematics."),
        "slip": write("Typing", "I wrote condensd again."),
        "contensed": write("Nothing", "contensed is no word, and stands alone."),
        "french": write("Étalonnage", "L’étalonnage des balances de précision est à refaire."),
        "etalonage": write("Devis", "Un devis pour l'etalonage."),
    }


def test_one_misspelt_word_of_several_is_mended_though_it_stands_somewhere(cast, threads, index):
    index()
    assert proposed(cast.outsider, "condensd mathematics") == ("condensed mathematics", 1)
    assert proposed(cast.outsider, "mathematics condensd chapter") == ("mathematics condensed chapter", 1)


def test_several_misspelt_words_are_mended_together(cast, threads, index):
    index()
    assert proposed(cast.outsider, "condensd mathemtics") == ("condensed mathematics", 1)
    assert proposed(cast.outsider, "the condensd matematics of chaptr") == ("the condensed mathematics of chapter", 1)


def test_of_words_as_near_the_one_that_stands_with_the_others_is_proposed(cast, threads, index):
    """``contensed`` is a slip away too, and no row holds it together with ``mathematics``."""
    index()
    assert proposed(cast.outsider, "conensed mathematics from:max kind:idea") is None
    assert proposed(cast.outsider, "condensd OR contensd mathematics")[1] == 1


def test_a_word_of_a_phrase_is_mended_inside_its_quotes(cast, threads, index):
    index()
    assert proposed(cast.outsider, '"condensd mathematics"') == ('"condensed mathematics"', 1)


def test_french_words_are_proposed_with_their_accents(cast, threads, index):
    index()
    assert proposed(cast.outsider, "etalonage balances") == ("étalonnage balances", 1)
    assert proposed(cast.outsider, "l'étalonage balances") == ("l'étalonnage balances", 1)


def test_what_narrows_and_what_is_forbidden_stays_as_it_was_asked(cast, threads, index):
    index()
    assert proposed(cast.outsider, "condensd mathematics from:max -soup") == (
        "condensed mathematics from:max -soup",
        1,
    )
    assert proposed(cast.outsider, "condensd mathematics kind:idea") is None
    assert proposed(cast.outsider, "condensd mathematics -reading -chapter -condensed") is None


def test_words_of_hidden_posts_are_neither_proposed_nor_do_they_move_what_is(cast, threads, index):
    """Red without the gate in ``Matching.holding``: the hidden words are nearer, or more used."""
    open_space = cast.spaces["open"]
    write_thread(space=open_space, author=cast.member, title="Pumps", source="metering pumps, metering pumpe")
    asked = ["condensd mathematics", "metering pumpx", "condensd mathematics zebra", "pumpx"]
    index()

    def answers(person):
        found = []
        for text in asked:
            results = queries.search(viewer=person, query=parse(text))
            better = spelling.did_you_mean(viewer=person, query=parse(text))
            found.append((results.total, results.instead, better and str(better.query)))
        return found

    before = answers(cast.outsider)
    hidden = cast.spaces["hidden"]
    write_thread(space=hidden, author=cast.member, title="Condense mathematics", source="condensx mathematics zebra")
    for _ in range(5):
        write_thread(space=hidden, author=cast.member, title="Metering pumpy", source="metering pumpe pumpy")
    index()
    assert answers(cast.outsider) == before
    assert answers(cast.member) != before


def test_a_word_of_what_was_just_hidden_is_not_proposed_while_the_index_is_behind(cast, threads, index):
    """Red without the look at readable rows: the index still thinks that it stands in the open group."""
    index()
    write_thread(space=cast.spaces["open"], author=cast.member, title="Left", source="condensing mathematics too")
    threads["condensed"].space = cast.spaces["hidden"]
    threads["condensed"].save()
    assert spelling.did_you_mean(viewer=cast.outsider, query=parse("condensd mathematics")) is None
    assert spelling.spelt(["condensed"], viewer=cast.outsider) == {}
    assert spelling.spelt(["condensed"], viewer=cast.member) == {"condensed": "condensed"}


def test_guests_are_proposed_words_that_are_shared_with_guests(cast, threads, index):
    guests = cast.spaces["closed"]
    write_thread(space=guests, author=cast.member, title="Pump", source="condensed gas", label=Label.INTERNAL)
    shared = write_thread(space=guests, author=cast.member, title="Valve", source="condenser gas", label=Label.SHARED)
    write_post(thread=shared, author=cast.member, source="condensr alone")
    index()
    assert proposed(cast.guest, "condensr gas") == ("condenser gas", 1)
    assert proposed(cast.guest, "condensd gas mathematics") is None


def test_the_page_shows_the_proposal_and_words_shown_instead_as_people_write_them(cast, threads, index, client):
    index()
    client.force_login(cast.outsider)
    page = as_read(client.get(reverse("search:results"), {"q": "etalonage balances"}).content.decode())
    assert '?q=%C3%A9talonnage+balances">étalonnage balances</a>? It has 1 result.' in page
    page = as_read(client.get(reverse("search:results"), {"q": "balence"}).content.decode())
    assert "Did you mean" not in page
    page = as_read(client.get(reverse("search:results"), {"q": "étalonnnage"}).content.decode())
    assert "Shown instead: étalonnage." in page


def test_what_is_shown_instead_is_read_from_the_database_too(cast, threads, index, client, monkeypatch):
    """Red without ``spelt``: the index alone would name a word of a space that was hidden a moment ago."""
    index()
    threads["french"].space = cast.spaces["hidden"]
    threads["french"].save()
    client.force_login(cast.outsider)
    page = as_read(client.get(reverse("search:results"), {"q": "étalonnnage"}).content.decode())
    assert "Shown instead" not in page and "étalonnage" not in page


def test_a_dozen_slips_cost_a_bounded_number_of_questions(cast, threads, index, django_assert_max_num_queries):
    index()
    text = " ".join(["condensd", "mathemtics", "chaptr", "readng"] * 3)
    # PostgreSQL is asked for each word what it could mean, too, and each time told when to stop.
    with django_assert_max_num_queries(600 if IS_SERVER else 30):
        spelling.did_you_mean(viewer=cast.outsider, query=parse(text))


def test_nothing_is_proposed_without_an_index(cast, threads, index):
    index.lose()
    assert spelling.did_you_mean(viewer=cast.outsider, query=parse("condensd mathematics")) is None
