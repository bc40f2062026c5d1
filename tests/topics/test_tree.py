"""The tree of topics is the administrators' work."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from kit.models import Fact
from topics import queries
from topics import services as topics
from topics.models import Topic


@pytest.fixture
def tree(cast):
    add = topics.add_topic
    quality = add(administrator=cast.admin, label_en="Quality", label_fr="Qualité")
    audits = add(administrator=cast.admin, label_en="Audits", label_fr="Audits", parent=quality)
    castings = add(administrator=cast.admin, label_en="Castings", label_fr="Fonderie", parent=quality)
    site = add(administrator=cast.admin, label_en="Site", label_fr="Site")
    return {"quality": quality, "audits": audits, "castings": castings, "site": site}


def labels() -> list[str]:
    return [branch.full_label for branch in queries.tree()]


def test_an_administrator_adds_topics_and_the_tree_reads_alphabetically_in_both_languages(tree):
    assert labels() == ["Quality", "Quality › Audits", "Quality › Castings", "Site"]
    with translation.override("fr"):
        assert labels() == ["Qualité", "Qualité › Audits", "Qualité › Fonderie", "Site"]
    assert queries.full_labels()[tree["audits"].pk] == "Quality › Audits"


@pytest.mark.parametrize("verb", ["add", "rename", "move", "merge", "retire", "unretire"])
def test_nobody_else_changes_the_tree(cast, tree, verb):
    acts = {
        "add": lambda by: topics.add_topic(administrator=by, label_en="A", label_fr="B"),
        "rename": lambda by: topics.rename_topic(administrator=by, topic=tree["site"], label_en="A", label_fr="B"),
        "move": lambda by: topics.move_topic(administrator=by, topic=tree["site"], parent=tree["quality"]),
        "merge": lambda by: topics.merge_topic(administrator=by, topic=tree["site"], into=tree["quality"]),
        "retire": lambda by: topics.retire_topic(administrator=by, topic=tree["site"]),
        "unretire": lambda by: topics.unretire_topic(administrator=by, topic=tree["site"]),
    }
    for person in (cast.manager, cast.member, cast.guest):
        with pytest.raises(PermissionDenied):
            acts[verb](person)
    assert labels() == ["Quality", "Quality › Audits", "Quality › Castings", "Site"]


def test_a_moved_topic_takes_its_branch_along(cast, tree):
    topics.move_topic(administrator=cast.admin, topic=tree["quality"], parent=tree["site"])
    assert labels() == ["Site", "Site › Quality", "Site › Quality › Audits", "Site › Quality › Castings"]
    topics.move_topic(administrator=cast.admin, topic=tree["audits"], parent=None)
    assert labels() == ["Audits", "Site", "Site › Quality", "Site › Quality › Castings"]


def test_a_topic_never_hangs_below_itself_nor_deeper_than_the_limit(cast, tree):
    with pytest.raises(ValidationError):
        topics.move_topic(administrator=cast.admin, topic=tree["quality"], parent=tree["audits"])
    third = topics.add_topic(administrator=cast.admin, label_en="3", label_fr="3", parent=tree["audits"])
    fourth = topics.add_topic(administrator=cast.admin, label_en="4", label_fr="4", parent=third)
    with pytest.raises(ValidationError):
        topics.add_topic(administrator=cast.admin, label_en="5", label_fr="5", parent=fourth)
    with pytest.raises(ValidationError):
        topics.move_topic(administrator=cast.admin, topic=tree["quality"], parent=tree["site"])


def test_a_merge_takes_subtopics_and_followers_and_tells_it_once(cast, tree):
    topics.follow_topic(person=cast.member, topic=tree["quality"])
    topics.follow_topic(person=cast.reader, topic=tree["quality"])
    topics.follow_topic(person=cast.reader, topic=tree["site"])
    topics.merge_topic(administrator=cast.admin, topic=tree["quality"], into=tree["site"])
    assert labels() == ["Site", "Site › Audits", "Site › Castings"]
    assert set(tree["site"].follows.values_list("person", flat=True)) == {cast.member.pk, cast.reader.pk}
    gone = Topic.objects.get(pk=tree["quality"].pk)
    assert gone.merged_into == tree["site"] and gone.retired_at
    told = Fact.objects.get(name="topic.merged")
    assert told.ids == {"topic": gone.pk, "into": tree["site"].pk, "by": cast.admin.pk}
    assert not Topic.objects.find_problems()[0]


def test_a_retired_branch_is_offered_no_longer_and_comes_back_with_what_is_above(cast, tree):
    topics.retire_topic(administrator=cast.admin, topic=tree["quality"])
    assert labels() == ["Site"]
    with pytest.raises(ValidationError):
        topics.follow_topic(person=cast.member, topic=Topic.objects.get(pk=tree["audits"].pk))
    topics.unretire_topic(administrator=cast.admin, topic=tree["audits"])
    assert labels() == ["Quality", "Quality › Audits", "Site"]


def test_two_topics_side_by_side_never_share_a_label(cast, tree):
    with pytest.raises(ValidationError):
        topics.add_topic(administrator=cast.admin, label_en="castings", label_fr="Autre", parent=tree["quality"])
    with pytest.raises(ValidationError):
        topics.rename_topic(administrator=cast.admin, topic=tree["audits"], label_en="X", label_fr="Fonderie")
    with pytest.raises(ValidationError):
        topics.add_topic(administrator=cast.admin, label_en="Only English", label_fr=" ")


def test_topics_are_found_by_words_of_either_language(tree):
    assert [b.full_label for b in queries.topics_matching("fond")] == ["Quality › Castings"]
    assert [b.full_label for b in queries.topics_matching("qual audit")] == ["Quality › Audits"]
