"""Small spaces made by naming people: private conversations, and the readers of a restricted thread."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from groups import queries
from groups.models import Label, Membership, Role, Space, SpaceType
from groups.services.members import end_membership
from groups.services.rows import locked
from kit import facts
from people.models import NAME_LIMIT, Person, fold_name

CONVERSATION_LIMIT = 25


def start_conversation(*, starter: Person, people: Iterable[Person]) -> Space:
    """The private conversation of exactly these people and ``starter``: the same set, the same conversation.

    ``starter`` must be able to see everyone named (guests see those with whom they share a space).
    """
    if not starter.may_act:
        raise PermissionDenied
    others = {person.pk: person for person in people if person.pk != starter.pk}
    if not others:
        raise ValidationError(_("Choose at least one other person."), code="people")
    if len(others) >= CONVERSATION_LIMIT:
        raise ValidationError(
            _("A conversation has at most %(limit)d people. Make a group for more."),
            code="people",
            params={"limit": CONVERSATION_LIMIT},
        )
    key = _people_key([starter.pk, *others])
    # Those who talk already go on, also when one of them has since closed the account.
    known = Space.objects.filter(people_key=key).first()
    if known is not None:
        return known
    # SECURITY: somebody one may not see and somebody who does not exist are the same nothing.
    if queries.visible_people(starter).filter(pk__in=others).count() != len(others):
        raise Http404
    try:
        return _make_conversation(starter, list(others.values()), key)
    except IntegrityError:
        # Two of them started it at the same moment.
        return Space.objects.get(people_key=key)


@transaction.atomic
def _make_conversation(starter: Person, others: list[Person], key: str) -> Space:
    space = Space.objects.create(type=SpaceType.DIRECT, created_by=starter, default_label=Label.SHARED, people_key=key)
    _put_in(space, [starter, *others], by=starter)
    return space


@transaction.atomic
def leave_conversation(*, person: Person, space: Space) -> None:
    """Go out of a private conversation for good. Starting one with the same people makes a new one."""
    membership = Membership.objects.filter(space=space, person=person, space__type=SpaceType.DIRECT).first()
    if membership is None:
        raise Http404
    space = locked(space)
    space.people_key = None
    space.save(update_fields=["people_key"])
    end_membership(membership, by=person)


@transaction.atomic
def make_named_readers(*, author: Person, readers: Iterable[Person], name: str = "") -> Space:
    """The small hidden space of one restricted thread: ``author`` manages it, ``readers`` (employees) read and write.

    The caller moves the thread there in its own transaction.
    """
    if not (author.may_act and author.is_employee):
        raise PermissionDenied
    people = {person.pk: person for person in readers if person.pk != author.pk}
    if any(person.is_guest for person in people.values()):
        raise ValidationError(_("Guests cannot be named as readers."), code="guests")
    if any(not person.may_act for person in people.values()):
        raise ValidationError(_("A reader's account is closed."), code="closed")
    space = Space.objects.create(
        type=SpaceType.HIDDEN,
        is_named_readers=True,
        name=_name_of(name),
        created_by=author,
        default_label=Label.CONFIDENTIAL,
    )
    _put_in(space, [author, *people.values()], by=author, manager=author)
    return space


def call_named_readers(*, space: Space, title: str) -> None:
    """Let the space of a restricted thread be called as the thread is now: what was taken back stands nowhere."""
    if space.is_named_readers and space.name != _name_of(title):
        space.name = _name_of(title)
        space.save(update_fields=["name"])


def _name_of(title: str) -> str:
    """The name of a thread's own space: its title may be longer."""
    return fold_name(title)[:NAME_LIMIT].rstrip()


def _put_in(space: Space, people: list[Person], *, by: Person, manager: Person | None = None) -> None:
    facts.tell("space.created", space=space.pk, by=by.pk)
    for person in people:
        role = Role.GUEST if person.is_guest else Role.MANAGER if person == manager else Role.MEMBER
        Membership.objects.create(space=space, person=person, role=role)
        facts.tell("membership.started", space=space.pk, person=person.pk, role=str(role), by=by.pk)


def _people_key(keys: Iterable[int]) -> str:
    """One word for a set of people."""
    return hashlib.sha256(",".join(str(key) for key in sorted(set(keys))).encode()).hexdigest()
