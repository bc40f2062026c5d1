"""The inbox as it is read: sections, tabs, muting, groups one hears more or less of, what was seen, what is gone."""

from __future__ import annotations

import re

import pytest

from groups import services as groups
from kit import markdown
from notifications import services
from notifications.live import InboxStream
from notifications.models import GroupWish, Notification
from notifications.queries import unread_count
from people.models import NotificationLevel
from tests.notifications.test_notify import _inbox, _thread
from tests.reading import as_read
from walls import services as walls
from walls.models import Follow
from walls.services import marks, posts


def _mention(person) -> str:
    return markdown.mention(person.display_name, person.public_id)


def _page(client, address="/inbox/") -> str:
    return client.get(address).content.decode().split("<main", 1)[1].split("</main>")[0]


@pytest.fixture
def reader(cast, client):
    client.force_login(cast.member)
    return client


def _reply_to(cast, **fields):
    thread = _thread(cast, **fields)
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    return thread


def test_entries_stand_under_what_needs_one_what_one_follows_and_the_rest(cast, reader, hear_everything):
    _thread(cast, author=cast.manager, source=f"{_mention(cast.member)} look", title="Named")
    followed = _thread(cast, author=cast.manager, source="Torque", title="Followed")
    marks.follow(person=cast.member, thread=followed)
    posts.reply(author=cast.leaver, thread=followed, source="12 Nm")
    _thread(cast, author=cast.manager, source="Closed on Friday", title="Announced", kind="announcement")
    hear_everything()
    said = re.findall(r"<h2 id=\"inbox-(\w+)\"|dir=\"auto\"><a href=[^>]+>(\w+)</a>", _page(reader))
    assert ["".join(found) for found in said] == ["needs", "Named", "follows", "Followed", "rest", "Announced"]


def test_one_entry_says_its_reason_first_and_counts_the_others(cast, reader, hear_everything):
    thread = _reply_to(cast)
    posts.reply(author=cast.leaver, thread=thread, source="And another")
    hear_everything()
    page = _page(reader)
    assert page.count("<article") == 1
    assert re.search(r"<p>Lea Leaver replied to you\. <span[^>]*>And another</span> 1 more post\.</p>", as_read(page))


def test_what_was_marked_as_read_comes_back_unread_by_undo(cast, reader, hear_everything):
    _reply_to(cast)
    _reply_to(cast, source="Another question")
    hear_everything()
    shown = [entry.public_id for entry in Notification.objects.shown_to(cast.member)]
    answer = reader.post("/inbox/read/", {"entry": shown}, follow=True).content.decode()
    assert unread_count(cast.member) == 0 and "2 entries are read." in answer
    reader.post(re.search(r'action="(/inbox/unread/\d+/)"', answer)[1])
    assert unread_count(cast.member) == 2


def test_undo_of_reading_touches_nothing_that_was_read_at_another_time(cast, reader, hear_everything):
    first = _reply_to(cast)
    hear_everything()
    marks.mark_read(person=cast.member, thread=first, number=2)
    assert services.mark_unread(person=cast.member, moment=1) == 0 and unread_count(cast.member) == 0


def test_a_muted_entry_is_put_away_and_only_a_mention_brings_its_thread_back(cast, reader, hear_everything):
    thread = _reply_to(cast)
    hear_everything()
    entry = Notification.objects.get(person=cast.member)
    answer = reader.post(f"/inbox/{entry.public_id}/mute/", headers={"HX-Request": "true"}).content.decode()
    assert "Muted: only a mention reaches you." in answer and "<article" not in _page(reader)
    posts.reply(author=cast.manager, thread=thread, source="Nothing for you")
    hear_everything()
    assert _inbox(cast.member) == []
    posts.reply(author=cast.manager, thread=thread, source=f"{_mention(cast.member)} this is")
    hear_everything()
    assert [reason for reason, *_ in _inbox(cast.member)] == ["mention"]


@pytest.mark.parametrize("was", ["following", None])
def test_undo_of_muting_brings_back_the_entry_and_how_the_thread_was_followed(cast, reader, hear_everything, was):
    thread = _thread(cast, author=cast.manager, source=f"{_mention(cast.member)} look")
    hear_everything()
    walls.follow(person=cast.member, thread=thread) if was else walls.unfollow(person=cast.member, thread=thread)
    address = f"/inbox/{Notification.objects.get(person=cast.member).public_id}"
    answer = reader.post(f"{address}/mute/", headers={"HX-Request": "true"}).content.decode()
    verb = re.search(r'name="verb" value="(\w+)"', answer)[1]
    back = reader.post(f"{address}/unmute/", {"verb": verb}, headers={"HX-Request": "true"}).content.decode()
    assert "<article" in back and len(_inbox(cast.member)) == 1
    assert Follow.objects.filter(person=cast.member, thread=thread).values_list("state", flat=True).first() == was


def test_what_was_put_away_stands_under_done_while_it_may_be_read(cast, reader, hear_everything):
    thread = _reply_to(cast, space="closed")
    hear_everything()
    entry = Notification.objects.get(person=cast.member)
    reader.post(f"/inbox/{entry.public_id}/done/")
    assert "A reply" in _page(reader, "/inbox/?tab=done") and "A reply" not in _page(reader)
    groups.leave(person=cast.member, space=thread.space)
    assert "A reply" not in _page(reader, "/inbox/?tab=done")
    assert reader.post(f"/inbox/{entry.public_id}/back/").status_code == 404


def test_a_post_read_before_it_was_told_is_not_told_again(cast, hear_everything):
    thread = _reply_to(cast)
    marks.mark_read(person=cast.member, thread=thread, number=2)
    hear_everything()
    assert _inbox(cast.member) == []


def test_an_entry_is_read_when_one_has_read_as_far_as_it_tells(cast, hear_everything):
    thread = _reply_to(cast)
    posts.reply(author=cast.manager, thread=thread, source="One more")
    hear_everything()
    marks.mark_read(person=cast.member, thread=thread, number=2)
    assert unread_count(cast.member) == 1
    marks.mark_read(person=cast.member, thread=thread, number=3)
    assert unread_count(cast.member) == 0


# Group by group -------------------------------------------------------------------------------------------------------
def _set(client, space, level):
    return client.post(f"/preferences/told/groups/{space.public_id}/", {"level": level})


def test_everything_of_a_group_is_told_to_who_asked_for_it(cast, reader, hear_everything):
    assert _set(reader, cast.spaces["closed"], "everything").status_code == 302
    thread = _thread(cast, "closed", author=cast.manager, source="New thread")
    posts.reply(author=cast.leaver, thread=thread, source="New reply")
    _thread(cast, "open", author=cast.manager, source="Elsewhere")
    hear_everything()
    assert _inbox(cast.member) == [("posted", "Lea Leaver", 2)]
    assert _inbox(cast.manager) == [("reply", "Lea Leaver", 1)]


def test_who_asked_for_everything_and_left_hears_nothing_more(cast, reader, hear_everything):
    _set(reader, cast.spaces["hidden"], "everything")
    assert cast.spaces["hidden"].name in _page(reader, "/preferences/told/")
    groups.leave(person=cast.member, space=cast.spaces["hidden"])
    _thread(cast, "hidden", author=cast.manager, source="After")
    hear_everything()
    assert not Notification.objects.filter(person=cast.member).exists()
    assert cast.spaces["hidden"].name not in _page(reader, "/preferences/told/")


def test_a_group_of_which_one_wants_mentions_only_tells_of_nothing_else(cast, reader, hear_everything):
    _set(reader, cast.spaces["open"], "mentions")
    thread = _reply_to(cast)
    hear_everything()
    assert _inbox(cast.member) == []
    posts.reply(author=cast.manager, thread=thread, source=f"{_mention(cast.member)} you")
    hear_everything()
    assert [reason for reason, *_ in _inbox(cast.member)] == ["mention"]


def test_what_was_said_of_a_group_goes_before_what_was_said_of_all(cast, reader, hear_everything):
    reader.post("/preferences/told/", {"notification_level": NotificationLevel.MENTIONS})
    _set(reader, cast.spaces["open"], "everything")
    _reply_to(cast)
    _reply_to(cast, space="closed")
    hear_everything()
    assert [count for *_, count in _inbox(cast.member)] == [1]


def test_the_usual_leaves_no_row_and_an_unknown_level_is_refused(cast, reader):
    space = cast.spaces["open"]
    _set(reader, space, "mentions")
    assert "As in my preferences" in _page(reader, "/preferences/told/") and GroupWish.objects.count() == 1
    _set(reader, space, "usual")
    assert not GroupWish.objects.exists()
    assert _set(reader, space, "loudly").status_code == 422


def test_nobody_says_what_they_want_to_hear_of_a_group_they_may_not_read(cast, client):
    client.force_login(cast.outsider)
    for kind in ("hidden", "closed"):
        assert _set(client, cast.spaces[kind], "everything").status_code == 404
    assert not GroupWish.objects.exists()


def test_a_guest_who_wants_everything_is_not_told_of_internal_threads(cast, client, hear_everything):
    client.force_login(cast.guest)
    _set(client, cast.spaces["open"], "everything")
    _thread(cast, "open", source="Our margin", label="internal")
    _thread(cast, "open", source="The drawing", label="shared")
    hear_everything()
    assert [entry.quote for entry in Notification.objects.shown_to(cast.guest)] == ["The drawing"]


# Gone with the access -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["removed", "restricted", "relabelled"])
def test_the_version_of_an_inbox_rises_when_an_entry_is_lost(cast, hear_everything, how):
    who = cast.guest if how == "relabelled" else cast.leaver
    label = "shared" if how == "relabelled" else "internal"
    thread = _thread(cast, "closed", source=f"{_mention(who)} look", title="Secret", label=label)
    hear_everything()
    before = InboxStream().states([who.pk])[who.pk].version
    assert len(_inbox(who)) == 1
    if how == "removed":
        groups.remove_member(manager=cast.manager, space=thread.space, person=who)
    elif how == "restricted":
        walls.restrict_thread(editor=cast.manager, thread=thread, readers=[cast.reader])
    else:
        walls.reclassify(editor=cast.manager, thread=thread, label="internal")
    assert _inbox(who) == [] and InboxStream().states([who.pk])[who.pk].version > before


@pytest.fixture
def left(cast, hear_everything):
    """A thread of the closed group that ``member`` was told of before he left; all of it was heard."""
    thread = _thread(cast, author=cast.leaver, space="closed", source=f"{_mention(cast.member)} look")
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    hear_everything()
    assert len(_inbox(cast.member)) == 1
    groups.leave(person=cast.member, space=thread.space)
    hear_everything()
    return thread


def _hide(cast, thread):
    groups.remove_member(manager=cast.manager, space=thread.space, person=cast.guest)
    groups.change_visibility(manager=cast.manager, space=thread.space, type="hidden")


GOINGS_ON = {
    "deleted": lambda cast, thread: posts.delete_post(by=cast.manager, post=thread.posts.get(number=2)),
    "reclassified": lambda cast, thread: walls.reclassify(editor=cast.manager, thread=thread, tags=["gloves"]),
    "restricted": lambda cast, thread: walls.restrict_thread(editor=cast.leaver, thread=thread, readers=[cast.manager]),
    "hidden": _hide,
}


@pytest.mark.parametrize("what", GOINGS_ON)
def test_the_inbox_of_who_left_is_told_nothing_of_what_goes_on_there(cast, left, hear_everything, what):
    before = InboxStream().states([cast.member.pk])
    GOINGS_ON[what](cast, left)
    hear_everything()
    assert InboxStream().states([cast.member.pk]) == before
