"""Say what a thread is about and who it is for: kind, topic, tags, label; and move it to another wall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups import policy
from groups import services as groups
from groups.models import Label, Space, SpaceType
from kit import facts
from people.models import Person
from topics.models import Tag, Topic
from topics.services import tags_named
from walls import rights
from walls.models import Kind, Move, Status, Thread
from walls.services.locks import locked, raise_epoch, take_version
from walls.services.refusals import Refused

# Who reads less comes later.
_WIDTH: dict[str, int] = {Label.SHARED: 0, Label.INTERNAL: 1, Label.CONFIDENTIAL: 1}


KEEP: Any = object()


def tags_or_refuse(names: Iterable[str]) -> list[Tag]:
    """The tags called ``names``, made where missing; raises Refused beyond a limit."""
    try:
        return tags_named(names)
    except ValidationError as error:
        raise Refused("tags", " ".join(error.messages)) from error


@transaction.atomic
def reclassify(
    *,
    editor: Person,
    thread: Thread,
    kind: str = KEEP,
    topic: Topic | None = KEEP,
    tags: Iterable[str] = KEEP,
    label: str = KEEP,
) -> Thread:
    """Change what was given, keep the rest; the thread as it stands after. Its author and whoever runs the wall may."""
    thread = locked(thread)
    _require_shape(editor, thread)
    was, narrowed = thread.label, False
    if kind is not KEEP and kind != thread.kind:
        _set_kind(editor, thread, kind)
    if topic is not KEEP:
        if topic is not None and topic.retired_at is not None:
            raise Refused("topic-retired", _("This topic is no longer in use. Choose another one."))
        thread.topic = topic
    if label is not KEEP and label != thread.label:
        allowed = rights.label_in(editor, thread.space, label)
        if allowed != label:
            raise Refused("label-not-here", _("This level is not possible here."), status=403)
        narrowed = _WIDTH[label] > _WIDTH[thread.label]
        thread.label = label
    if tags is not KEEP:
        thread.tags.set(tags_or_refuse(tags))
    take_version(thread)
    thread.save(update_fields=["kind", "status", "topic", "label", "version", "accepted", "accepted_by", "accepted_at"])
    if narrowed:
        raise_epoch(thread.space)
    facts.tell(
        "thread.reclassified",
        thread=thread.pk,
        space=thread.space_id,
        was_label=str(was),
        version=thread.version,
        person=editor.pk,
    )
    return thread


def reclassify_many(
    *,
    editor: Person,
    threads: Iterable[Thread],
    topic: Topic | None = KEEP,
    add_tags: Iterable[str] = (),
    kind: str = KEEP,
    label: str = KEEP,
) -> tuple[list[Thread], list[tuple[Thread, str]]]:
    """The same change for many threads, each in a transaction of its own: those that changed, and those refused, with
    the reason. ``add_tags`` join the tags a thread has.
    """
    done: list[Thread] = []
    refused: list[tuple[Thread, str]] = []
    added = list(add_tags)
    for thread in threads:
        tags: Any = [*(tag.name for tag in thread.tags.all()), *added] if added else KEEP
        try:
            done.append(reclassify(editor=editor, thread=thread, kind=kind, topic=topic, tags=tags, label=label))
        except Refused as refusal:
            refused.append((thread, refusal.sentence))
        except PermissionDenied:
            refused.append((thread, _("You may not classify this thread.")))
    return done, refused


def _require_shape(editor: Person, thread: Thread) -> None:
    policy.require(editor, "write", thread)
    if thread.deleted_at is not None or not rights.may_shape(editor, thread):
        raise PermissionDenied


def _set_kind(editor: Person, thread: Thread, kind: str) -> None:
    if kind not in rights.kinds_for(editor, thread.space) or kind == Kind.PRAISE:
        raise Refused("kind-not-here", _("This kind is not possible here."), status=403)
    thread.kind = kind
    if kind != Kind.QUESTION and thread.accepted_id:
        thread.accepted = thread.accepted_by = thread.accepted_at = None
    if kind != Kind.QUESTION and thread.status == Status.ANSWERED:
        thread.status = Status.OPEN


def refuse_left_wall(space: Space) -> None:
    """Raise Refused where nothing new is opened because nobody is there to read it as theirs."""
    if rights.is_left(space):
        raise Refused("wall-left", _("This account is closed: nothing new is posted on its wall."), status=403)


@transaction.atomic
def move_thread(*, mover: Person, thread: Thread, space: Space) -> Thread:
    """Put the thread with its posts and address on another wall; who cannot read that wall loses it at once."""
    thread = locked(thread)
    _require_shape(mover, thread)
    policy.require(mover, "write", space)
    refuse_left_wall(space)
    if space.pk == thread.space_id:
        return thread
    if thread.space.type == SpaceType.DIRECT or thread.space.is_named_readers:
        raise Refused("private-stays", _("A private thread stays with its readers."), status=403)
    # Named readers have no such line: the old wall says nothing of what went to a few.
    Move.objects.create(thread=thread, from_space=thread.space, moved_by=mover)
    return _put(mover, thread, space, rights.label_in(mover, space, thread.label) or Label.INTERNAL)


@transaction.atomic
def restrict_thread(*, editor: Person, thread: Thread, readers: Sequence[Person]) -> Thread:
    """Move the thread into a small hidden space of named employees; its editor and author are among them.

    An author whose account is closed is left out. There is no way back: what was told to a few stays with them.
    """
    thread = locked(thread)
    _require_shape(editor, thread)
    if thread.space.type == SpaceType.DIRECT or thread.space.is_named_readers:
        raise Refused("private-stays", _("A private thread stays with its readers."), status=403)
    people = [person for person in dict.fromkeys([*readers, thread.author]) if person.may_sign_in]
    if editor.is_guest or any(person.is_guest for person in people):
        raise Refused("restricted-guests", _("A restricted thread is for employees only."))
    if not set(people) - {editor, thread.author}:
        raise Refused("no-readers", _("Name the people who may read this."))
    space = groups.make_named_readers(author=editor, readers=people, name=thread.title)
    return _put(editor, thread, space, Label.CONFIDENTIAL)


def _put(mover: Person, thread: Thread, space: Space, label: str) -> Thread:
    left, was = thread.space, thread.label
    thread.space, thread.label, thread.pinned_at = space, label, None
    take_version(thread)
    thread.save(update_fields=["space", "label", "pinned_at", "version"])
    raise_epoch(left)
    facts.tell(
        "thread.moved",
        thread=thread.pk,
        space=space.pk,
        from_space=left.pk,
        was_label=str(was),
        version=thread.version,
        person=mover.pk,
    )
    return thread
