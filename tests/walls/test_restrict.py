"""Giving a thread to named readers: who may, what is said beforehand, and who has lost it afterwards."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from groups import queries
from groups.models import Space
from people.models import NAME_LIMIT
from people.services import deactivate
from walls import restrictions
from walls import services as walls
from walls.models import Thread
from walls.models.threads import TITLE_LIMIT


@pytest.fixture
def talk(cast):
    """A thread of ``member`` in the closed group, answered by ``leaver``."""
    (made,) = walls.post_thread(author=cast.member, spaces=cast.spaces["closed"], source="Figures", title="Figures")
    walls.reply(author=cast.leaver, thread=made, source="Seen")
    return made


def address(thread) -> str:
    return f"/threads/{thread.public_id}/restrict/"


def test_the_author_and_a_manager_find_the_way_others_do_not(cast, talk, signed_in):
    for person in (cast.member, cast.manager):
        assert address(talk) in signed_in(person).get(talk.get_absolute_url()).content.decode()
    client = signed_in(cast.leaver)
    assert address(talk) not in client.get(talk.get_absolute_url()).content.decode()
    assert client.get(address(talk)).status_code == client.post(address(talk)).status_code == 404
    with pytest.raises(PermissionDenied):
        walls.restrict_thread(editor=cast.leaver, thread=talk, readers=[cast.reader])


def test_a_title_may_be_longer_than_the_name_of_a_group(cast):
    """The space of its readers is called after it, and PostgreSQL refuses a name that does not fit."""
    title = "t" * TITLE_LIMIT
    (open_one,) = walls.post_thread(author=cast.member, spaces=cast.spaces["open"], source="x", title=title)
    narrow = walls.restrict_thread(editor=cast.member, thread=open_one, readers=[cast.manager])
    (named,) = walls.post_thread(author=cast.member, readers=[cast.manager], source="x", title=title)
    for thread in (narrow, named):
        assert thread.title == title and 0 < len(thread.space.name) <= NAME_LIMIT


def test_the_space_of_the_readers_keeps_no_title_that_was_changed_or_taken_back(cast, talk):
    """The inbox and break-glass call it so: a word that was taken back would stand there for ever."""
    talk = walls.restrict_thread(editor=cast.member, thread=talk, readers=[cast.manager])
    opening = talk.posts.get(number=1)

    def name() -> str:
        return Space.objects.get(pk=talk.space_id).name

    assert name() == "Figures"
    opening = walls.edit_post(
        editor=cast.member, post=opening, source="Figures", title="Numbers", based_on_revision=opening.revision
    )
    assert name() == "Numbers"
    walls.delete_post(by=cast.member, post=opening)
    assert name() == ""
    walls.restore_post(by=cast.member, post=opening)
    assert name() == "Numbers"


def test_the_page_says_who_could_read_and_who_can_and_proposes_who_wrote(cast, talk, signed_in):
    page = signed_in(cast.manager).get(address(talk)).content.decode()
    assert "Only the 3 employees" in page and "Only 2 named readers" in page
    assert "Lea Leaver" in page and "Rita Reader" not in page
    assert "1 person loses this thread" in page


def test_what_was_said_beforehand_comes_true(cast, talk, signed_in):
    before = restrictions.restriction(cast.manager, talk, [cast.reader])
    assert [person.display_name for person in before.gaining] == ["Rita Reader"]
    form = {"person": [cast.reader.public_id]}
    answer = signed_in(cast.manager).post(address(talk), form, follow=True)
    assert "Only the named readers can read this thread now." in answer.content.decode()
    talk.refresh_from_db()
    readers = {person for person in cast.everyone if Thread.objects.readable_by(person).exists()}
    assert readers == {cast.manager, cast.member, cast.reader} == set(before.readers)
    assert before.losing == 1 and sum(queries.reader_counts(talk.space, talk.label)) == before.after.employees


def test_who_lost_it_gets_the_answer_of_nothing_and_cannot_name_it(cast, talk, signed_in):
    signed_in(cast.manager).post(address(talk), {"person": [cast.reader.public_id]})
    client = signed_in(cast.leaver)
    for tail in ("", "changes/", "restrict/"):
        lost, nothing = (client.get(f"/threads/{key}/{tail}") for key in (talk.public_id, "0" * 26))
        assert lost.status_code == nothing.status_code == 404 and len(lost.content) == len(nothing.content)
    assert "Figures" not in client.get(cast.spaces["closed"].get_absolute_url()).content.decode()


def test_nobody_named_is_refused_and_no_guest_can_be_named(cast, talk, signed_in):
    client = signed_in(cast.member)
    for form in ({}, {"person": [cast.guest.public_id]}, {"person": ["0" * 26]}):
        answer = client.post(address(talk), form)
        assert answer.status_code == 422 and "Name the people who may read this." in answer.content.decode()
    found = client.post(address(talk), {"find": "1", "q": "gus"}, headers={"HX-Request": "true"})
    assert "Gus Guest" not in found.content.decode()
    talk.refresh_from_db()
    assert not talk.space.is_named_readers


def test_the_figures_follow_what_is_ticked_without_restricting_anything(cast, talk, signed_in):
    form = {"count": "1", "person": [cast.leaver.public_id, cast.reader.public_id]}
    part = signed_in(cast.member).post(address(talk), form, headers={"HX-Request": "true"}).content.decode()
    assert "Only 3 named readers" in part and "Rita Reader" in part and "<h1" not in part
    talk.refresh_from_db()
    assert not talk.space.is_named_readers


def test_a_thread_whose_author_left_can_still_be_restricted(cast, talk):
    deactivate(by=cast.admin, person=cast.member)
    talk.refresh_from_db()
    walls.restrict_thread(editor=cast.manager, thread=talk, readers=[cast.reader])
    readers = {person for person in cast.everyone if Thread.objects.readable_by(person).exists()}
    assert readers == {cast.manager, cast.reader}


def test_what_is_private_already_stays_as_it_is(cast, talk):
    walls.restrict_thread(editor=cast.member, thread=talk, readers=[cast.reader])
    with pytest.raises(walls.Refused):
        walls.restrict_thread(editor=cast.member, thread=talk, readers=[cast.leaver])


def test_the_same_message_elsewhere_is_named_to_those_who_read_it_there(cast, signed_in):
    places = [cast.spaces["closed"], cast.spaces["hidden"]]
    here, _there = walls.post_thread(author=cast.member, spaces=places, source="Both", title="Both")
    assert "The hidden group" in signed_in(cast.member).get(address(here)).content.decode()


def test_whose_account_is_closed_is_not_proposed(cast, talk):
    assert cast.outsider in restrictions.who_can_be_named(cast.member, talk)
    deactivate(by=cast.admin, person=cast.outsider)
    assert cast.outsider not in restrictions.who_can_be_named(cast.member, talk)
    assert not restrictions.who_can_be_named(cast.outsider, talk).exists()
