"""Who reads a thread before and after it is restricted to named readers: said before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groups import policy
from groups import queries as groups
from people.models import Person, PersonQuerySet
from walls import pages, places
from walls.models import Thread
from walls.services import tied_to


@dataclass(frozen=True, slots=True)
class Restriction:
    """What restricting ``thread`` to ``readers`` (editor and author among them) would do."""

    before: groups.AudienceLine
    after: places.Audience
    readers: list[Person]
    losing: int
    losing_guests: int
    gaining: list[Person]
    tied: list[Thread]


def who_can_be_named(editor: Person, thread: Thread) -> PersonQuerySet:
    """The employees ``editor`` may name: everybody but the two who stay readers anyway."""
    return groups.visible_people(editor).employees().exclude(pk__in={editor.pk, thread.author_id})


def who_wrote(editor: Person, thread: Thread) -> PersonQuerySet:
    """Of those who can be named, the ones who wrote in the thread: they are proposed before anything is typed."""
    wrote = thread.posts.filter(deleted_at=None).values("author_id")
    return who_can_be_named(editor, thread).filter(pk__in=wrote)


def restriction(editor: Person, thread: Thread, named: Sequence[Person]) -> Restriction:
    """The preview for ``named``; a constant number of queries. The caller has asked the right."""
    readers = list(dict.fromkeys([editor, thread.author, *named]))
    readers = [person for person in readers if person.may_sign_in]
    keys = {person.pk for person in readers}
    now = policy.readers(thread.space, thread.label)
    kept = set(now.filter(pk__in=keys).values_list("pk", flat=True))
    before = pages.audience_of(thread)
    return Restriction(
        before=before,
        after=places.audience_for(editor, [], readers=readers),
        readers=readers,
        losing=before.employees + before.guests - len(kept),
        losing_guests=before.guests,
        gaining=[person for person in readers if person.pk not in kept],
        tied=tied_to(thread, editor),
    )
