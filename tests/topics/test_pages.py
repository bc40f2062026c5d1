"""The pages of topics and tags."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kit import slots
from topics import services as topics
from topics.models import Tag, TopicFollow


@pytest.fixture
def quality(cast):
    return topics.add_topic(administrator=cast.admin, label_en="Quality", label_fr="Qualité")


@pytest.fixture
def sign_in(client):
    def enter(person):
        client.force_login(person)
        return client

    return enter


def test_only_an_administrator_opens_the_administration_of_topics_and_tags(cast, quality, sign_in):
    pages = [
        reverse("topics:admin-topics"),
        reverse("topics:admin-topic", args=[quality.public_id]),
        reverse("topics:admin-tags"),
    ]
    for person, expected in ((cast.admin, 200), (cast.manager, 404), (cast.guest, 404)):
        assert [sign_in(person).get(page).status_code for page in pages] == [expected] * 3
    client = sign_in(cast.manager)
    assert client.post(reverse("topics:admin-topic-do", args=[quality.public_id, "retire"])).status_code == 404
    quality.refresh_from_db()
    assert quality.retired_at is None


def test_an_administrator_adds_renames_moves_merges_and_retires_by_the_page(cast, quality, sign_in):
    client = sign_in(cast.admin)
    new = {"label_en": "Audits", "label_fr": "Audits", "parent": quality.public_id}
    assert client.post(reverse("topics:admin-topics"), new).status_code == 302
    audits = quality.__class__.objects.get(label_en="Audits")
    assert audits.depth == 2

    def do(verb, topic=audits, **data):
        return client.post(reverse("topics:admin-topic-do", args=[topic.public_id, verb]), data).status_code

    assert do("rename", label_en="Supplier audits", label_fr="") == 422
    assert do("rename", label_en="Supplier audits", label_fr="Audits fournisseurs") == 302
    assert do("move", parent="") == 302
    assert do("retire") == 302
    assert do("unretire") == 302
    assert do("merge", into=audits.public_id) == 422
    assert do("merge", into=quality.public_id) == 302
    answer = client.get(reverse("topics:topic-detail", args=[audits.public_id]))
    assert answer["Location"] == quality.get_absolute_url()


def test_following_and_unfollowing_by_the_button(cast, quality, sign_in):
    client = sign_in(cast.member)
    address = reverse("topics:topic-follow", args=[quality.public_id])
    client.post(address, {"follow": "1"})
    assert TopicFollow.objects.filter(person=cast.member, topic=quality).exists()
    assert "Quality" in client.get(reverse("groups:directory")).content.decode()
    client.post(address, {"unfollow": "1"})
    assert not TopicFollow.objects.filter(person=cast.member, topic=quality).exists()


def test_a_tag_one_may_not_read_is_nothing_like_one_that_never_was(cast, sign_in, monkeypatch):
    seal = topics.tags_named(["seal"])[0]
    old = topics.tags_named(["gasket"])[0]
    topics.merge_tag(administrator=cast.admin, tag=old, name="seal")
    readable = {cast.member.pk: {seal.pk: 3}}
    monkeypatch.setitem(slots._filled, "tag.counts", {"test": (0, lambda viewer: readable.get(viewer.pk, {}))})
    monkeypatch.setitem(slots._filled, "tag.wall", {})
    pages = {name: reverse("topics:tag-detail", args=[name]) for name in ("seal", "gasket", "never")}
    client = sign_in(cast.member)
    assert [client.get(pages[name]).status_code for name in pages] == [200, 404, 404]
    client = sign_in(cast.outsider)
    assert [client.get(pages[name]).status_code for name in pages] == [404, 404, 404]
    # The administrator, who may not read them either, is shown no tag to merge.
    client = sign_in(cast.admin)
    assert "seal" not in client.get(reverse("topics:admin-tags")).content.decode()
    assert client.post(reverse("topics:admin-tag-merge", args=["seal"]), {"name": "x"}).status_code == 404
    assert not Tag.objects.filter(name="x").exists()
