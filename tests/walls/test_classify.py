"""Classification: many threads at once, shares per wall, and what follows when topics or tags are merged."""

from __future__ import annotations

import pytest
from django.urls import reverse

from topics import services as topics
from topics.models import Tag
from walls import classified
from walls import services as walls
from walls.models import Thread


def open_thread(author, space, title):
    return walls.post_thread(author=author, spaces=space, title=title, source=f"About {title}.")[0]


@pytest.fixture
def quality(cast):
    return topics.add_topic(administrator=cast.admin, label_en="Quality", label_fr="Qualité")


@pytest.fixture
def three(cast):
    return [open_thread(cast.member, cast.spaces["hidden"], title) for title in ("One", "Two", "Three")]


def test_a_merged_topic_takes_its_threads_along_and_their_version_rises(cast, quality, three):
    site = topics.add_topic(administrator=cast.admin, label_en="Site", label_fr="Site")
    walls.reclassify(editor=cast.member, thread=three[0], topic=quality)
    before = Thread.objects.get(pk=three[0].pk).version
    topics.merge_topic(administrator=cast.admin, topic=quality, into=site)
    after = Thread.objects.get(pk=three[0].pk)
    assert (after.topic, after.version) == (site, before + 1)


def test_a_merged_tag_stands_once_on_each_thread(cast, three):
    walls.reclassify(editor=cast.member, thread=three[0], tags=["gasket", "seal"])
    walls.reclassify(editor=cast.member, thread=three[1], tags=["gasket"])
    topics.merge_tag(administrator=cast.admin, tag=Tag.objects.get(name="gasket"), name="seal")
    assert [tag.name for tag in three[0].tags.all()] == ["seal"]
    assert [tag.name for tag in three[1].tags.all()] == ["seal"]


def test_a_manager_classifies_many_threads_at_once_and_the_share_falls(cast, quality, three, client):
    client.force_login(cast.manager)
    page = reverse("walls:classification-work", args=[cast.spaces["hidden"].public_id])
    assert classified.share_of(cast.manager, cast.spaces["hidden"]).unclassified == 3
    chosen = [thread.public_id for thread in three[:2]]
    client.post(page, {"thread": chosen, "topic": quality.public_id, "tags": "move site"})
    share = classified.share_of(cast.manager, cast.spaces["hidden"])
    assert (share.threads, share.unclassified, share.percent) == (3, 1, 66)
    assert {tag.name for tag in three[1].tags.all()} == {"move", "site"}
    assert [thread.title for thread in client.get(page).context["threads"]] == ["Three"]


def test_nobody_but_its_managers_sees_the_list_of_a_wall(cast, three, client):
    for kind in ("open", "closed", "hidden"):
        page = reverse("walls:classification-work", args=[cast.spaces[kind].public_id])
        for person in (cast.member, cast.outsider, cast.guest, cast.admin):
            client.force_login(person)
            assert client.get(page).status_code == 404
            assert client.post(page, {"thread": [three[0].public_id], "kind": "idea"}).status_code == 404
    assert Thread.objects.get(pk=three[0].pk).kind != "idea"


def test_a_thread_of_another_wall_is_not_touched_by_the_list_of_this_one(cast, quality, three, client):
    client.force_login(cast.manager)
    page = reverse("walls:classification-work", args=[cast.spaces["open"].public_id])
    client.post(page, {"thread": [three[0].public_id], "topic": quality.public_id})
    assert Thread.objects.get(pk=three[0].pk).topic is None


def test_a_label_that_the_wall_does_not_have_is_refused_thread_by_thread(cast, three):
    done, refused = walls.reclassify_many(editor=cast.manager, threads=three, label="shared")
    assert not done and len(refused) == 3
    assert set(Thread.objects.values_list("label", flat=True)) == {"internal"}


def test_shares_are_of_readable_threads_and_cost_two_queries(cast, three, django_assert_num_queries):
    with django_assert_num_queries(2):
        shares = classified.shares(cast.manager)
    assert [(share.space.type, share.unclassified) for share in shares] == [("hidden", 3), ("closed", 0), ("open", 0)]
    assert classified.shares(cast.outsider) == []
