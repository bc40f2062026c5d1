"""Open a thread: on one wall, on several at once, or for named readers only."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from groups import policy
from groups import services as groups
from groups.models import Label, Space
from kit import clock, facts, ids, markdown
from people.models import Person
from topics.models import Topic
from walls import rights
from walls.models import Follow, Kind, Picture, Post, ReadMark, Thread
from walls.services import submissions, texts
from walls.services.classification import refuse_left_wall, tags_or_refuse
from walls.services.pictures import with_copies
from walls.services.refusals import Refused

PLACES_LIMIT = 10


@transaction.atomic
def post_thread(
    *,
    author: Person,
    source: str,
    spaces: Sequence[Space] | Space = (),
    kind: str = Kind.DISCUSSION,
    title: str = "",
    topic: Topic | None = None,
    tags: Iterable[str] = (),
    label: str = "",
    readers: Sequence[Person] = (),
    praised: Sequence[Person] = (),
    submission_key: str = "",
) -> list[Thread]:
    """Open a thread on each of ``spaces`` (one message to two walls makes two tied threads), or, with ``readers``,
    one thread that only they and the author can read.

    ``label`` '' takes what the place proposes. Raises Refused (a limit, a rule with a sentence), PermissionDenied or
    Http404. The same ``submission_key`` with the same content gives the threads of the first time. Names mentioned
    who may not read a thread stand in its ``untold``.
    """
    places = [spaces] if isinstance(spaces, Space) else list(dict.fromkeys(spaces))
    title = texts.checked_title(title)
    tags = list(tags)
    submission, before = submissions.begin(
        author=author,
        key=submission_key,
        digest=submissions.digest(
            spaces=[space.pk for space in places],
            kind=kind,
            title=title,
            source=source.strip(),
            topic=topic and topic.pk,
            tags=tags,
            label=label,
            readers=[person.pk for person in readers],
            praised=[person.pk for person in praised],
        ),
    )
    if before:
        return [post.thread for post in before]
    submissions.refuse_haste(author)
    if readers:
        places, label = [_space_of_named_readers(author, readers, title)], Label.CONFIDENTIAL
    if not places:
        raise Refused("no-place", _("Choose where to post."))
    if len(places) > PLACES_LIMIT:
        raise Refused(
            "too-many-places", _("A message goes to at most %(limit)s places at once.") % {"limit": PLACES_LIMIT}
        )
    if kind == Kind.PRAISE and not praised:
        raise Refused("nobody-praised", _("Say whom you praise."))
    tie = ids.public_id() if len(places) > 1 else ""
    # PERF: the same words on ten walls are rendered once.
    render = functools.cache(markdown.render)
    threads: list[Thread] = []
    for space in places:
        policy.require(author, "write", space)
        refuse_left_wall(space)
        threads.append(
            _open(author, space, source, kind, title, topic, tags, label, praised, tie, render, is_copy=bool(threads))
        )
    if submission:
        submission.posts.set([thread.opening for thread in threads])
    return threads


def _space_of_named_readers(author: Person, readers: Sequence[Person], title: str) -> Space:
    if author.is_guest or any(person.is_guest for person in readers):
        raise Refused("restricted-guests", _("A restricted thread is for employees only."))
    return groups.make_named_readers(author=author, readers=list(readers), name=title)


def _open(
    author: Person,
    space: Space,
    source: str,
    kind: str,
    title: str,
    topic: Topic | None,
    tags: Iterable[str],
    label: str,
    praised: Sequence[Person],
    tie: str,
    render: Callable[[str], markdown.Rendered],
    *,
    is_copy: bool,
) -> Thread:
    if kind not in rights.kinds_for(author, space):
        raise Refused(
            "kind-not-here", _("Only managers of this place can announce here."), status=403
        )  # Every other kind is everybody's.
    label = rights.label_in(author, space, label)
    if not label:
        raise Refused("label-not-here", _("This level is not possible here."), status=403)
    praised = _who_may_read(praised, space, label)
    if is_copy:
        source = with_copies(source, Picture.objects.filter(uploaded_by=author))
    text = texts.prepare(author=author, source=source, space=space, label=label, render=render)
    if topic is not None and topic.retired_at is not None:
        raise Refused("topic-retired", _("This topic is no longer in use. Choose another one."))
    now = clock.now()
    thread = Thread.objects.create(
        space=space,
        label=label,
        kind=kind,
        title=title,
        topic=topic,
        author=author,
        last_author=author,
        opened_at=now,
        active_at=now,
        last_number=1,
        excerpt=texts.excerpt_of(text.text, text.source),
        cover=text.cover,
        text_language=text.text_language,
        tie=tie,
    )
    thread.tags.set(tags_or_refuse(tags))
    if praised:
        thread.praised.set(praised)
    post = Post.objects.create(
        thread=thread,
        number=1,
        author=author,
        source=text.source,
        html=text.html,
        text=text.text,
        text_language=text.text_language,
        posted_at=now,
    )
    mentioned = texts.store_mentions(post, text.mentioned)
    texts.store_pictures(post, text.pictures)
    Follow.objects.create(thread=thread, person=author)
    ReadMark.objects.create(thread=thread, person=author, number=1, read_at=now)
    thread.opening, thread.untold = post, text.untold
    facts.tell(
        "thread.posted",
        thread=thread.pk,
        post=post.pk,
        space=space.pk,
        version=thread.version,
        person=author.pk,
        mentioned=mentioned,
    )
    return thread


def _who_may_read(people: Sequence[Person], space: Space, label: str) -> list[Person]:
    """``people`` who may read there; raises Refused when one of them may not (nobody is praised in secret)."""
    if not people:
        return []
    keys = [person.pk for person in people]
    found = list(policy.readers(space, label).filter(pk__in=keys))
    if len(found) < len(set(keys)):
        raise Refused("praised-cannot-read", _("Somebody you praise cannot read this place."))
    return found


def tied_to(thread: Thread, viewer: Person) -> list[Thread]:
    """The other threads of one message to several walls that ``viewer`` may read."""
    if not thread.tie:
        return []
    others = Thread.objects.readable_by(viewer).filter(tie=thread.tie, deleted_at=None).exclude(pk=thread.pk)
    return list(others.select_related("space"))


__all__ = ["post_thread", "tied_to"]
