"""The table of the one rule: who may do what, by type of space. Printed into ``docs/rules.md``.

``employees_in``   types in which every active employee may, member or not;
``roles_in``       roles of a membership that give the right, by type;
``when_archived``  whether the right outlives the archiving of the space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from groups.models import MEMBER_TYPES, Role, SpaceType

Action = Literal["know", "read", "write", "join", "manage"]

ANYONE_IN = frozenset({Role.GUEST, Role.MEMBER, Role.MANAGER})
EMPLOYEES_WALLS = frozenset({SpaceType.COMMON, SpaceType.PERSONAL})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    says: str
    employees_in: frozenset[SpaceType]
    roles_in: Mapping[SpaceType, frozenset[Role]]
    when_archived: bool


_members_everywhere = dict.fromkeys(MEMBER_TYPES, ANYONE_IN)

RULES: dict[Action, Rule] = {
    "know": Rule(
        "learn that it exists, with its name and purpose",
        employees_in=EMPLOYEES_WALLS | {SpaceType.PAGE, SpaceType.OPEN, SpaceType.CLOSED},
        roles_in=_members_everywhere,
        when_archived=True,
    ),
    "read": Rule(
        "read what stands in it (labels narrow further)",
        employees_in=EMPLOYEES_WALLS | {SpaceType.PAGE, SpaceType.OPEN},
        roles_in=_members_everywhere,
        when_archived=True,
    ),
    "write": Rule(
        "open threads, reply, react",
        employees_in=EMPLOYEES_WALLS,
        roles_in=_members_everywhere,
        when_archived=False,
    ),
    "join": Rule(
        "become a member without being asked",
        employees_in=frozenset({SpaceType.OPEN}),
        roles_in={},
        when_archived=False,
    ),
    "manage": Rule(
        "edit, invite, remove, classify, archive and bring back",
        employees_in=frozenset(),
        roles_in=dict.fromkeys(MEMBER_TYPES, frozenset({Role.MANAGER})),
        when_archived=True,
    ),
}

# Labels narrow what "read" gives: a guest reads only what is shared with guests.
GUESTS_READ_LABELS = frozenset({"shared"})
