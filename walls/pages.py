"""What the page of a thread knows: the thread, its window of posts, its readers, and what the viewer may do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.http import Http404

from groups import policy
from groups import queries as groups
from groups.models import SpaceType
from groups.policy import Standing, Viewer
from groups.rules import BY_BREAK_GLASS
from kit.prepared import Prepared
from people.models import Person
from topics import queries as topics
from topics.models import Tag
from walls import moves, rights, windows
from walls.models import Draft, Follow, Kind, Move, Post, ReadMark, SavedThread, Thread, Vote
from walls.services import tied_to


def threads_for_page(viewer: Viewer) -> QuerySet[Thread]:
    """Readable threads with everything of the viewer's own and both rights, in one query."""
    mine = {"person_id": viewer.pk, "thread": OuterRef("pk")}
    read = ReadMark.objects.filter(**mine)
    return (
        Thread.objects.readable_by(viewer)
        .select_related("space__owner", "author", "topic", "accepted_by")
        .annotate(
            read_number=Coalesce(Subquery(read.values("number")[:1]), 0, output_field=IntegerField()),
            read_at=Subquery(read.values("read_at")[:1]),
            follow_state=Subquery(Follow.objects.filter(**mine).values("state")[:1]),
            is_saved=Exists(SavedThread.objects.filter(**mine)),
            has_voted=Exists(Vote.objects.filter(**mine)),
            writes=Exists(policy.spaces_for(viewer, "write").filter(pk=OuterRef("space_id"))),
            manages=Exists(policy.spaces_for(viewer, "manage").filter(pk=OuterRef("space_id"))),
            accepted_number=Subquery(Post.objects.filter(pk=OuterRef("accepted")).values("number")[:1]),
            # SECURITY: both ask the rule, or a page with one query more would tell of a place that nobody names.
            has_moved=Exists(_moves(viewer)),
            is_tied=Exists(_tied(viewer)),
            has_tags=Exists(Thread.tags.through.objects.filter(thread=OuterRef("pk"))),
            draft=_draft_of(viewer),
        )
    )


def _moves(viewer: Viewer) -> QuerySet[Move]:
    return moves.from_known_places(viewer).filter(thread=OuterRef("pk")).exclude(from_space=OuterRef("space_id"))


def _tied(viewer: Viewer) -> QuerySet[Thread]:
    tied = Thread.objects.readable_by(viewer).filter(tie=OuterRef("tie"), deleted_at=None)
    return tied.exclude(tie="").exclude(pk=OuterRef("pk"))


def _draft_of(viewer: Viewer) -> Subquery:
    drafts = Draft.objects.filter(author_id=viewer.pk, place=Concat(Value("thread:"), OuterRef("public_id")))
    return Subquery(drafts.values("fields")[:1])


def _to_answer(viewer: Viewer, public_id: Any) -> QuerySet[Thread]:
    threads = Thread.objects.readable_by(viewer).filter(public_id=public_id)
    return threads.select_related("space").annotate(draft=_draft_of(viewer))[:1]


_TO_ANSWER = Prepared(_to_answer, public_id=CharField())


def find_thread_to_answer(viewer: Person, public_id: str) -> Thread:
    """:func:`find_thread` for who sends a reply: with its space and their draft only, a third of the work."""
    return _found(_TO_ANSWER.first(Standing.of(viewer), viewer=viewer.pk, public_id=public_id))


_FIND = Prepared(
    lambda viewer, public_id: threads_for_page(viewer).filter(public_id=public_id)[:1], public_id=CharField()
)


def find_thread(viewer: Person, public_id: str) -> Thread:
    """The thread called ``public_id`` with what its page needs; Http404 for missing, hidden and forbidden alike."""
    return _found(_FIND.first(Standing.of(viewer), viewer=viewer.pk, public_id=public_id))


def _found(thread: Thread | None) -> Thread:
    if thread is None:
        raise Http404
    return thread


@dataclass(slots=True)
class ThreadPage:
    """Everything ``thread_detail.html`` draws."""

    viewer: Person
    thread: Thread
    window: windows.Window
    audience: groups.AudienceLine
    mine: dict[int, set[str]]
    topic_path: str = ""
    tied: list[Thread] = field(default_factory=list)
    praised: list[Person] = field(default_factory=list)
    reply: dict[str, Any] = field(default_factory=dict)

    @property
    def may_run(self) -> bool:
        return rights.may_run(self.viewer, self.thread.space, manages=self.thread.manages)

    @property
    def may_move(self) -> bool:
        return self.may_shape and self.thread.space.type != SpaceType.DIRECT and not self.thread.space.is_named_readers

    @property
    def may_restrict(self) -> bool:
        return self.thread.writes and rights.may_restrict(self.viewer, self.thread)

    @property
    def may_shape(self) -> bool:
        return self.thread.writes and (self.thread.author_id == self.viewer.pk or self.may_run)

    @property
    def only_looks_in(self) -> bool:
        """True for who reads by break-glass: told of nothing here, they have nothing to follow or to mute."""
        space = self.thread.space
        return not self.thread.writes and space.type in BY_BREAK_GLASS and space.archived_at is None

    @property
    def may_reply(self) -> bool:
        return self.thread.writes and self.thread.takes_replies

    @property
    def tags(self) -> list[Tag]:
        return list(self.thread.tags.all()) if self.thread.has_tags else []

    @property
    def is_confidential(self) -> bool:
        return is_kept_off_devices(self.thread)

    @property
    def moved(self) -> Move | None:
        """Where the thread came from, if the viewer may know of that place."""
        return moves.last_move(self.viewer, self.thread) if self.thread.has_moved else None

    @property
    def classes(self) -> str:
        """What the style sheet shows of the buttons under posts; the services ask again."""
        may = {
            "may-write": self.may_reply,
            "may-shape": self.may_shape and not self.thread.deleted_at,
            "may-run": self.may_run and self.thread.writes,
            "may-touch": self.thread.writes,
        }
        return " ".join(name for name, is_so in may.items() if is_so)

    @property
    def opening(self):
        return next((post for post in self.window.posts if post.number == 1), None)

    @property
    def replies(self) -> list[Any]:
        """Posts and folds after the opening post."""
        return [part for part in self.window.parts if getattr(part, "number", 0) != 1]

    @property
    def reaches_end(self) -> bool:
        """True when nothing is folded after the last post shown."""
        return self.window.last_shown >= self.thread.last_number

    @property
    def readers_words(self) -> str:
        return groups.people_count(self.audience.employees, self.audience.guests)

    @property
    def mention_url(self) -> str:
        return f"/compose/people/?thread={self.thread.public_id}"

    @property
    def shows_accepted(self) -> bool:
        return self.thread.kind == Kind.QUESTION and self.window.accepted is not None


def is_kept_off_devices(thread: Thread) -> bool:
    """True where drafts stay on the server: confidential threads and named readers."""
    return thread.label == "confidential" or thread.space.is_named_readers or thread.space.type == SpaceType.DIRECT


def thread_page(viewer: Person, thread: Thread, *, anchor: int = 0) -> ThreadPage:
    """The page of ``thread`` (from :func:`find_thread`) around post ``anchor``; at most eight queries, however long."""
    window = windows.window_of(thread, read=thread.read_number, anchor=anchor, accepted=thread.accepted_number)
    shown = list(window.posts)
    if window.accepted is not None:
        # PERF: not joined to the thread, where four more tables took PostgreSQL 20 ms to plan.
        thread.accepted = window.accepted
        shown.append(window.accepted)
    return ThreadPage(
        viewer=viewer,
        thread=thread,
        window=window,
        audience=audience_of(thread),
        mine=windows.reactions_of(viewer, shown),
        topic_path=topic_path_of(thread, viewer),
        tied=tied_to(thread, viewer) if thread.is_tied else [],
        praised=list(thread.praised.all()) if thread.kind == Kind.PRAISE else [],
        reply={"submission_key": secrets.token_urlsafe(24), **(thread.draft or {})},
    )


def audience_of(thread: Thread) -> groups.AudienceLine:
    """Who can read ``thread``, in words and numbers; one query."""
    return groups.audience_line(thread.space, thread.label)


def topic_path_of(thread: Thread, viewer: Person) -> str:
    """ "Engineering › Firmware", or ''."""
    label = topics.labels_for(viewer).get(thread.topic_id) if thread.topic_id else None
    return label.text if label else ""
