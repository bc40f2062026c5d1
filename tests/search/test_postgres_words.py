"""The table of words holds what titles and bodies hold, and no more for long."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from intranet import schedule
from intranet.celery import app
from search.engines.postgres import words
from tests.search.profiles import server
from tests.search.writing import found, in_another_connection, post_thread
from walls.models import Post
from walls.services import posts

pytestmark = server


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM search_word WHERE label = 'walls.post' ORDER BY word")
        return [row[0] for row in cursor.fetchall()]


def test_a_word_that_no_post_holds_any_more_is_dropped_and_all_others_stay(cast, index, monkeypatch):
    monkeypatch.setattr(words, "BATCH", 2)
    index()
    post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Okapi.")
    post_thread(author=cast.member, spaces=cast.spaces["hidden"], title="Secret", source="Tapir.")
    gone = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Graissage", source="Okapi zebra zebu.")
    posts.delete_post(by=cast.member, post=gone.posts.get())
    assert set(kept()) == {"graissage", "okapi", "secret", "tapir", "vidange", "zebra", "zebu"}
    words.clean()
    assert kept() == ["okapi", "secret", "tapir", "vidange"]
    assert found(cast.outsider, "okapo") == [1] and found(cast.outsider, "vid") == [1]


def test_a_rebuild_and_the_clock_drop_them_too(cast, index):
    post = post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Okapi.").posts.get()
    Post.objects.filter(pk=post.pk).update(text="Zebra.")
    index()
    assert kept() == ["vidange", "zebra"]
    assert schedule.lines()["search.clean"] == 24 * 3600
    app.loader.import_default_modules()
    assert "search.clean" in app.tasks


def test_a_word_that_stands_there_twice_stands_there_once(cast, index):
    index()
    post_thread(author=cast.member, spaces=cast.spaces["open"], title="Vidange", source="Okapi.")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_word SELECT label, word FROM search_word")
    words.clean()
    assert kept() == ["okapi", "vidange"]


@pytest.mark.django_db(transaction=True)
def test_a_word_that_somebody_is_about_to_use_again_is_not_dropped(index, transactional_cast):
    """Red without the lock: their row can't be seen before their commit, and they saw that the word was there."""
    cast = transactional_cast
    thread = post_thread(author=cast.member, spaces=cast.space, title="Vidange", source="Zebra.")
    post = posts.reply(author=cast.member, thread=thread, source="Okapi.")
    posts.delete_post(by=cast.member, post=post)
    with transaction.atomic():
        posts.reply(author=cast.member, thread=thread, source="Okapi again.")
        in_another_connection(words.clean)
    assert "okapi" in kept()
    words.clean()
    assert {"okapi", "again"} <= set(kept())
