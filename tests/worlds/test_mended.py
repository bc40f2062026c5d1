"""Leaks that the two worlds found in the product, each with the shortest script that shows it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from kit.navigation import Block, Entry
from search import queries
from search.language import parse
from topics.models import Tag
from walls.services import threads


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


def test_a_block_of_the_side_bar_is_not_drawn_sooner_because_a_colleague_has_the_same_groups(monkeypatch):
    from kit import fragments

    drawn = []
    monkeypatch.setattr(fragments, "render_to_string", lambda name, context: drawn.append(name) or "…")
    block = Block(label="My groups", entries=[Entry(url="/groups/x/", text="Only in this test")])
    template = Template("{% side_block block viewer '/' %}")
    for viewer in ("hugo", "emil", "emil"):
        template.render(Context({"block": block, "viewer": viewer}))
    assert len(drawn) == 2
