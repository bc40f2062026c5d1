"""Threads and walls as streams of the live hub: how they are opened, compared and told.

``thread``  an open thread: its posts arrive as HTML, rendered once per language, free of the viewer;
``row``     a thread as a line of a list: only told that its version moved;
``wall``    a wall or the feed: told which thread has something new, for the pill;
``readers`` who is in a group: where one writes, the line that says who reads is asked for again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import translation

from groups import policy
from groups.models import Label, Membership, Space
from groups.timed import rights_epoch
from kit.facts import HeardFact
from live import push
from live.streams import StreamState
from people.models import Person
from walls.models import Post, Thread


class ThreadStream:
    """Streams whose key is a thread's primary key."""

    def __init__(self, name: str) -> None:
        self.name = name

    def open(self, viewer: Person, public_ids: Collection[str]) -> Mapping[str, StreamState]:
        rows = Thread.objects.readable_by(viewer).filter(public_id__in=public_ids)
        return dict(_thread_states(rows))

    def states(self, keys: Collection[int]) -> Mapping[int, StreamState]:
        return {state.key: state for _, state in _thread_states(Thread.objects.filter(pk__in=keys))}

    def readers(self, key: int, person_ids: Collection[int]) -> set[int]:
        thread = Thread.objects.select_related("space").filter(pk=key).first()
        if thread is None:
            return set()
        return set(policy.audience(thread).filter(pk__in=person_ids).values_list("pk", flat=True))

    def known_to_guests(self, key: int, person_ids: Collection[int]) -> set[int]:
        """Those who are in the thread's space: guests know whom they share one with, and no other reader."""
        inside = Membership.objects.filter(space__in=Thread.objects.filter(pk=key).values("space"))
        return set(inside.filter(person__in=person_ids).values_list("person_id", flat=True))


class WallStream:
    """Streams of a space. Employees and guests watch different ones: a guest must not see that anything
    internal moved, so the key is twice the space's, plus one for what is shared with guests."""

    name = "wall"

    def open(self, viewer: Person, public_ids: Collection[str]) -> Mapping[str, StreamState]:
        spaces = policy.spaces_for(viewer, "read").filter(public_id__in=public_ids)
        guest = int(viewer.is_guest)
        ids = dict(spaces.values_list("pk", "public_id"))
        return {ids[state.key // 2]: state for state in _wall_states([2 * pk + guest for pk in ids])}

    def states(self, keys: Collection[int]) -> Mapping[int, StreamState]:
        return {state.key: state for state in _wall_states(keys)}

    def readers(self, key: int, person_ids: Collection[int]) -> set[int]:
        space = Space.objects.filter(pk=key // 2).first()
        if space is None:
            return set()
        label = Label.SHARED if key % 2 else Label.INTERNAL
        return set(policy.all_readers(space, label).filter(pk__in=person_ids).values_list("pk", flat=True))


class ReadersStream:
    """Streams of who is in a group. The version is the moment somebody last came in, in milliseconds since 1970, so
    that a lost frame is made good; who goes is told by a frame alone, for fewer readers need no warning."""

    name = "readers"

    def open(self, viewer: Person, public_ids: Collection[str]) -> Mapping[str, StreamState]:
        spaces = policy.spaces_for(viewer, "read").filter(public_id__in=public_ids)
        ids = dict(spaces.values_list("pk", "public_id"))
        return {ids[key]: state for key, state in self.states(ids).items()}

    def states(self, keys: Collection[int]) -> Mapping[int, StreamState]:
        # SECURITY: a moment and no key: the keys of memberships count those of groups one may not know of.
        newest = Membership.objects.filter(space=OuterRef("pk")).order_by("-joined_at").values("joined_at")[:1]
        rows = Space.objects.filter(pk__in=keys).annotate(newest=Subquery(newest), rights=rights_epoch(""))
        return {
            space.pk: StreamState(
                space.pk, (space.pk, space.rights), int(space.newest.timestamp() * 1000) if space.newest else 0
            )
            for space in rows
        }

    def readers(self, key: int, person_ids: Collection[int]) -> set[int]:
        space = Space.objects.filter(pk=key).first()
        return set(policy.all_readers(space).filter(pk__in=person_ids).values_list("pk", flat=True)) if space else set()


def tell_readers(fact: HeardFact) -> None:
    """Somebody came into a group or went: whoever writes there is shown who reads now."""
    key = fact.ids["space"]
    if push.is_wanted("readers", key):
        for state in ReadersStream().states([key]).values():
            push.push("readers", state, {"": {"type": "readers"}})


def _thread_states(threads):
    columns = threads.values_list("public_id", "pk", "version", "space_id", rights_epoch(), "label")
    for public_id, pk, version, space, epoch, label in columns:
        yield public_id, StreamState(pk, (space, epoch, label), version)


def _wall_states(keys: Collection[int]) -> list[StreamState]:
    """One state per key; the version is the moment of the newest activity, in microseconds since 1970."""
    newest = Thread.objects.filter(space=OuterRef("pk")).order_by("-active_at")
    spaces = Space.objects.filter(pk__in={key // 2 for key in keys}).annotate(
        newest=Subquery(newest.values("active_at")[:1]),
        newest_shared=Subquery(newest.filter(label=Label.SHARED).values("active_at")[:1]),
        rights=rights_epoch(""),
    )
    rows = {space.pk: space for space in spaces}
    states = []
    for key in keys:
        if space := rows.get(key // 2):
            moment = space.newest_shared if key % 2 else space.newest
            version = int(moment.timestamp() * 1_000_000) if moment else 0
            states.append(StreamState(key, (space.pk, space.rights), version))
    return states


def tell_thread(fact: HeardFact) -> None:
    """Show a visible change of a thread on every screen that has it open or lists it."""
    found = Thread.objects.select_related("space").annotate(rights=rights_epoch())
    thread = found.filter(pk=fact.ids["thread"]).first()
    if thread is None:
        return
    state = StreamState(thread.pk, (thread.space_id, thread.rights, thread.label), thread.version)
    hint = {"type": "version", "version": thread.version}
    if push.is_wanted("thread", thread.pk):
        push.push("thread", state, _post_frames(fact, thread) or {"": hint})
    if push.is_wanted("row", thread.pk):
        push.push("row", state, {"": hint})


def tell_wall(fact: HeardFact) -> None:
    """Let walls and feeds know that a thread has a new post."""
    thread = Thread.objects.select_related("space", "last_author").filter(pk=fact.ids["thread"]).first()
    if thread is None or thread.deleted_at:
        return
    keys = [2 * thread.space_id]
    if thread.label == Label.SHARED:
        keys.append(2 * thread.space_id + 1)
    by = thread.last_author.public_id if thread.last_author else ""
    for state in _wall_states(push.wanted("wall", keys)):
        frame = {"type": "activity", "thread": thread.public_id, "by": by, "version": state.version}
        push.push("wall", state, {"": frame})


def _post_frames(fact: HeardFact, thread: Thread) -> dict[str, dict[str, Any]] | None:
    """The post a fact is about as a frame per language, if it is the very change that made this version."""
    from walls.fragments import post_fragment

    post = (
        Post.objects.select_related("thread__space", "author", "quotes__author")
        .filter(pk=fact.ids.get("post"), version=thread.version)
        .first()
    )
    if post is None:
        return None
    frames = {}
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            frames[language] = {
                "type": "post",
                "id": post.public_id,
                "number": post.number,
                "version": thread.version,
                "is_new": fact.name == "post.posted",
                "by": {"id": post.author.public_id, "name": post.author.display_name},
                "html": post_fragment(post),
            }
    return frames
