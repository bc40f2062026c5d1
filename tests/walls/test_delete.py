"""Taking back: the text is gone everywhere, a line stays, and it can be undone for an hour."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from kit import clock
from walls import feeds
from walls import services as walls
from walls.models import Post, Revision


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
