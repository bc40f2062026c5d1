"""Answers, closing, pins, votes, reactions, and what one keeps for oneself."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from groups import services as groups
from groups.models import Label, Space
from walls import feeds
from walls import services as walls
from walls.models import Kind, ReadMark, Thread


def test_the_asker_and_managers_accept_an_answer_others_do_not(cast, thread):
    post = walls.reply(author=cast.leaver, thread=thread, source="y")
    with pytest.raises(PermissionDenied):
        walls.accept_answer(by=cast.leaver, post=post)
    walls.accept_answer(by=cast.member, post=post)
    thread.refresh_from_db()
    assert (thread.status, thread.accepted) == ("answered", post)
    walls.unaccept_answer(by=cast.manager, thread=thread)
    thread.refresh_from_db()
    assert (thread.status, thread.accepted) == ("open", None)


def test_the_opening_post_is_no_answer(cast, thread):
    with pytest.raises(walls.Refused):
        walls.accept_answer(by=cast.member, post=thread.opening)


def test_an_answered_question_reopens_as_answered(cast, thread):
    walls.accept_answer(by=cast.member, post=walls.reply(author=cast.manager, thread=thread, source="y"))
    walls.change_status(by=cast.member, thread=thread, status="closed")
    assert walls.change_status(by=cast.member, thread=thread, status="open").status == "answered"


def test_only_those_who_run_the_wall_pin(cast, thread):
    with pytest.raises(PermissionDenied):
        walls.pin(by=cast.member, thread=thread)
    walls.pin(by=cast.manager, thread=thread)
    page = feeds.WALL.wall(cast.member, space=cast.spaces["open"].pk)
    assert [row.pk for row in page.pinned] == [thread.pk] and not page.threads


def test_a_vote_counts_once_and_only_for_ideas(cast, thread):
    with pytest.raises(walls.Refused):
        walls.vote(voter=cast.manager, thread=thread)
    (idea,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x", kind=Kind.IDEA)
    for _ in range(2):
        walls.vote(voter=cast.manager, thread=idea)
    idea.refresh_from_db()
    assert (idea.vote_count, idea.version) == (1, 2)


def test_reactions_count_once_a_person_and_emoji(cast, thread):
    for person in (cast.manager, cast.manager, cast.guest):
        walls.react(person=person, post=thread.opening, emoji="👍")
    walls.react(person=cast.manager, post=thread.opening, emoji="❤️")
    post = thread.posts.get()
    assert post.tally == {"👍": 2, "❤️": 1} and post.reaction_count == 3
    walls.unreact(person=cast.guest, post=post, emoji="👍")
    assert thread.posts.get().tally == {"❤️": 1, "👍": 1}


@pytest.mark.parametrize("emoji", ["", "abc", "<b>", "👍" * 20, "1"])
def test_a_reaction_is_one_emoji(cast, thread, emoji):
    with pytest.raises(walls.Refused):
        walls.react(person=cast.manager, post=thread.opening, emoji=emoji)


def test_who_only_reads_neither_reacts_nor_votes(cast, thread):
    with pytest.raises(PermissionDenied):
        walls.react(person=cast.outsider, post=thread.opening, emoji="👍")


def test_the_read_mark_never_goes_back_and_never_beyond_the_end(cast, thread):
    walls.reply(author=cast.manager, thread=thread, source="y")
    assert walls.mark_read(person=cast.member, thread=thread, number=99) == 2
    assert walls.mark_read(person=cast.member, thread=thread, number=1) == 2
    assert ReadMark.objects.get(person=cast.member, thread=thread).number == 2


def test_a_muted_thread_leaves_the_feed_and_a_saved_one_stays_found(cast, thread):
    walls.save(person=cast.manager, thread=thread)
    walls.mute(person=cast.manager, thread=thread)
    assert not feeds.FOLLOWING.page(cast.manager).threads
    assert feeds.SAVED.page(cast.manager).threads == [thread]


def test_what_was_saved_is_gone_with_the_right_to_read_it(cast):
    (thread,) = walls.post_thread(author=cast.member, spaces=cast.spaces["closed"], source="x")
    walls.save(person=cast.leaver, thread=thread)
    groups.leave(person=cast.leaver, space=cast.spaces["closed"])
    assert not feeds.SAVED.page(cast.leaver).threads
    with pytest.raises(Http404):
        walls.follow(person=cast.leaver, thread=thread)


def test_narrowing_the_level_takes_the_thread_from_guests_and_raises_the_epoch(cast, thread):
    epoch = Space.objects.get(pk=thread.space_id).epoch
    walls.reclassify(editor=cast.member, thread=thread, label=Label.INTERNAL, tags=["a b"])
    assert not Thread.objects.readable_by(cast.guest).exists()
    assert Space.objects.get(pk=thread.space_id).epoch == epoch + 1


def test_a_moved_thread_is_read_by_the_readers_of_its_new_wall(cast, thread):
    walls.move_thread(mover=cast.member, thread=thread, space=cast.spaces["hidden"])
    assert not Thread.objects.readable_by(cast.outsider).exists()
    assert not Thread.objects.readable_by(cast.guest).exists()
    assert Thread.objects.readable_by(cast.leaver).get() == thread


def test_a_restricted_thread_is_for_the_named_only(cast):
    (thread,) = walls.post_thread(author=cast.member, readers=[cast.reader], source="x", title="t")
    readers = [person for person in cast.everyone if Thread.objects.readable_by(person).exists()]
    assert set(readers) == {cast.member, cast.reader}
    assert thread.space.is_named_readers
    with pytest.raises(walls.Refused):
        walls.post_thread(author=cast.member, readers=[cast.guest], source="x")
