"""Who runs a group when the last who did is gone: a member does, and nobody from outside is let in for it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from groups.models import Membership, Role, Space
from groups.services.members import set_role
from groups.services.rows import locked, raise_epoch
from kit import clock, facts
from people.models import Person


def hear_account_closed(fact: facts.HeardFact) -> None:
    """An account was closed: each group it alone managed gets another manager. Hearing it again changes nothing.

    SECURITY: after the answer to whoever closed it. In it, an administrator could tell by how long it takes whether
    somebody ran a group that they know nothing of.
    """
    gone = Person.objects.get(pk=fact.ids["person"])
    managed = Membership.objects.filter(person=gone, role=Role.MANAGER).values("space_id")
    for space in list(without_manager().filter(pk__in=managed)):
        with transaction.atomic():
            _succeed(locked(space), gone)


def without_manager() -> QuerySet[Space]:
    """The groups nobody with an open account manages."""
    acting = Membership.objects.filter(
        space=OuterRef("pk"), role=Role.MANAGER, person__in=Person.objects.active().employees()
    )
    return Space.objects.groups().filter(~Exists(acting))


def _succeed(space: Space, gone: Person) -> None:
    """Make the employee who has been in ``space`` longest its manager; where there is none, it becomes read-only."""
    if not without_manager().filter(pk=space.pk).exists():
        return  # somebody came back, or was named, until it was our turn
    people = Person.objects.active().real().employees()
    heir = space.memberships.filter(person__in=people).select_related("person").order_by("joined_at", "pk").first()
    if heir is not None:
        set_role(heir, Role.MANAGER, by=gone)
        facts.tell("space.inherited", space=space.pk, person=heir.person_id, by=gone.pk)
    elif not space.is_archived:
        # SECURITY: nobody is put in from outside, also not an administrator; and guests do not write on alone.
        space.archived_at = clock.now()
        space.save(update_fields=["archived_at"])
        raise_epoch(space)
        facts.tell("space.archived", space=space.pk, by=gone.pk)
