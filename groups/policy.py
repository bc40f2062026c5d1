"""The one rule: every "may this person …?" of the product is asked here, and answered by one query.

:func:`spaces_for` is the rule; :func:`scope`, :func:`can`, :func:`require` ask it differently; :func:`audience`
is the same rule read backwards, and a contract test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404

from groups.models import GUEST_TYPES, Label, Membership, Role, Space, SpaceQuerySet, SpaceType, TimedAccess
from groups.rules import ACTIONS, ANYONE_IN, GUESTS_READ_LABELS, RULES, Action, Rule
from kit import clock
from kit.prepared import Given, Moment, Prepared
from people.models import Company, GroupCreators, Person

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


@dataclass(frozen=True)
class Standing:
    """All that the rule asks of a viewer but who they are: a viewer for prepared queries (``kit.prepared``).

    The query is run with ``viewer=`` the key of the person. SECURITY: whatever else the rule comes to ask of a
    viewer must stand here; a right that turned on something missing would fail, and not pass.
    """

    pk: ClassVar[Given] = Given("viewer", BigIntegerField())
    now: ClassVar[Moment] = Moment()

    may_act: bool
    is_employee: bool
    is_editor: bool
    is_administrator: bool

    @classmethod
    def of(cls, viewer: Person) -> Standing:
        """The standing of ``viewer`` now; that of nobody for who is not signed in."""
        if not getattr(viewer, "pk", None):
            return cls(may_act=False, is_employee=False, is_editor=False, is_administrator=False)
        return cls(viewer.may_act, viewer.is_employee, viewer.is_editor, viewer.is_administrator)

    @property
    def is_guest(self) -> bool:
        return not self.is_employee


# Who looks: a person, or the standing of one in a query that is prepared.
Viewer = Person | Standing


def spaces_for(viewer: Viewer, action: Action = "read") -> SpaceQuerySet:
    """The spaces where ``viewer`` may do ``action``, as one unevaluated query."""
    return scope(Space.objects.all(), viewer, action)


def keys_for(viewer: Viewer, action: Action, *, but: frozenset[SpaceType]) -> QuerySet[Any, Any]:
    """The keys of :func:`spaces_for` as rows of one column, without the spaces of the types ``but``.

    PERF: a union of grounds, each found by an index: 1 ms beside 25,000 personal walls, where a search through all
    spaces takes 6.
    """
    parts = [Space.objects.filter(ground).values_list("pk") for ground in _grounds(viewer, action, but=but)]
    return parts[0].union(*parts[1:]) if parts else Space.objects.none().values_list("pk")


def _grounds(viewer: Viewer, action: Action, *, at: str = "", but: frozenset[SpaceType] = frozenset()) -> list[Q]:
    """Why ``viewer`` may do ``action``: one may where any of these holds; spaces of the types ``but`` are left out.

    ``at`` is the path from a row to its space, '' for spaces themselves.
    """
    rule = RULES[action]
    # SECURITY: an account that is closed, or not signed in, has no right anywhere.
    if not (getattr(viewer, "pk", None) and viewer.may_act):
        return []
    into = f"{at}__" if at else ""
    grounds = [Q(**{f"{at or 'pk'}__in": _memberships(viewer, action, but).values("space_id")})]
    if types := _types_without_membership(viewer, rule) - but:
        grounds.append(Q(**{f"{into}type__in": sorted(types)}))
    if (owned := rule.owners_in - but) and viewer.is_employee:
        grounds.append(Q(**{f"{into}type__in": sorted(owned), f"{into}owner_id": viewer.pk}))
    # PERF: nobody but administrators is asked whether they have a timed access.
    if (timed := rule.timed_in - but) and viewer.is_administrator and viewer.is_employee:
        now = viewer.now if isinstance(viewer, Standing) else clock.now()
        accesses = TimedAccess.objects.filter(person_id=viewer.pk, ends_at__gt=now)
        grounds.append(Q(**{f"{into}type__in": sorted(timed), f"{at or 'pk'}__in": accesses.values("space_id")}))
    return grounds if rule.when_archived else [ground & Q(**{f"{into}archived_at": None}) for ground in grounds]


def _types_without_membership(viewer: Viewer, rule: Rule) -> set[SpaceType]:
    """The types in which ``viewer`` may by being who they are. SECURITY: a guest may nowhere this way."""
    if not viewer.is_employee:
        return set()
    types = set(rule.employees_in)
    if viewer.is_editor:
        types |= rule.editors_in
    if viewer.is_administrator:
        types |= rule.administrators_in
    return types


def _memberships(viewer: Viewer, action: Action, but: frozenset[SpaceType]) -> QuerySet[Membership]:
    """The memberships of ``viewer`` that give ``action``."""
    mine = Membership.objects.filter(person_id=viewer.pk)
    if not but and _any_membership_gives(viewer, action):
        return mine
    gives = Q(pk__in=[])
    for roles, types in _roles_to_types(action):
        if viewer.is_guest:
            # SECURITY: whatever row there is, a guest has no right in a hidden group.
            types = [kind for kind in types if kind in GUEST_TYPES]
        types = [kind for kind in types if kind not in but]
        gives |= Q(role__in=roles, space__type__in=types)
    return mine.filter(gives)


def _any_membership_gives(viewer: Viewer, action: Action) -> bool:
    """True where neither role nor type matters: any role gives it, and in the other types every employee may anyway.

    PERF: to know the type of three hundred spaces is most of what the rule costs.
    """
    rule = RULES[action]
    gives_by_any_role = {kind for kind, roles in rule.roles_in.items() if roles == ANYONE_IN}
    return viewer.is_employee and gives_by_any_role | rule.employees_in >= set(SpaceType)


def _roles_to_types(action: Action) -> list[tuple[list[str], list[str]]]:
    """The table's ``roles_in``, types with the same roles together (a shorter query)."""
    together: dict[frozenset[Role], list[str]] = {}
    for kind, roles in RULES[action].roles_in.items():
        together.setdefault(roles, []).append(kind)
    return [(sorted(roles), sorted(types)) for roles, types in together.items()]


def _paths(model: type[Model]) -> tuple[str, str]:
    """Where rows of ``model`` keep their space and their label, as lookups; '' for spaces, and where no label is."""
    if model is Space:
        return "", ""
    return getattr(model, "SPACE_PATH", "space"), getattr(model, "LABEL_PATH", "")


def scope(rows: Rows, viewer: Viewer, action: Action = "read") -> Rows:
    """Keep the rows whose space lets ``viewer`` do ``action``; labels narrow in the same call.

    A model says where its space and label stand by ``SPACE_PATH`` (default ``space``) and ``LABEL_PATH``.

    PERF: the grounds are asked of the space of each row. As a list of spaces to be in, PostgreSQL reads all 28,000 of
    a large company first, whatever is wanted.
    """
    space_path, label_path = _paths(rows.model)
    grounds = _grounds(viewer, action, at=space_path)
    rows = rows.filter(reduce(Q.__or__, grounds)) if grounds else rows.none()
    if label_path and not getattr(viewer, "is_employee", False):
        rows = rows.filter(**{f"{label_path}__in": GUESTS_READ_LABELS})
    return rows


def with_rights(spaces: QuerySet[Space], viewer: Viewer) -> QuerySet[Space]:
    """``spaces`` with what ``viewer`` may do there as ``may_know`` … ``may_manage``, in the same query."""
    rights = {f"may_{action}": Exists(spaces_for(viewer, action).filter(pk=OuterRef("pk"))) for action in ACTIONS}
    return spaces.annotate(**rights)


def _one_allowed(viewer: Viewer, action: Action, model: type[Model], *, thing: Any) -> QuerySet[Any, Any]:
    return scope(model._default_manager.filter(pk=thing), viewer, action).order_by().values_list("pk")[:1]


_ONE_ALLOWED = Prepared(_one_allowed, thing=BigIntegerField())


def can(viewer: Person, action: Action, thing: Model) -> bool:
    """True when ``viewer`` may do ``action`` to ``thing`` (a Space, or a row that stands in one)."""
    return bool(_ONE_ALLOWED.rows(Standing.of(viewer), action, type(thing), viewer=viewer.pk, thing=thing.pk))


def require(viewer: Person, action: Action, thing: Model) -> None:
    """Return quietly, or raise: Http404 where even the existence is secret, else PermissionDenied.

    SECURITY: what is hidden answers exactly as what was never there. The one exception handler of ``intranet``
    shows both refusals as the same page; the difference is for callers that have a sentence to say.
    """
    if can(viewer, action, thing):
        return
    if can(viewer, "read", thing) or (isinstance(thing, Space) and can(viewer, "know", thing)):
        raise PermissionDenied
    raise Http404


def audience(thing: Model) -> QuerySet[Person]:
    """The active people who may read ``thing`` (a Space or a row in one): the rule, read backwards.

    For a Space: who may read at least its shared threads. Agreement with :func:`scope` is a contract test.
    """
    return all_readers(*space_and_label(thing))


def addressees(thing: Model) -> QuerySet[Person]:
    """Those of :func:`audience` who are told of ``thing``: without who only looks in by break-glass."""
    return readers(*space_and_label(thing))


def all_readers(space: Space, label: str = Label.SHARED) -> QuerySet[Person]:
    """The active people who may read a thread with ``label`` in ``space`` at this moment, by whatever right."""
    if space.type not in RULES["read"].timed_in:
        return readers(space, label)
    accesses = TimedAccess.objects.filter(space_id=space.pk, ends_at__gt=clock.now())
    looking_in = Q(pk__in=accesses.values("person_id"), is_administrator=True, is_employee=True)
    return _active_among(_meant(space, label) | looking_in)


def readers(space: Space, label: str = Label.SHARED, *, at: Any = None) -> QuerySet[Person]:
    """The active people for whom a thread with ``label`` in ``space`` is meant: who are counted, mentioned and told.

    Stand-ins, robots and who only looks in by break-glass are left out. ``at``: the moment, now when nothing is said.
    """
    return _active_among(_meant(space, label), at=at)


def _meant(space: Space, label: str) -> Q:
    """Who reads threads with ``label`` in ``space`` by who they are or by membership."""
    rule = RULES["read"]
    has_guests = label in GUESTS_READ_LABELS and space.type in GUEST_TYPES
    roles = rule.roles_in.get(SpaceType(space.type), frozenset())
    members = Membership.objects.filter(space_id=space.pk, role__in=sorted(roles))
    inside, employees = Q(pk__in=members.values("person_id")), Q(is_employee=True)
    if space.type in rule.employees_in:
        # PERF: where no guest reads, no membership is asked for: counted from an index.
        return employees | inside if has_guests else employees
    return inside if has_guests else inside & employees


def _active_among(allowed: Q, *, at: Any = None) -> QuerySet[Person]:
    return Person.objects.active(at).filter(allowed, is_stand_in=False, is_robot=False)


def may_create_groups(person: Person, company: Company | None = None) -> bool:
    """True when the company lets ``person`` make a group; a guest never. ``company`` where the caller has it."""
    if not (getattr(person, "pk", None) and person.may_act and person.is_employee):
        return False
    company = company or Company.objects.filter(pk=1).first()
    return (
        person.is_administrator
        or person.is_robot
        or company is None
        or company.group_creators == GroupCreators.EMPLOYEES
    )


def space_and_label(thing: Any) -> tuple[Space, str]:
    """The space that ``thing`` stands in, and its label (``shared`` where things of its kind carry none)."""
    if isinstance(thing, Space):
        return thing, Label.SHARED
    space_path, label_path = _paths(type(thing))
    return _follow(thing, space_path), _follow(thing, label_path) if label_path else Label.SHARED


def _follow(thing: Any, path: str) -> Any:
    for step in path.split("__"):
        thing = getattr(thing, step)
    return thing
