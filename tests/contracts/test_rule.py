"""The one rule, asked at every door of ``groups.policy`` by everybody, against a table written in words here.

The table below is on purpose not derived from ``groups.rules``: who changes a right there changes it here too.
"""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from groups import policy, queries
from groups import services as groups
from groups.models import Label, Membership, Role, Space, SpaceType, TimedAccess
from groups.rules import ACTIONS
from kit import clock
from people.models import Person
from tests.conftest import make_person
from walls.models import Post, Thread

EMPLOYEES = {"admin", "editor", "manager", "member", "reader", "outsider", "leaver"}
INSIDE = {"manager", "member", "leaver"}
NOBODY: set[str] = set()

# May, by type of space and action. The guest is in the open and the closed group and in the conversation.
MAY = {
    "common": {"know": EMPLOYEES, "read": EMPLOYEES, "write": EMPLOYEES, "announce": {"editor"}, "manage": {"admin"}},
    "personal": {"know": EMPLOYEES, "read": EMPLOYEES, "write": EMPLOYEES, "manage": {"member"}},
    "open": {
        "know": EMPLOYEES | {"guest"},
        "read": EMPLOYEES | {"guest"},
        "write": INSIDE | {"guest"},
        "announce": {"manager"},
        "join": EMPLOYEES,
        "manage": {"manager"},
    },
    "closed": {
        "know": EMPLOYEES | {"guest"},
        "read": INSIDE | {"guest"},
        "write": INSIDE | {"guest"},
        "announce": {"manager"},
        "ask": EMPLOYEES,
        "manage": {"manager"},
    },
    "hidden": {"know": INSIDE, "read": INSIDE, "write": INSIDE, "announce": {"manager"}, "manage": {"manager"}},
    "page": {"know": EMPLOYEES, "read": EMPLOYEES},
    "direct": {"know": {"member", "guest"}, "read": {"member", "guest"}, "write": {"member", "guest"}},
    "named readers": {
        "know": {"member", "manager"},
        "read": {"member", "manager"},
        "write": {"member", "manager"},
        "announce": {"member"},
        "manage": {"member"},
    },
}
ENDS_WITH_ARCHIVING = {"write", "announce", "join", "ask"}
GUESTS_READ = {Label.SHARED}


@pytest.fixture
def world(cast):
    cast.editor = make_person("Ed Editor", is_editor=True)
    cast.spaces["page"] = Space.objects.create(type=SpaceType.PAGE, name="Rules of the house")
    cast.spaces["direct"] = groups.start_conversation(starter=cast.member, people=[cast.guest])
    cast.spaces["named readers"] = groups.make_named_readers(author=cast.member, readers=[cast.manager])
    return cast


def person_of(world, who: str) -> Person:
    return getattr(world, who)


@pytest.mark.parametrize("is_archived", [False, True], ids=["living", "archived"])
@pytest.mark.parametrize("kind", MAY)
def test_everybody_may_what_the_table_says_and_nothing_else(world, kind, is_archived):
    space = world.spaces[kind]
    if is_archived:
        Space.objects.filter(pk=space.pk).update(archived_at=clock.now())
    for who in (*sorted(EMPLOYEES), "guest"):
        person = person_of(world, who)
        with_rights = policy.with_rights(Space.objects.filter(pk=space.pk), person).get()
        for action in ACTIONS:
            expected = who in MAY[kind].get(action, NOBODY) and not (is_archived and action in ENDS_WITH_ARCHIVING)
            said = f"{who} may{'' if expected else ' not'} {action} in {kind}"
            # can() is scope() on one row, and scope() is spaces_for(): one door each way.
            assert policy.can(person, action, space) == expected, said
            assert getattr(with_rights, f"may_{action}") == expected, said


@pytest.mark.parametrize("kind", MAY)
def test_a_refusal_tells_only_those_who_know_of_the_space_that_it_is_one(world, kind):
    space = world.spaces[kind]
    for who, action in itertools.product((*sorted(EMPLOYEES), "guest"), ("read", "manage")):
        if who in MAY[kind].get(action, NOBODY):
            policy.require(person_of(world, who), action, space)
            continue
        with pytest.raises(PermissionDenied if who in MAY[kind]["know"] else Http404):
            policy.require(person_of(world, who), action, space)


@pytest.mark.parametrize("label", Label.values)
@pytest.mark.parametrize("kind", MAY)
def test_a_label_narrows_what_a_guest_reads_and_nothing_for_employees(world, kind, label):
    thread = Thread.objects.create(space=world.spaces[kind], author=world.member, label=label)
    post = Post.objects.create(thread=thread, number=1, author=world.member, source="x", html="x", text="x")
    for who in (*sorted(EMPLOYEES), "guest"):
        person = person_of(world, who)
        expected = who in MAY[kind]["read"] and (who != "guest" or label in GUESTS_READ)
        for rows in (Thread.objects.readable_by(person), Post.objects.readable_by(person)):
            assert rows.exists() == expected, f"{who} reads {label} in {kind}"
        writes = who in MAY[kind].get("write", NOBODY) and (who != "guest" or label in GUESTS_READ)
        assert policy.can(person, "write", post) == writes
        assert policy.audience(thread).filter(pk=person.pk).exists() == expected


def test_whoever_is_not_signed_in_or_whose_account_is_closed_may_nothing(world):
    Person.objects.filter(pk=world.manager.pk).update(is_active=False)
    Person.objects.filter(pk=world.guest.pk).update(ends_at=clock.now() - dt.timedelta(seconds=1))
    for person in (AnonymousUser(), Person.objects.get(pk=world.manager.pk), Person.objects.get(pk=world.guest.pk)):
        for action in ACTIONS:
            assert not policy.spaces_for(person, action).exists()
            assert not policy.scope(Thread.objects.all(), person, action).exists()
        assert not queries.visible_people(person).exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_rows_in_spaces_are_asked_as_the_spaces_themselves(world, action):
    """Red when a ground of the rule is lost on the way from a row to its space."""
    for space, label in itertools.product(world.spaces.values(), Label.values):
        thread = Thread.objects.create(space=space, author=world.member, label=label)
        Post.objects.create(thread=thread, number=1, author=world.member, source="x", html="x", text="x")
    for viewer in (*(person_of(world, who) for who in (*sorted(EMPLOYEES), "guest")), AnonymousUser()):
        spaces = policy.spaces_for(viewer, action)
        threads = Thread.objects.filter(space__in=spaces)
        if not getattr(viewer, "is_employee", False):
            threads = threads.filter(label=Label.SHARED)
        assert set(policy.scope(Thread.objects.all(), viewer, action)) == set(threads)
        assert set(policy.scope(Post.objects.all(), viewer, action)) == set(Post.objects.filter(thread__in=threads))


def test_a_guest_has_nothing_in_a_hidden_group_whatever_row_there_is(world):
    for role in Role.values:
        Membership.objects.filter(person=world.guest, space=world.spaces["hidden"]).delete()
        Membership.objects.create(person=world.guest, space=world.spaces["hidden"], role=role)
        assert not any(policy.can(world.guest, action, world.spaces["hidden"]) for action in ACTIONS)
        assert not policy.audience(world.spaces["hidden"]).filter(pk=world.guest.pk).exists()


def test_neither_an_invitation_nor_a_request_nor_having_been_in_gives_any_right(world):
    groups.invite(manager=world.manager, space=world.spaces["hidden"], person=world.outsider)
    groups.ask_to_join(person=world.reader, space=world.spaces["closed"])
    groups.leave(person=world.leaver, space=world.spaces["hidden"])
    groups.leave(person=world.leaver, space=world.spaces["closed"])
    for person in (world.outsider, world.reader, world.leaver):
        assert not policy.can(person, "know", world.spaces["hidden"])
        assert not policy.can(person, "read", world.spaces["closed"])


def test_the_audience_is_the_rule_read_backwards_for_every_kind_of_person_role_type_and_label(db):
    """Exhaustive: 14 kinds of person x 4 roles, 8 kinds of space x living or archived, 3 labels.

    Who "looks in" has a row of break-glass for every space there is, running (or over, who "looked in").
    """
    soon, past = (clock.today() + dt.timedelta(days=days) for days in (9, -9))
    kinds = {
        "employee": {},
        "administrator": {"is_administrator": True},
        "administrator who looks in": {"is_administrator": True},
        "administrator who looked in": {"is_administrator": True},
        "administrator who looks in, closed": {"is_administrator": True, "is_active": False},
        "no administrator any more who looks in": {},
        "guest who looks in": {"is_employee": False, "ends_on": soon},
        "editor": {"is_editor": True},
        "closed": {"is_active": False},
        "stand-in": {"is_active": False, "is_stand_in": True},
        "guest": {"is_employee": False, "ends_on": soon},
        "guest without end": {"is_employee": False},
        "guest over": {"is_employee": False, "ends_on": past},
        "guest closed": {"is_employee": False, "is_active": False, "ends_on": soon},
    }
    roles = ["", *Role.values]
    people = [
        (Person.objects.create(email=f"{number}@example.test", display_name=f"{kind} {role}", **fields), role)
        for number, ((kind, fields), role) in enumerate(itertools.product(kinds.items(), roles))
    ]
    owner = people[0][0]
    threads = []

    def looking_in(thread):
        is_opened_so = thread.space.type in (SpaceType.CLOSED, SpaceType.HIDDEN)
        name = "administrator who looks in"
        return {p.pk for p, _ in people if is_opened_so and p.is_active and p.display_name.startswith(name)}

    for kind, is_archived in itertools.product([*SpaceType.values, "named readers"], (False, True)):
        if is_archived and kind in (SpaceType.COMMON, SpaceType.PERSONAL):
            continue
        space = Space.objects.create(
            type=SpaceType.HIDDEN if kind == "named readers" else kind,
            is_named_readers=kind == "named readers",
            owner=owner if kind == SpaceType.PERSONAL else None,
            archived_at=clock.now() if is_archived else None,
        )
        if kind in (*SpaceType.values[2:5], SpaceType.DIRECT, "named readers"):
            Membership.objects.bulk_create(
                [Membership(space=space, person=person, role=role) for person, role in people if role]
            )
        TimedAccess.objects.bulk_create(
            TimedAccess(
                space=space,
                person=person,
                approved_by=owner,
                ends_at=clock.now() + dt.timedelta(hours=1 if "looks in" in person.display_name else -1),
            )
            for person, _role in people
            if "look" in person.display_name
        )
        threads += [Thread.objects.create(space=space, author=owner, label=label) for label in Label.values]
    forwards = {thread.pk: set() for thread in threads}
    for person, _role in people:
        for key in Thread.objects.readable_by(person).values_list("pk", flat=True):
            forwards[key].add(person.pk)
    for thread in threads:
        backwards = set(policy.audience(thread).values_list("pk", flat=True))
        assert backwards == forwards[thread.pk], (thread.space.type, thread.label)
        # Who only looks in is not told, not counted, not mentioned.
        meant = set(policy.addressees(thread).values_list("pk", flat=True))
        assert backwards - meant == looking_in(thread) - meant, (thread.space.type, thread.label)
        assert sum(queries.reader_counts(thread.space, thread.label)) == len(meant)


@pytest.mark.parametrize("is_archived", [False, True], ids=["living", "archived"])
@pytest.mark.parametrize("kind", MAY)
def test_break_glass_lets_an_administrator_know_and_read_and_nothing_else(world, kind, is_archived):
    space, other = world.spaces[kind], world.spaces["hidden" if kind == "closed" else "closed"]
    if is_archived:
        Space.objects.filter(pk=space.pk).update(archived_at=clock.now())
    soon = clock.now() + dt.timedelta(hours=1)
    for person in (world.admin, world.outsider, world.guest):
        before = {action: policy.can(person, action, space) for action in ACTIONS}
        TimedAccess.objects.create(space=space, person=person, approved_by=world.editor, ends_at=soon)
        is_opened = person is world.admin and kind in ("closed", "hidden", "named readers")
        now = {action: policy.can(person, action, space) for action in ACTIONS}
        assert now == {**before, **({"know": True, "read": True} if is_opened else {})}
        assert policy.with_rights(Space.objects.filter(pk=space.pk), person).get().may_read == now["read"]
        assert policy.can(person, "read", other) == (person is world.guest and other.type == "closed")
        with clock.set_to(soon):
            # The same prepared query, a moment later: no time is built into it.
            assert {action: policy.can(person, action, space) for action in ACTIONS} == before


def test_who_administers_nothing_is_asked_nothing_more(world):
    for person in (world.member, world.guest):
        sql = str(policy.spaces_for(person).query) + str(policy.keys_for(person, "read", but=frozenset()).query)
        assert "timedaccess" not in sql
    assert "timedaccess" in str(policy.spaces_for(world.admin).query)
    for action in set(ACTIONS) - {"know", "read"}:
        assert "timedaccess" not in str(policy.spaces_for(world.admin, action).query)


def test_the_list_of_what_one_reads_costs_the_same_for_a_member_of_one_or_of_many_groups(
    world, django_assert_num_queries
):
    for number in range(30):
        groups.create_group(creator=world.manager, name=f"Group {number}", type="hidden")
    for person in (world.manager, world.outsider, world.guest):
        with django_assert_num_queries(1):
            list(Thread.objects.readable_by(person))
        with django_assert_num_queries(1):
            list(policy.with_rights(policy.spaces_for(person), person))
