"""Tags are free words of one form; administrators merge them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from topics import services as topics
from topics.models import Tag


def test_a_tag_has_one_form_however_it_is_typed(db):
    assert [tag.name for tag in topics.tags_named(["#Grey Seal", "grey-seal", "GREY SEAL", "  "])] == ["grey-seal"]


def test_the_limits_are_said(db):
    with pytest.raises(ValidationError, match="10"):
        topics.tags_named([f"t{n}" for n in range(11)])
    with pytest.raises(ValidationError, match="40"):
        topics.tags_named(["x" * 41])


def test_new_words_are_written_in_one_order_whoever_names_them_first(db):
    # PostgreSQL lets whoever writes a word wait for another who is writing it: in two orders they would wait for ever.
    asked = []
    for names in (["zinc", "alloy"], ["alloy", "zinc"]):
        with CaptureQueriesContext(connection) as queries:
            assert [tag.name for tag in topics.tags_named(names)] == names
        asked.append(next(query["sql"] for query in queries if "INSERT" in query["sql"]))
    assert asked[0] == asked[1]


def test_whoever_types_a_merged_tag_gets_the_one_that_lives_on(cast):
    old = topics.tags_named(["gasket"])[0]
    older = topics.tags_named(["joint"])[0]
    topics.merge_tag(administrator=cast.admin, tag=older, name="gasket")
    new = topics.merge_tag(administrator=cast.admin, tag=old, name="Seal")
    assert topics.tags_named(["gasket", "joint", "seal"]) == [new]


def test_a_merge_goes_back_without_a_circle(cast):
    seal = topics.tags_named(["seal"])[0]
    topics.merge_tag(administrator=cast.admin, tag=seal, name="gasket")
    topics.merge_tag(administrator=cast.admin, tag=Tag.objects.get(name="gasket"), name="seal")
    assert [tag.name for tag in topics.tags_named(["gasket"])] == ["seal"]
    assert Tag.objects.get(name="seal").merged_into is None


def test_only_an_administrator_merges_tags(cast):
    seal = topics.tags_named(["seal"])[0]
    with pytest.raises(PermissionDenied):
        topics.merge_tag(administrator=cast.manager, tag=seal, name="gasket")
