"""What is new in the topics one follows, counted beside them in the side bar; never what one may not read."""

from __future__ import annotations

import re

import pytest

from groups.models import Label
from topics import services as topics
from walls import services as walls


@pytest.fixture
def firmware(cast):
    """Engineering › Firmware; ``member`` and ``reader`` follow Engineering, ``guest`` follows Firmware."""
    engineering = topics.add_topic(administrator=cast.admin, label_en="Engineering", label_fr="Études")
    below = topics.add_topic(administrator=cast.admin, label_en="Firmware", label_fr="Logiciel", parent=engineering)
    for person in (cast.member, cast.reader):
        topics.follow_topic(person=person, topic=engineering)
    topics.follow_topic(person=cast.guest, topic=below)
    return below


def count_beside(client, person, name: str) -> int:
    client.force_login(person)
    page = client.get("/drafts/").content.decode()
    entry = re.search(rf'<li><a[^>]*><span dir="auto">{name}</span>(.*?)</a>', page)
    found = re.search(r'class="count">(\d+)', entry[1])
    return int(found[1]) if found else 0


def test_a_thread_below_a_followed_topic_counts_until_it_is_read(cast, client, firmware):
    (thread,) = walls.post_thread(author=cast.manager, spaces=cast.spaces["open"], source="Clock", topic=firmware)
    walls.post_thread(author=cast.manager, spaces=cast.spaces["open"], source="No topic")
    assert count_beside(client, cast.member, "Engineering") == 1
    walls.mark_read(person=cast.member, thread=thread, number=1)
    assert count_beside(client, cast.member, "Engineering") == 0


def test_what_one_may_not_read_or_has_muted_is_not_counted(cast, client, firmware):
    walls.post_thread(author=cast.manager, spaces=cast.spaces["hidden"], source="Plan", topic=firmware)
    walls.post_thread(author=cast.manager, spaces=cast.spaces["open"], source="x", topic=firmware, label=Label.INTERNAL)
    assert count_beside(client, cast.member, "Engineering") == 2
    assert count_beside(client, cast.reader, "Engineering") == 1
    assert count_beside(client, cast.guest, "Engineering › Firmware") == 0
    walls.mute(person=cast.reader, thread=cast.spaces["open"].threads.get())
    assert count_beside(client, cast.reader, "Engineering") == 0


def test_who_follows_nothing_still_finds_the_topics(cast, client, firmware):
    client.force_login(cast.manager)
    assert '<a class="more" href="/topics/">' in client.get("/drafts/").content.decode()
