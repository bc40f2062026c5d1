"""`docs/rules.md`: the table of the one rule in words, printed from `groups/rules.py`."""

from __future__ import annotations

from groups.models import GUEST_TYPES, Role, SpaceType
from groups.rules import RULES, Rule

HEAD = """\
# Who may do what

Every "may this person …?" in Parvis is answered by `groups/policy.py` from the table in `groups/rules.py`. This page
is printed from it by `python manage.py print_rules > docs/rules.md`.

A dash means: nobody. "Employees" are all active employees, member or not; a guest has rights only through a
membership, never in a hidden group, and reads only threads with the label *shared*.
By break-glass means: until a set moment, when another administrator has approved it ([how](break-glass.md)).
An account that is closed, or a guest after the last day, has no right anywhere.

"""
SHOWN = (
    SpaceType.COMMON,
    SpaceType.PERSONAL,
    SpaceType.OPEN,
    SpaceType.CLOSED,
    SpaceType.HIDDEN,
    SpaceType.PAGE,
    SpaceType.DIRECT,
)
ROLE_WORDS = {Role.GUEST: "guests", Role.MEMBER: "members", Role.MANAGER: "managers"}


def who(rule: Rule, kind: SpaceType) -> str:
    """Who has the right in spaces of a type, in words."""
    words = []
    for types, word in (
        (rule.employees_in, "employees"),
        (rule.owners_in, "its owner"),
        (rule.editors_in, "editors"),
        (rule.administrators_in, "administrators"),
    ):
        if kind in types:
            words.append(word)
    if kind in rule.timed_in:
        words.append("administrators by break-glass")
    roles = rule.roles_in.get(kind, frozenset())
    # SECURITY: policy gives a guest nothing in a hidden group, whatever row there is.
    words += [
        word
        for role, word in ROLE_WORDS.items()
        if role in roles and not (role == Role.GUEST and kind not in GUEST_TYPES)
    ]
    return ", ".join(words) or "–"


def as_page() -> str:
    """The text of `docs/rules.md`."""
    lines = [
        HEAD,
        f"| may | {' | '.join(kind.value for kind in SHOWN)} | archived |\n",
        "|---" * (len(SHOWN) + 2) + "|\n",
    ]
    for action, rule in RULES.items():
        cells = [who(rule, kind) for kind in SHOWN]
        lines.append(
            f"| **{action}**: {rule.says} | {' | '.join(cells)} | {'still' if rule.when_archived else 'no more'} |\n"
        )
    return "".join(lines)
