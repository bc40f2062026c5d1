"""Who is told of a post: once per thread, only readers, only as long as they are."""

from __future__ import annotations

import pytest
from django.db.models import F

from groups import services as groups
from groups.models import Membership, Space
from kit import facts, markdown
from kit.models import Fact
from notifications.models import Notification
from notifications.queries import unread_count
from people.models import NotificationLevel
from people.services import deactivate
from walls import services as walls
from walls.services import marks, posts, threads


def _thread(cast, space="open", author=None, **fields):
    fields.setdefault("source", "Which torque for the head?")
    return threads.post_thread(author=author or cast.member, spaces=cast.spaces[space], **fields)[0]


def _inbox(person) -> list[tuple[str, str, int]]:
    rows = Notification.objects.shown_to(person).select_related("actor")
    return [(row.reason, row.actor.display_name, row.count) for row in rows]


def test_the_author_of_a_thread_hears_of_replies_in_one_entry(cast, hear_everything):
    thread = _thread(cast)
    for number in range(3):
        posts.reply(author=cast.manager, thread=thread, source=f"Answer {number}")
    hear_everything()
    assert _inbox(cast.member) == [("reply", "Mona Manager", 3)]
    assert _inbox(cast.manager) == []


def test_hearing_a_fact_twice_tells_once(cast, hear_everything):
    thread = _thread(cast)
    posts.reply(author=cast.manager, thread=thread, source="Again")
    hear_everything()
    Fact.objects.filter(name="post.posted").update(heard_at=None, heard_by=[])
    hear_everything()
    assert _inbox(cast.member) == [("reply", "Mona Manager", 1)]


def test_a_mentioned_member_of_a_hidden_group_is_told_and_an_outsider_is_not(cast, hear_everything):
    both = [markdown.mention(p.display_name, p.public_id) for p in (cast.leaver, cast.outsider)]
    _thread(cast, "hidden", source=" ".join(both) + " look at this")
    hear_everything()
    assert _inbox(cast.leaver) == [("mention", "Max Member", 1)]
    assert not Notification.objects.filter(person=cast.outsider).exists()


def test_who_left_between_the_post_and_the_telling_hears_nothing(cast, hear_everything):
    mention = markdown.mention(cast.leaver.display_name, cast.leaver.public_id)
    _thread(cast, "hidden", source=f"{mention} secret")
    Membership.objects.filter(space=cast.spaces["hidden"], person=cast.leaver).delete()
    hear_everything()
    assert not Notification.objects.filter(person=cast.leaver).exists()


def test_an_entry_and_its_count_are_gone_the_moment_access_is_lost(cast, hear_everything):
    mention = markdown.mention(cast.leaver.display_name, cast.leaver.public_id)
    _thread(cast, "hidden", source=f"{mention} secret")
    hear_everything()
    assert unread_count(cast.leaver) == 1
    groups.leave(person=cast.leaver, space=cast.spaces["hidden"])
    assert unread_count(cast.leaver) == 0 and _inbox(cast.leaver) == []


def test_a_guest_is_not_told_of_an_internal_thread(cast, hear_everything):
    mention = markdown.mention(cast.guest.display_name, cast.guest.public_id)
    _thread(cast, "open", source=f"{mention} our margin", label="internal")
    hear_everything()
    assert not Notification.objects.filter(person=cast.guest).exists()


def test_a_muted_thread_tells_only_of_mentions(cast, hear_everything):
    thread = _thread(cast)
    marks.mute(person=cast.member, thread=thread)
    posts.reply(author=cast.manager, thread=thread, source="Nothing for you")
    hear_everything()
    assert _inbox(cast.member) == []
    mention = markdown.mention(cast.member.display_name, cast.member.public_id)
    posts.reply(author=cast.manager, thread=thread, source=f"{mention} this is")
    hear_everything()
    assert _inbox(cast.member) == [("mention", "Mona Manager", 1)]


def test_the_stronger_reason_stays_while_unread(cast, hear_everything):
    thread = _thread(cast)
    mention = markdown.mention(cast.member.display_name, cast.member.public_id)
    posts.reply(author=cast.manager, thread=thread, source=f"{mention} you")
    posts.reply(author=cast.leaver, thread=thread, source="and more")
    hear_everything()
    assert _inbox(cast.member) == [("mention", "Mona Manager", 2)]


def test_a_person_who_asked_for_mentions_only_is_not_told_of_replies(cast, hear_everything):
    cast.member.notification_level = NotificationLevel.MENTIONS
    cast.member.save()
    thread = _thread(cast)
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    hear_everything()
    assert _inbox(cast.member) == []


def test_reading_the_thread_reads_the_entry(cast, hear_everything):
    thread = _thread(cast)
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    hear_everything()
    assert unread_count(cast.member) == 1
    marks.mark_read(person=cast.member, thread=thread, number=2)
    assert unread_count(cast.member) == 0


def test_a_deleted_post_is_not_quoted(cast, hear_everything):
    thread = _thread(cast)
    post = posts.reply(author=cast.manager, thread=thread, source="Better forgotten")
    hear_everything()
    posts.delete_post(by=cast.manager, post=post)
    entry = Notification.objects.shown_to(cast.member).get()
    assert entry.quote == ""


def test_put_away_and_brought_back(cast, client, hear_everything):
    thread = _thread(cast)
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    hear_everything()
    client.force_login(cast.member)
    entry = Notification.objects.get(person=cast.member)
    assert "A reply" in client.get("/inbox/").content.decode()
    client.post(f"/inbox/{entry.public_id}/done/")
    assert "A reply" not in client.get("/inbox/").content.decode()
    client.post(f"/inbox/{entry.public_id}/back/")
    assert "A reply" in client.get("/inbox/").content.decode()


def test_nobody_puts_away_the_entry_of_another(cast, client, hear_everything):
    thread = _thread(cast)
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    hear_everything()
    entry = Notification.objects.get(person=cast.member)
    client.force_login(cast.manager)
    assert client.post(f"/inbox/{entry.public_id}/done/").status_code == 404
    entry.refresh_from_db()
    assert entry.done_at is None


def test_mark_as_read_marks_what_was_shown_and_nothing_else(cast, client, hear_everything):
    first, second = _thread(cast), _thread(cast, source="Another question")
    for thread in (first, second):
        posts.reply(author=cast.manager, thread=thread, source="A reply")
    hear_everything()
    client.force_login(cast.member)
    shown = Notification.objects.get(person=cast.member, thread=first)
    client.post("/inbox/read/", {"entry": [shown.public_id]})
    assert set(Notification.objects.filter(person=cast.member, read_at=None).values_list("thread", flat=True)) == {
        second.pk
    }


def test_an_invitation_is_told_to_the_invited_and_a_request_to_the_managers(cast, hear_everything):
    groups.invite(manager=cast.manager, space=cast.spaces["hidden"], person=cast.outsider)
    groups.ask_to_join(person=cast.reader, space=cast.spaces["closed"])
    hear_everything()
    assert _inbox(cast.outsider) == [("invitation", "Mona Manager", 1)]
    assert _inbox(cast.manager) == [("request", "Rita Reader", 1)]
    assert _inbox(cast.member) == []


@pytest.mark.django_db(transaction=True)
def test_a_fact_nobody_delivered_is_found_by_the_sweeper(cast, hear_everything):
    thread = _thread(cast)
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    assert not Notification.objects.exists()
    hear_everything()
    assert Notification.objects.filter(person=cast.member).count() == 1
    assert facts.backlog()["waiting"] == 0


def test_the_badge_counts_only_spaces_still_readable(cast, hear_everything):
    thread = _thread(cast, "closed")
    posts.reply(author=cast.manager, thread=thread, source="A reply")
    hear_everything()
    assert unread_count(cast.member) == 1
    Membership.objects.filter(space=cast.spaces["closed"], person=cast.member).delete()
    Space.objects.filter(pk=cast.spaces["closed"].pk).update(epoch=F("epoch") + 1)
    assert unread_count(cast.member) == 0


def _reasons(person) -> list[tuple[str, str]]:
    return [(row.reason, row.actor.display_name) for row in Notification.objects.shown_to(person)]


def test_news_of_requests_ends_with_the_answer_and_with_the_right_to_give_it(cast, hear_everything):
    closed = cast.spaces["closed"]
    groups.change_role(manager=cast.manager, space=closed, person=cast.member, role="manager")
    request = groups.ask_to_join(person=cast.reader, space=closed)
    groups.ask_to_join(person=cast.outsider, space=closed)
    hear_everything()
    both = [("request", "Otto Outsider"), ("request", "Rita Reader")]
    assert sorted(_reasons(cast.manager)) == sorted(_reasons(cast.member)) == both
    groups.accept_request(manager=cast.manager, request=request)
    assert _reasons(cast.manager) == _reasons(cast.member) == both[:1]
    groups.change_role(manager=cast.manager, space=closed, person=cast.member, role="member")
    assert _reasons(cast.member) == []
    assert unread_count(cast.member) == 0


def test_news_of_being_let_in_is_for_who_may_still_know_of_the_group(cast, hear_everything):
    closed = cast.spaces["closed"]
    for person in (cast.reader, cast.outsider):
        groups.accept_request(manager=cast.manager, request=groups.ask_to_join(person=person, space=closed))
    groups.remove_member(manager=cast.manager, space=closed, person=cast.outsider)
    hear_everything()
    assert not Notification.objects.filter(person=cast.outsider).exists()
    assert _reasons(cast.reader) == [("admitted", "Mona Manager")]
    groups.remove_member(manager=cast.manager, space=closed, person=cast.guest)
    groups.change_visibility(manager=cast.manager, space=closed, type="hidden")
    assert _reasons(cast.reader) == [("admitted", "Mona Manager")]
    groups.remove_member(manager=cast.manager, space=closed, person=cast.reader)
    assert _reasons(cast.reader) == []


def test_a_manager_whose_account_is_closed_is_told_of_no_request(cast, hear_everything):
    closed = cast.spaces["closed"]
    groups.change_role(manager=cast.manager, space=closed, person=cast.member, role="manager")
    cast.member.is_active = False
    cast.member.save()
    groups.ask_to_join(person=cast.outsider, space=closed)
    hear_everything()
    told = Notification.objects.values_list("person", flat=True)
    assert list(told) == [cast.manager.pk]


def test_nobody_marks_the_entry_of_another_as_read(cast, hear_everything, client):
    thread = _thread(cast)
    posts.reply(author=cast.manager, thread=thread, source="Yours")
    hear_everything()
    entry = Notification.objects.get(person=cast.member)
    client.force_login(cast.manager)
    client.post("/inbox/read/", {"entry": entry.public_id})
    assert unread_count(cast.member) == 1
    client.force_login(cast.member)
    client.post("/inbox/read/", {"entry": entry.public_id})
    assert unread_count(cast.member) == 0


def test_an_heir_who_went_before_the_telling_is_told_nothing(cast, hear_everything):
    deactivate(by=cast.admin, person=cast.manager)
    hear_everything()
    assert ("inherited", "Mona Manager") in _reasons(cast.member)
    Notification.objects.all().delete()
    deactivate(by=cast.admin, person=cast.member)
    Membership.objects.filter(space=cast.spaces["hidden"], person=cast.leaver).delete()
    hear_everything()
    told = Notification.objects.filter(reason="inherited").values_list("person", "space__type")
    assert (cast.leaver.pk, "hidden") not in told and not told.filter(person=cast.member).exists()


def test_named_readers_are_told_of_a_restricted_thread(cast, hear_everything):
    threads.post_thread(author=cast.manager, readers=[cast.member, cast.reader], source="Between us", title="Claim")
    hear_everything()
    assert _inbox(cast.member) == _inbox(cast.reader) == [("named", "Mona Manager", 1)]
    assert _inbox(cast.manager) == _inbox(cast.outsider) == []


def test_who_is_named_when_a_thread_is_restricted_is_told_and_who_lost_it_is_not(cast, hear_everything):
    thread = _thread(cast, space="closed", author=cast.leaver)
    hear_everything()
    walls.restrict_thread(editor=cast.manager, thread=thread, readers=[cast.reader])
    hear_everything()
    assert _inbox(cast.reader) == [("named", "Mona Manager", 1)]
    assert _inbox(cast.member) == _inbox(cast.manager) == []
