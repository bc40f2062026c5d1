"""Taking back: the text is gone everywhere, a line stays, and it can be undone for an hour."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from kit import clock
from walls import feeds
from walls import services as walls
from walls.models import Picture, Post, Revision


def test_a_deleted_reply_leaves_no_word_and_its_thread_takes_its_old_place(cast, thread):
    with clock.set_to(clock.now() + dt.timedelta(minutes=5)):
        post = walls.reply(author=cast.manager, thread=thread, source="secret words")
        walls.delete_post(by=cast.manager, post=post)
    post.refresh_from_db()
    thread.refresh_from_db()
    assert (post.source, post.html, post.text) == ("", "", "")
    assert thread.reply_count == 0 and thread.last_number == 2
    assert thread.active_at == thread.opening.posted_at


def test_whoever_deleted_brings_back_text_title_and_place(cast, thread):
    walls.delete_post(by=cast.member, post=thread.opening)
    assert not feeds.readable(cast.member).exists()
    walls.restore_post(by=cast.member, post=thread.opening)
    thread.refresh_from_db()
    assert (thread.title, thread.excerpt, thread.deleted_at) == ("Why?", "Because of what?", None)
    assert thread.posts.get().html == "<p>Because of what?</p>\n" and not Revision.objects.exists()


def test_nobody_else_brings_it_back(cast, thread):
    walls.delete_post(by=cast.member, post=thread.opening)
    with pytest.raises(PermissionDenied):
        walls.restore_post(by=cast.manager, post=thread.opening)


def test_after_an_hour_it_is_gone_for_good(cast, thread):
    walls.react(person=cast.manager, post=thread.opening, emoji="👍")
    walls.delete_post(by=cast.member, post=thread.opening)
    with clock.set_to(clock.now() + dt.timedelta(minutes=61)):
        with pytest.raises(walls.Refused):
            walls.restore_post(by=cast.member, post=thread.opening)
        assert walls.erase_deleted() == 1
    assert not Revision.objects.exists() and not thread.opening.reactions.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_brought_back_in_the_last_second_keeps_its_pictures(cast):
    """On PostgreSQL the sweep sees the post as it was before, until the transaction that brings it back is over."""
    keys = {"uploaded_by": cast.member, "sha256": "a" * 64, "thumbnail_sha256": "b" * 64, "width": 1, "height": 1}
    picture = Picture.objects.create(**keys)
    source = f"![Gear](picture:{picture.public_id})"
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source=source)
    walls.delete_post(by=cast.member, post=thread.opening)
    deleted_at = Post.objects.get(pk=thread.opening.pk).deleted_at
    is_back = threading.Event()

    def bring_back() -> None:
        with clock.set_to(deleted_at + dt.timedelta(minutes=59)), transaction.atomic():
            walls.restore_post(by=cast.member, post=thread.opening)
            is_back.set()
            time.sleep(1)
        connection.close()

    def sweep() -> None:
        with clock.set_to(deleted_at + dt.timedelta(minutes=61)):
            walls.erase_deleted()
        connection.close()

    restoring, erasing = threading.Thread(target=bring_back), threading.Thread(target=sweep)
    restoring.start()
    assert is_back.wait(10)
    erasing.start()
    for one in (restoring, erasing):
        one.join(20)
    assert Picture.objects.filter(post=thread.opening).exists()


def test_deleting_twice_is_once_and_a_stranger_deletes_nothing(cast, thread):
    walls.delete_post(by=cast.member, post=thread.opening)
    version = Post.objects.get(pk=thread.opening.pk).version
    walls.delete_post(by=cast.member, post=thread.opening)
    assert Post.objects.get(pk=thread.opening.pk).version == version
    post = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x")[0].opening
    with pytest.raises(PermissionDenied):
        walls.delete_post(by=cast.leaver, post=post)


def test_a_deleted_answer_opens_its_question_again(cast, thread):
    post = walls.reply(author=cast.manager, thread=thread, source="y")
    walls.accept_answer(by=cast.member, post=post)
    walls.delete_post(by=cast.manager, post=post)
    thread.refresh_from_db()
    assert thread.accepted is None and thread.status == "open"


def test_the_page_of_the_thread_offers_undo_to_the_deleter_only(cast, thread, signed_in):
    post = walls.reply(author=cast.manager, thread=thread, source="secret words")
    signed_in(cast.manager).post(f"/posts/{post.public_id}/delete/")
    mine = signed_in(cast.manager).get(f"/threads/{thread.public_id}/").content.decode()
    others = signed_in(cast.member).get(f"/threads/{thread.public_id}/").content.decode()
    assert "/restore/" in mine and "/restore/" not in others and "secret words" not in mine
