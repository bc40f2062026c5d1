"""What people typed, made ready to be stored: checked, mentions and pictures resolved, rendered once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from groups import policy
from groups.models import Space
from kit import languages, markdown
from people.models import Person
from walls.models import Mention, Picture, Post, Thread
from walls.models.posts import POST_LIMIT
from walls.models.threads import TITLE_LIMIT
from walls.services.refusals import Refused

_MENTION = re.compile(r"\[@([^\[\]\n]{0,200})\]\(person:([0-9a-z]{26})\)")
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,400})\]\(picture:([0-9a-z]{26})\)")


@dataclass(slots=True)
class Prepared:
    """A text ready to be stored in one place; ``untold`` are the names mentioned who may not read it there."""

    source: str
    html: str
    text: str
    text_language: str
    mentioned: list[Person] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    cover: str = ""


def checked(source: str) -> str:
    """``source`` with plain line ends; raises Refused when it is empty, too long or no text."""
    source = source.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not source:
        raise Refused("empty", _("There is no text yet."))
    if len(source) > POST_LIMIT:
        raise Refused(
            "post-too-long",
            _("A message holds at most %(limit)s characters; this one has %(length)s.")
            % {"limit": POST_LIMIT, "length": len(source)},
        )
    if "\x00" in source or any("\ud800" <= letter <= "\udfff" for letter in source):
        raise Refused("no-text", _("This text holds characters that cannot be stored."), status=400)
    return source


def checked_title(title: str) -> str:
    """``title`` on one line; raises Refused when it is too long."""
    title = " ".join(title.replace("\x00", " ").split())
    if len(title) > TITLE_LIMIT:
        raise Refused(
            "title-too-long",
            _("A title holds at most %(limit)s characters; this one has %(length)s.")
            % {"limit": TITLE_LIMIT, "length": len(title)},
        )
    return title


def prepare(
    *,
    author: Person,
    source: str,
    space: Space,
    label: str,
    thread: Thread | None = None,
    post: Post | None = None,
    render: Callable[[str], markdown.Rendered] = markdown.render,
) -> Prepared:
    """Render ``source`` for one place. A mention of somebody who may not read there becomes plain text.

    ``post`` is the post being edited: pictures that stand in it already may stay. ``render``: by what.
    """
    source = checked(source)
    made = render(source)
    if len(made.people) > markdown.MENTION_LIMIT:
        raise Refused(
            "too-many-mentions",
            _("A message names at most %(limit)s people; this one names %(count)s.")
            % {"limit": markdown.MENTION_LIMIT, "count": len(made.people)},
        )
    readers = _readers(made.people, space, label)
    pictures = _own_pictures(made.pictures, author, thread, post)
    untold: list[str] = []
    resolved = _resolve(source, readers, {p.public_id for p in pictures}, untold)
    if resolved != source:
        source, made = resolved, render(resolved)
    return Prepared(
        source=source,
        html=made.html,
        text=made.text,
        text_language=languages.of(made.text),
        mentioned=[person for person in readers.values() if person.pk != author.pk],
        untold=untold,
        pictures=pictures,
        posts=made.posts,
        cover=made.pictures[0] if made.pictures else "",
    )


def _readers(cited: list[str], space: Space, label: str) -> dict[str, Person]:
    if not cited:
        return {}
    return {p.public_id: p for p in policy.readers(space, label).filter(public_id__in=cited)}


def _own_pictures(cited: list[str], author: Person, thread: Thread | None, post: Post | None) -> list[Picture]:
    """Cited pictures the author uploaded and has not yet used, or that stand in this thread already."""
    if not cited:
        return []
    # SECURITY: a picture of another post is never taken over by its id, nor fetched: a row would tell that it is there.
    allowed = Q(post=None, uploaded_by=author)
    if post is not None:
        allowed |= Q(post=post)
    if thread is not None:
        allowed |= Q(thread=thread)
    return list(Picture.objects.filter(allowed, public_id__in=cited))


def _resolve(source: str, readers: dict[str, Person], pictures: set[str], untold: list[str]) -> str:
    """Give each mention the person's real name; what may not be cited becomes the words that were typed."""

    def mention(found: re.Match[str]) -> str:
        name, public_id = found.groups()
        if person := readers.get(public_id):
            return markdown.mention(person.display_name, public_id)
        if name not in untold:
            untold.append(name)
        return f"@{name}"

    def picture(found: re.Match[str]) -> str:
        return found.group(0) if found.group(2) in pictures else found.group(1)

    return _PICTURE.sub(picture, _MENTION.sub(mention, source))


def excerpt_of(text: str, source: str) -> str:
    """The first words of a post for its row: without what only describes its pictures."""
    for described, _id in _PICTURE.findall(source):
        text = text.replace(" ".join(described.split()), "", 1)
    return markdown.excerpt(" ".join(text.split()))


def store_mentions(post: Post, people: list[Person]) -> list[int]:
    """Make the post's mentions exactly ``people``; the keys of those newly named."""
    before = set(post.mentions.values_list("person_id", flat=True)) if post.revision > 1 else set()
    now = {person.pk for person in people}
    if before - now:
        post.mentions.filter(person_id__in=before - now).delete()
    new = sorted(now - before)
    Mention.objects.bulk_create([Mention(post=post, person_id=key) for key in new])
    return new


def store_pictures(post: Post, pictures: list[Picture]) -> None:
    """Attach fresh pictures to ``post``."""
    fresh = [picture.pk for picture in pictures if picture.post_id is None]
    if fresh:
        Picture.objects.filter(pk__in=fresh, post=None).update(post=post, thread_id=post.thread_id)
