"""Queries put into SQL once: the same answers as fresh ones, and nobody's values left in them."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import BigIntegerField, CharField, Count, DateTimeField
from django.test.utils import CaptureQueriesContext

from groups import policy
from groups.models import Membership, Space
from groups.policy import Standing
from groups.rules import ACTIONS
from kit import clock
from kit.prepared import Moment, Prepared
from people.models import Person

SPACES = Prepared(lambda viewer, action: policy.spaces_for(viewer, action).order_by("pk"))


@pytest.mark.parametrize("action", ACTIONS)
def test_a_prepared_query_of_the_rule_answers_as_a_fresh_one_for_everybody(cast, action):
    for _ in range(2):
        for person in Person.objects.all():
            fresh = list(policy.spaces_for(person, action).order_by("pk"))
            assert SPACES.rows(Standing.of(person), action, viewer=person.pk) == fresh


def test_somebody_whose_account_is_closed_gets_nothing(cast):
    person = cast.member
    assert SPACES.rows(Standing.of(person), "read", viewer=person.pk)
    person.is_active = False
    assert SPACES.rows(Standing.of(person), "read", viewer=person.pk) == []


@pytest.mark.django_db
def test_the_second_run_builds_no_query(cast, monkeypatch):
    by_name = Prepared(lambda name: Space.objects.filter(name=name), name=CharField())
    by_name.rows(name="Pumps")
    monkeypatch.setattr(by_name, "_build", None)
    with CaptureQueriesContext(connection) as asked:
        by_name.rows(name="Valves")
    assert len(asked) == 1 and "Valves" in asked[0]["sql"]


@pytest.mark.django_db
def test_joined_rows_annotations_and_chosen_columns_come_as_from_the_orm(cast):
    def members(space):
        rows = Membership.objects.filter(space_id=space).select_related("person").order_by("pk")
        return rows.only("role", "person__display_name").annotate(number=Count("space__memberships"))

    space = cast.spaces["open"]
    rows = Prepared(members, space=BigIntegerField()).rows(space=space.pk)
    with CaptureQueriesContext(connection) as asked:
        names = [(row.person.display_name, row.role, row.number) for row in rows]
    assert len(asked) == 0
    assert names == [(row.person.display_name, row.role, row.number) for row in members(space.pk)]
    assert rows[0].get_deferred_fields() == {"space_id", "joined_at"}


@pytest.mark.django_db
def test_values_are_given_as_their_fields_write_them(cast):
    now = clock.now()
    since = Prepared(
        lambda moment, now: Person.objects.filter(joined_at__lte=moment).active(now).values_list("pk", flat=True),
        moment=DateTimeField(),
        now=DateTimeField(),
    )
    everybody = set(Person.objects.filter(joined_at__lte=now).active().values_list("pk", flat=True))
    assert set(since.rows(moment=now, now=now)) == everybody
    assert since.rows(moment=now - dt.timedelta(days=9000), now=now) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "build",
    [
        lambda: Person.objects.active(),
        lambda: Person.objects.filter(pk=2**40),
        lambda: Space.objects.filter(public_id="0123456789abcdefghjkmnpqrs"),
    ],
    ids=["now", "a key", "a public id"],
)
def test_a_value_of_the_moment_may_not_be_built_in(build):
    with pytest.raises(TypeError, match="built into"):
        Prepared(build).rows()


@pytest.mark.django_db
def test_a_value_that_is_not_given_is_asked_for():
    with pytest.raises(TypeError, match="name"):
        Prepared(lambda name: Space.objects.filter(name=name), name=CharField()).rows()


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_query_and_not_the_values(cast):
    by_key = Prepared(lambda key: Person.objects.filter(pk=key), key=BigIntegerField())
    keys = list(Person.objects.values_list("pk", flat=True))
    wrong = []

    def ask(key: int) -> None:
        try:
            wrong.extend(row for _ in range(30) for row in by_key.rows(key=key) if row.pk != key)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[key]) for key in keys[:6]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.django_db
def test_who_is_not_signed_in_has_the_standing_of_nobody(cast):
    nobody = AnonymousUser()
    assert not Standing.of(nobody).may_act
    assert not any(policy.can(nobody, "know", space) for space in cast.spaces.values())


@pytest.mark.django_db
def test_the_moment_is_that_of_each_run_and_nobody_gives_it(cast):
    made = Prepared(lambda: Space.objects.filter(created_at__lte=Moment()).order_by("pk"))
    assert made.rows() == list(Space.objects.order_by("pk"))
    with clock.set_to(clock.now() - dt.timedelta(days=1)):
        assert made.rows() == []
    assert made.rows() != []
