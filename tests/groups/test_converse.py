"""Private conversations and the readers of restricted threads."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from groups import policy, queries
from groups import services as groups
from groups.models import Space
from people.models import Person
from tests.conftest import make_person


def test_the_same_people_have_the_same_conversation_whoever_starts_it(cast):
    first = groups.start_conversation(starter=cast.member, people=[cast.reader, cast.outsider])
    again = groups.start_conversation(starter=cast.outsider, people=[cast.member, cast.reader, cast.member])
    other = groups.start_conversation(starter=cast.member, people=[cast.reader])
    assert first == again != other
    assert not policy.can(cast.manager, "know", first)


def test_a_guest_talks_only_with_those_they_share_a_space_with(cast):
    assert groups.start_conversation(starter=cast.guest, people=[cast.member])
    for person in (cast.outsider, cast.admin):
        with pytest.raises(Http404):
            groups.start_conversation(starter=cast.guest, people=[cast.member, person])


def test_one_does_not_talk_alone_nor_with_a_crowd(cast):
    with pytest.raises(ValidationError):
        groups.start_conversation(starter=cast.member, people=[cast.member])
    crowd = [make_person(f"P{number}") for number in range(25)]
    with pytest.raises(ValidationError, match="25"):
        groups.start_conversation(starter=cast.member, people=crowd)


def test_who_left_a_conversation_is_out_and_the_same_people_start_a_new_one(cast):
    space = groups.start_conversation(starter=cast.member, people=[cast.reader])
    epoch = space.epoch
    groups.leave_conversation(person=cast.reader, space=space)
    assert not policy.can(cast.reader, "know", space) and policy.can(cast.member, "read", space)
    assert Space.objects.get(pk=space.pk).epoch == epoch + 1
    assert groups.start_conversation(starter=cast.reader, people=[cast.member]) != space
    with pytest.raises(Http404):
        groups.leave_conversation(person=cast.reader, space=space)
    with pytest.raises(Http404):
        groups.leave_conversation(person=cast.member, space=cast.spaces["open"])


def test_the_list_names_the_others_and_costs_the_same_for_one_or_many(cast, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(30) as taken:
            queries.talks_of(Person.objects.get(pk=cast.member.pk))
        return len(taken)

    groups.start_conversation(starter=cast.member, people=[cast.reader, cast.guest])
    few = cost()
    assert [talk.name for talk in queries.talks_of(cast.member)] == ["Gus Guest, Rita Reader"]
    for person in (cast.reader, cast.outsider, cast.manager, cast.admin):
        groups.start_conversation(starter=cast.member, people=[person])
    assert cost() == few


def test_named_readers_are_employees_and_nobody_else_knows_of_the_space(cast):
    space = groups.make_named_readers(author=cast.member, readers=[cast.manager, cast.member], name="Claim")
    assert set(policy.audience(space)) == {cast.member, cast.manager}
    assert not policy.can(cast.admin, "know", space)
    assert space not in queries.groups_known_to(cast.member) and space not in queries.my_groups(cast.member)
    with pytest.raises(ValidationError):
        groups.make_named_readers(author=cast.member, readers=[cast.guest])
    with pytest.raises(PermissionDenied):
        groups.make_named_readers(author=cast.guest, readers=[cast.member])
