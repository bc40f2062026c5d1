"""Editing: history is kept, and the second of two editors sees what the first did."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from kit import markdown
from kit.models import Fact
from walls import services as walls
from walls.models import Post


def test_an_edit_keeps_the_old_text_and_takes_a_version(cast, thread):
    post = walls.edit_post(
        editor=cast.member, post=thread.opening, source="New **text**", title="New title", based_on_revision=1
    )
    thread.refresh_from_db()
    assert (thread.title, thread.excerpt, thread.version, post.version) == ("New title", "New text", 2, 2)
    kept = post.revisions.get()
    assert (kept.source, kept.title, kept.number) == ("Because of what?", "Why?", 1)
    assert post.revision == 2 and post.edited_by == cast.member


def test_the_second_editor_is_shown_the_first_ones_text(cast, thread):
    walls.edit_post(editor=cast.manager, post=thread.opening, source="Theirs", title="Why?", based_on_revision=1)
    with pytest.raises(walls.EditConflict) as conflict:
        walls.edit_post(editor=cast.member, post=thread.opening, source="Mine", title="Why?", based_on_revision=1)
    assert conflict.value.post.source == "Theirs" and conflict.value.post.edited_by == cast.manager
    assert Post.objects.get(pk=thread.opening.pk).source == "Theirs"
    after = walls.edit_post(editor=cast.member, post=thread.opening, source="Mine", title="Why?", based_on_revision=2)
    assert [revision.source for revision in after.revisions.order_by("number")] == ["Because of what?", "Theirs"]


def test_the_same_edit_sent_twice_is_one_edit(cast, thread):
    for _ in range(2):
        walls.edit_post(editor=cast.member, post=thread.opening, source="Once", title="Why?", based_on_revision=1)
    assert thread.posts.get().revision == 2
    assert Fact.objects.filter(name="post.edited").count() == 1


def test_a_member_does_not_edit_what_another_wrote(cast, thread):
    post = walls.reply(author=cast.manager, thread=thread, source="y")
    with pytest.raises(PermissionDenied):
        walls.edit_post(editor=cast.member, post=post, source="z", based_on_revision=1)


def test_an_edit_tells_only_those_it_newly_names(cast, thread):
    said = markdown.mention("Mona", cast.manager.public_id)
    walls.edit_post(editor=cast.member, post=thread.opening, source=said, title="", based_on_revision=1)
    both = f"{said} {markdown.mention('Lea', cast.leaver.public_id)}"
    walls.edit_post(editor=cast.member, post=thread.opening, source=both, title="", based_on_revision=2)
    assert Fact.objects.filter(name="post.edited").last().ids["mentioned"] == [cast.leaver.pk]


def test_the_page_shows_both_texts_and_keeps_mine(cast, thread, signed_in):
    walls.edit_post(editor=cast.manager, post=thread.opening, source="Their words", title="Why?", based_on_revision=1)
    address = f"/posts/{thread.opening.public_id}/edit/"
    form = {"body": "My words", "title": "Why?", "revision": "1"}
    answer = signed_in(cast.member).post(address, form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Their words" in page and "My words" in page and 'name="revision" value="2"' in page


def test_the_history_is_for_readers_of_the_post_only(cast, thread, signed_in):
    walls.edit_post(editor=cast.member, post=thread.opening, source="New", title="", based_on_revision=1)
    address = f"/posts/{thread.opening.public_id}/history/"
    assert "Because of what?" in signed_in(cast.guest).get(address).content.decode()
    walls.delete_post(by=cast.member, post=thread.opening)
    assert signed_in(cast.member).get(address).status_code == 404
