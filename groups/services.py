"""Verbs that change spaces and who belongs to them: each asks the rule, writes once, tells after."""

from __future__ import annotations

from django.db import transaction

from groups.models import Membership, Role, Space, SpaceType
from kit import facts
from people.models import Person


@transaction.atomic
def make_common_space(*, name: str) -> Space:
    """The company wall; made once, the same row ever after."""
    space, _ = Space.objects.get_or_create(type=SpaceType.COMMON, defaults={"name": name})
    return space


@transaction.atomic
def make_personal_space(*, person: Person) -> Space | None:
    """The wall of an employee; guests, robots and stand-ins have none. The same row when asked again."""
    if not person.is_employee or person.is_robot or person.is_stand_in:
        return None
    name = {"name": person.display_name}
    return Space.objects.get_or_create(owner=person, type=SpaceType.PERSONAL, defaults=name)[0]


@transaction.atomic
def add_member(*, space: Space, person: Person, role: str = Role.MEMBER) -> Membership:
    """Put ``person`` into ``space``. Internal to this app's verbs and to importers, which ask the rule first."""
    membership, is_new = Membership.objects.get_or_create(space=space, person=person, defaults={"role": role})
    if is_new:
        facts.tell("membership.started", space=space.pk, person=person.pk, role=role)
    return membership
