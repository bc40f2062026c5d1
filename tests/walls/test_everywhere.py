"""One message on several walls, changed on all of them at once; each wall keeps its readers, replies and pictures."""

from __future__ import annotations

import re

import pytest
from django.http import Http404

from groups import services as groups
from kit import markdown
from kit.models import Fact
from tests.hardening.test_uploads import drawn
from walls import services as walls
from walls.models import Post
from walls.services import EditConflict, Refused


@pytest.fixture
def tied(cast):
    """The opening posts of one message on the open, the closed and the hidden group's wall."""
    spaces = [cast.spaces[kind] for kind in ("open", "closed", "hidden")]
    return [one.opening for one in walls.post_thread(author=cast.member, spaces=spaces, source="Soon", title="When")]


def _fresh(post: Post) -> Post:
    return Post.objects.select_related("thread").get(pk=post.pk)


def _everywhere(editor, post, source="On Friday", **more):
    post = _fresh(post)
    also = {copy.post.thread.public_id: copy.post.revision for copy in walls.copies_of(post, editor)}
    asked = {"title": "When exactly", "based_on_revision": post.revision, "also": also, **more}
    return walls.edit_everywhere(editor=editor, post=post, source=source, **asked)


def test_a_message_is_changed_on_all_its_walls_at_once_and_told_on_each(cast, tied):
    walls.reply(author=cast.manager, thread=tied[1].thread, source="Only here")
    _everywhere(cast.member, tied[0])
    for post in map(_fresh, tied):
        assert (post.source, post.thread.title, post.revision) == ("On Friday", "When exactly", 2)
        assert post.revisions.get().source == "Soon"
    told = Fact.objects.filter(name="post.edited").values_list("ids__space", flat=True)
    assert set(told) == {post.thread.space_id for post in tied}
    assert _fresh(tied[1]).thread.last_number == 2


def test_what_was_changed_on_one_wall_alone_is_said_and_left_unless_it_is_chosen(cast, tied, signed_in):
    walls.edit_post(editor=cast.member, post=tied[1], source="Soon here", title="When", based_on_revision=1)
    client = signed_in(cast.member)
    page = client.get(f"/posts/{tied[0].public_id}/edit/").content.decode()
    boxes = dict(re.findall(r'name="also" value="([^"]+)"( checked)?', page))
    apart, in_step = (f"{post.thread.public_id}:{number}" for post, number in ((tied[1], 2), (tied[2], 1)))
    assert boxes == {apart: "", in_step: " checked"} and page.count("it would be replaced") == 1
    client.post(f"/posts/{tied[0].public_id}/edit/", {"body": "x", "title": "", "revision": 1, "also": [in_step]})
    assert [_fresh(post).source for post in tied] == ["x", "Soon here", "x"]


def test_a_copy_that_somebody_changed_meanwhile_refuses_all_and_keeps_the_text(cast, tied, signed_in):
    walls.edit_post(editor=cast.manager, post=tied[2], source="Theirs", title="When", based_on_revision=1)
    seen = [f"{post.thread.public_id}:1" for post in tied[1:]]
    sent = {"body": "Mine", "title": "When", "revision": 1, "also": seen}
    answer = signed_in(cast.member).post(f"/posts/{tied[0].public_id}/edit/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and "in another place meanwhile" in page and "Mine" in page
    assert f'value="{seen[0]}" checked' in page and f'value="{tied[2].thread.public_id}:2">' in page
    assert [_fresh(post).source for post in tied] == ["Soon", "Soon", "Theirs"]


def test_the_post_itself_was_changed_meanwhile(cast, tied):
    walls.edit_post(editor=cast.manager, post=tied[0], source="Theirs", title="When", based_on_revision=1)
    with pytest.raises(EditConflict):
        _everywhere(cast.member, tied[0], based_on_revision=1)
    assert _fresh(tied[1]).source == "Soon"


def test_a_copy_one_may_not_read_or_change_is_not_there(cast, tied):
    groups.leave(person=cast.member, space=cast.spaces["hidden"])
    assert [copy.post for copy in walls.copies_of(_fresh(tied[0]), cast.member)] == [tied[1]]
    assert walls.copies_of(_fresh(tied[0]), cast.outsider) == []
    for public_id in (tied[2].thread.public_id, "0" * 26):
        with pytest.raises(Http404):
            _everywhere(cast.member, tied[0], also={public_id: 1})
    _everywhere(cast.member, tied[0])
    assert [_fresh(post).source for post in tied] == ["On Friday", "On Friday", "Soon"]


def test_the_manager_of_one_wall_changes_only_what_stands_there(cast, tied):
    (alone,) = (post for post in tied if post.thread.space == cast.spaces["open"])
    groups.add_member(space=cast.spaces["open"], person=cast.outsider)
    groups.change_role(manager=cast.manager, space=cast.spaces["open"], person=cast.outsider, role="manager")
    assert walls.copies_of(_fresh(alone), cast.outsider) == []
    _everywhere(cast.outsider, alone)
    assert [_fresh(post).source for post in tied] == ["On Friday", "Soon", "Soon"]


def test_a_name_is_told_only_where_its_owner_reads(cast, tied):
    named = markdown.mention(cast.outsider.display_name, cast.outsider.public_id)
    _everywhere(cast.member, tied[0], f"Ask {named}")
    here, closed, hidden = map(_fresh, tied)
    assert here.mentions.get().person == cast.outsider and closed.source == hidden.source == "Ask @Otto Outsider"


def test_pictures_stand_on_each_wall_under_its_own_right_and_stay_what_they_are(cast, tied, client):
    picture = walls.add_picture(uploader=cast.member, content=drawn())
    _everywhere(cast.member, tied[0], f"![Rig](picture:{picture.public_id})")
    kept = [_fresh(post).pictures.get() for post in tied]
    assert len({one.public_id for one in kept}) == 3 and len({one.sha256 for one in kept}) == 1
    _everywhere(cast.member, tied[0], f"Again ![Rig](picture:{picture.public_id})")
    assert [_fresh(post).pictures.get() for post in tied] == kept
    client.force_login(cast.outsider)
    seen = [client.get(f"/pictures/{one.public_id}/").status_code for one in kept]
    assert seen == [200, 404, 404]


def test_the_same_form_sent_twice_is_one_change(cast, tied):
    for _ in range(2):
        _everywhere(cast.member, tied[0], based_on_revision=1, also={tied[1].thread.public_id: 1})
    assert [_fresh(post).revision for post in tied] == [2, 2, 1]


def test_a_reply_has_no_copies(cast, tied):
    reply = walls.reply(author=cast.member, thread=tied[0].thread, source="x")
    assert walls.copies_of(reply, cast.member) == []
    with pytest.raises(Http404):
        walls.edit_everywhere(
            editor=cast.member, post=reply, source="y", title="", based_on_revision=1,
            also={tied[1].thread.public_id: 1},
        )  # fmt: skip


def test_what_one_place_refuses_is_changed_nowhere(cast, tied):
    walls.change_status(by=cast.member, thread=tied[1].thread, status="archived")
    with pytest.raises((Refused, Http404)):
        _everywhere(cast.member, tied[0], also={tied[1].thread.public_id: 1})
    assert _fresh(tied[0]).source == "Soon"
