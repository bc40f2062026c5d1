"""One gate number stands for all walls that every employee reads; the keys of a right are asked for alone."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from groups import policy
from groups.models import GROUP_TYPES, Space, SpaceType
from groups.rules import RULES, WALLS_OF_EMPLOYEES
from search import queries
from search.engines.deadline import Deadline
from search.findables import EMPLOYEES, findable, gate_number
from search.language import parse
from tests.conftest import make_person
from tests.search.profiles import server
from tests.search.writing import write_thread


def keys_found(viewer, text: str) -> set[int]:
    """What the index gives by itself."""
    one = findable("thread")
    return set(queries.backend().match(parse(text).clauses, one, one.gate(viewer), Deadline(5)).weights)


def test_walls_of_employees_have_one_number_that_only_open_accounts_of_employees_hold(cast):
    """Red when each personal wall has a number of its own, or when a guest or a closed account holds theirs."""
    make_person("Nina Newcomer")
    gate = findable("thread").gate
    for viewer in (cast.outsider, cast.admin):
        assert EMPLOYEES in gate(viewer).numbers
        assert len(gate(viewer).numbers) == 1 + 2 * Space.objects.filter(type=SpaceType.OPEN).count()
    assert EMPLOYEES not in gate(cast.guest).numbers
    cast.outsider.is_active = False
    cast.outsider.save()
    assert gate(cast.outsider).numbers == frozenset()


def test_no_wall_of_that_one_number_can_become_another():
    assert not WALLS_OF_EMPLOYEES & set(GROUP_TYPES)
    assert WALLS_OF_EMPLOYEES <= RULES["read"].employees_in


@pytest.mark.parametrize("action", ["know", "read", "write", "manage", "join"])
def test_the_keys_of_a_right_are_those_of_its_spaces(cast, action):
    for viewer in cast.everyone:
        spaces = policy.spaces_for(viewer, action).exclude(type__in=WALLS_OF_EMPLOYEES)
        keys = policy.keys_for(viewer, action, but=WALLS_OF_EMPLOYEES)
        assert {row[0] for row in keys} == set(spaces.values_list("pk", flat=True))
        assert {row[0] for row in policy.keys_for(viewer, action, but=frozenset())} == set(
            policy.spaces_for(viewer, action).values_list("pk", flat=True)
        )


@server
def test_rows_of_walls_that_were_written_with_numbers_of_their_own_get_the_one(cast, index):
    wall, group = (
        write_thread(space=space, author=cast.member, title="Zebra", source="Okapi.").posts.get()
        for space in (cast.member.personal_space, cast.spaces["open"])
    )
    index()
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, marks FROM search_row WHERE label = 'walls.post' ORDER BY key")
        before = cursor.fetchall()
        old = gate_number(wall.thread.space_id, is_shared=False)
        cursor.execute("UPDATE search_row SET marks[1] = %s WHERE label = 'walls.post' AND key = %s", [old, wall.pk])
        assert keys_found(cast.outsider, "okapi") == {group.pk}
        import_module("search.migrations.0004_one_number_for_walls_of_employees").renumber(cursor)
        cursor.execute("SELECT key, marks FROM search_row WHERE label = 'walls.post' ORDER BY key")
        assert cursor.fetchall() == before
    assert keys_found(cast.outsider, "okapi") == {group.pk, wall.pk}
