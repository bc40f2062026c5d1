"""Who reads this, in words and numbers; and whom one may know of."""

from __future__ import annotations

import pytest
from django.utils import translation

from groups import queries
from groups import services as groups
from groups.models import Space
from people.models import Person

SAYS = {
    ("common", "internal"): "6 employees can read this.",
    ("personal", "internal"): "6 employees can read this.",
    ("open", "shared"): "Guests can read this. 6 employees and 1 guest.",
    ("open", "internal"): "6 employees can read this.",
    ("closed", "shared"): "Guests can read this. 3 employees and 1 guest.",
    ("closed", "confidential"): "Only the 3 employees in this group can read this.",
    ("hidden", "internal"): "Only the 3 members can read this, or know that the group exists.",
}


@pytest.mark.parametrize(("kind", "label"), SAYS)
def test_the_audience_line_says_who_reads_in_one_query(cast, kind, label, django_assert_num_queries):
    with django_assert_num_queries(1):
        line = queries.audience_line(cast.spaces[kind], label)
    assert str(line) == SAYS[kind, label]
    assert line.tone == {"Guests": "guests", "Only t": "hiddenly" if kind == "hidden" else ""}.get(str(line)[:6], "")


def test_restricted_threads_and_conversations_have_lines_of_their_own(cast):
    restricted = groups.make_named_readers(author=cast.member, readers=[cast.manager])
    assert str(queries.audience_line(restricted)) == "Only the 2 named readers can read this, or know that it exists."
    talk = groups.start_conversation(starter=cast.member, people=[cast.reader])
    assert str(queries.audience_line(talk)) == "Only the 2 people in this conversation can read this."


def test_the_line_speaks_french(cast):
    with translation.override("fr"):
        line = str(queries.audience_line(cast.spaces["open"], "shared"))
    assert line == "Des invités peuvent lire ceci. 6 salariés et 1 invité."


def test_a_guest_knows_those_they_share_a_space_with_and_an_employee_everybody(cast):
    assert set(queries.visible_people(cast.guest)) == {cast.guest, cast.manager, cast.member, cast.leaver}
    assert set(queries.visible_people(cast.outsider)) == set(cast.everyone)
    for kind in ("open", "closed"):
        groups.remove_member(manager=cast.manager, space=cast.spaces[kind], person=cast.guest)
    assert set(queries.visible_people(cast.guest)) == {cast.guest}


def test_the_side_bar_costs_the_same_for_one_group_or_for_forty(cast, django_assert_max_num_queries):
    from groups.navigation import block_of_groups

    def cost(person):
        # A new object: what is kept on the viewer lives as long as one request.
        viewer = Person.objects.get(pk=person.pk)
        with django_assert_max_num_queries(20) as taken:
            block = block_of_groups(viewer)
        return len(taken), block

    few, block = cost(cast.manager)
    looks = {entry.text: (entry.icon, entry.tone, entry.hint) for entry in block.entries}
    assert looks["The hidden group"] == ("eye-off", "veil", ", hidden")
    assert looks["The open group"] == ("id-card-lanyard", "guesty", ", open, has guests")
    for number in range(40):
        groups.create_group(creator=cast.manager, name=f"Group {number}", type="open")
    assert cost(cast.manager)[0] == few


def test_folded_words_find_a_group_without_its_accents(cast):
    groups.create_group(creator=cast.manager, name="Projet Aubépine", type="closed", purpose="Déménagement")
    assert [space.name for space in Space.objects.matching("AUBEPINE demenag")] == ["Projet Aubépine"]


def test_the_verb_follows_the_number_of_named_readers_in_french():
    with translation.override("fr"):
        assert queries.named_may(1).startswith("peut lire") and queries.named_may(2).startswith("peuvent lire")
