"""The table of the one rule: who may do what, by type of space. Printed into ``docs/rules.md``.

``employees_in``       types in which every employee may, member or not;
``owners_in``          types in which the person whose wall it is may;
``editors_in``         types in which an editor of the company may;
``administrators_in``  types in which an administrator may;
``roles_in``           roles of a membership that give the right, by type;
``timed_in``           types in which an administrator may for a time, when another approved it (break-glass);
``when_archived``      whether the right outlives the archiving of the space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from groups.models import GROUP_TYPES, MEMBER_TYPES, Label, Role, SpaceType

Action = Literal["know", "read", "write", "announce", "join", "ask", "manage"]
ACTIONS: tuple[Action, ...] = get_args(Action)

ANYONE_IN = frozenset({Role.GUEST, Role.MEMBER, Role.MANAGER})
MANAGERS = frozenset({Role.MANAGER})
EMPLOYEES_WALLS = frozenset({SpaceType.COMMON, SpaceType.PERSONAL})
NOWHERE: frozenset[SpaceType] = frozenset()
# WHY: docs/decisions/0180; never a private conversation.
BY_BREAK_GLASS = frozenset({SpaceType.CLOSED, SpaceType.HIDDEN})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    says: str
    employees_in: frozenset[SpaceType] = NOWHERE
    owners_in: frozenset[SpaceType] = NOWHERE
    editors_in: frozenset[SpaceType] = NOWHERE
    administrators_in: frozenset[SpaceType] = NOWHERE
    roles_in: Mapping[SpaceType, frozenset[Role]] = field(default_factory=dict)
    timed_in: frozenset[SpaceType] = NOWHERE
    when_archived: bool = False


_members_everywhere = dict.fromkeys(MEMBER_TYPES, ANYONE_IN)
_managers_of_groups = dict.fromkeys(GROUP_TYPES, MANAGERS)

RULES: dict[Action, Rule] = {
    "know": Rule(
        "learn that it exists: its name, its purpose, its managers, how many are in it",
        employees_in=EMPLOYEES_WALLS | {SpaceType.PAGE, SpaceType.OPEN, SpaceType.CLOSED},
        roles_in=_members_everywhere,
        timed_in=BY_BREAK_GLASS,
        when_archived=True,
    ),
    "read": Rule(
        "read what stands in it (labels narrow further), and see who is in it",
        employees_in=EMPLOYEES_WALLS | {SpaceType.PAGE, SpaceType.OPEN},
        roles_in=_members_everywhere,
        timed_in=BY_BREAK_GLASS,
        when_archived=True,
    ),
    "write": Rule(
        "open threads, reply, react",
        employees_in=EMPLOYEES_WALLS,
        roles_in=_members_everywhere,
    ),
    "announce": Rule(
        "open a thread of the kind announcement",
        editors_in=frozenset({SpaceType.COMMON}),
        roles_in=_managers_of_groups,
    ),
    "join": Rule(
        "become a member without being asked",
        employees_in=frozenset({SpaceType.OPEN}),
    ),
    "ask": Rule(
        "ask its managers to be let in",
        employees_in=frozenset({SpaceType.CLOSED}),
    ),
    "manage": Rule(
        "edit, invite, remove, classify and pin what others wrote, archive and bring back",
        owners_in=frozenset({SpaceType.PERSONAL}),
        administrators_in=frozenset({SpaceType.COMMON}),
        roles_in=_managers_of_groups,
        when_archived=True,
    ),
}

# Labels narrow what every action gives: a guest has only what is shared with guests.
GUESTS_READ_LABELS = frozenset({Label.SHARED})

# Where every employee reads, member or not, and no type is ever changed: who reads one such wall reads them all.
WALLS_OF_EMPLOYEES = RULES["read"].employees_in - frozenset(GROUP_TYPES)
