"""What a person may do to a thread beyond reading and writing: derived from the one rule, written once, here."""

from __future__ import annotations

from groups import policy
from groups.models import Label, Space, SpaceType
from people.models import Person
from walls.models import Kind, Post, Thread

# Spaces that guests never read, whatever the label.
WITHOUT_GUESTS = frozenset({SpaceType.COMMON, SpaceType.PERSONAL, SpaceType.HIDDEN, SpaceType.PAGE})


def may_run(person: Person, space: Space, *, manages: bool | None = None) -> bool:
    """True for whoever keeps order on the wall of ``space``: its managers, its owner, the company's editors.

    ``manages`` is the rule's answer to "manage", where the caller has asked it already.
    """
    if not person.may_act:
        return False
    if space.type == SpaceType.COMMON:
        return person.is_employee and (person.is_editor or person.is_administrator)
    if space.type == SpaceType.PERSONAL:
        return space.owner_id == person.pk
    return policy.can(person, "manage", space) if manages is None else manages


def is_left(space: Space) -> bool:
    """True for the wall of somebody whose account is closed: what stands on it goes on, nothing new is opened there."""
    return space.type == SpaceType.PERSONAL and space.owner is not None and not space.owner.may_act


def may_announce(person: Person, space: Space) -> bool:
    """True for group managers in their group and company editors on the company wall."""
    return space.type not in (SpaceType.PERSONAL, SpaceType.DIRECT) and may_run(person, space)


def may_shape(person: Person, thread: Thread) -> bool:
    """True for the thread's author and whoever runs its wall: status, accepted answer, classification, move."""
    return thread.author_id == person.pk or may_run(person, thread.space)


def may_restrict(person: Person, thread: Thread) -> bool:
    """True where ``person`` may take the thread from its readers and give it to named ones: employees only, as the
    readers are, its author too, and never what is private already.
    """
    is_private = thread.space.type == SpaceType.DIRECT or thread.space.is_named_readers
    is_for_employees = person.is_employee and not (thread.author.is_guest and thread.author.may_act)
    return is_for_employees and not is_private and thread.deleted_at is None and may_shape(person, thread)


def may_edit(person: Person, post: Post) -> bool:
    """True for the post's author and whoever runs the wall; every edit shows in the history."""
    return post.author_id == person.pk or may_run(person, post.thread.space)


def kinds_for(person: Person, space: Space) -> list[str]:
    """The kinds of thread ``person`` may open in ``space``."""
    kinds = [Kind.DISCUSSION, Kind.QUESTION, Kind.IDEA, Kind.PRAISE]
    if may_announce(person, space):
        kinds.append(Kind.ANNOUNCEMENT)
    return kinds


def labels_for(person: Person, space: Space) -> list[str]:
    """The labels ``person`` may give a thread in ``space``, the proposed one first."""
    if person.is_guest or space.type == SpaceType.DIRECT:
        return [Label.SHARED]
    labels = [Label.INTERNAL, Label.CONFIDENTIAL]
    if space.type not in WITHOUT_GUESTS:
        labels.insert(0, Label.SHARED)
    proposed = space.default_label if space.default_label in labels else Label.INTERNAL
    return [proposed, *(label for label in labels if label != proposed)]


def label_in(person: Person, space: Space, wanted: str) -> str:
    """``wanted`` as it holds in ``space``: never wider than asked; the proposed one when ``wanted`` is ''."""
    allowed = labels_for(person, space)
    if not wanted:
        return allowed[0]
    if wanted in allowed:
        return wanted
    # A message to two walls, one without guests: there "shared" could be read by nobody more than "internal".
    return Label.INTERNAL if wanted == Label.SHARED else ""
