"""What an administrator may ask to read, named by the address that somebody gave them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from groups import policy
from groups.models import Space
from groups.rules import RULES
from kit import ids
from people.models import Person
from walls.models import Post, Thread

_PATH = re.compile(rf"/(groups|threads|posts)/([{ids.ALPHABET}]{{{ids.LENGTH}}})(?:/.*)?")


def path_of(text: str) -> str:
    """The address in ``text`` (a link, or its path) as we keep it; "" where it is none of a group, thread or post."""
    try:
        found = _PATH.fullmatch(urlsplit(text.strip()).path)
    except ValueError:
        return ""
    return f"/{found[1]}/{found[2]}/" if found else ""


def is_read_by(viewer: Person, path: str) -> bool:
    """True when ``viewer`` reads what stands at ``path`` already: the rule's answer, and nothing beyond it."""
    kind, key = _parts(path)
    rows = {
        "groups": policy.spaces_for(viewer, "read"),
        "threads": Thread.objects.readable_by(viewer),
        "posts": Post.objects.readable_by(viewer),
    }[kind]
    return bool(rows.filter(public_id=key).exists())


def space_at(path: str) -> Space | None:
    """The space that stands at ``path``, or in which that thread or post does, if break-glass may open it.

    SECURITY: asks no rule; for the moment when two administrators have decided.
    """
    kind, key = _parts(path)
    spaces = Space.objects.filter(type__in=sorted(RULES["read"].timed_in))
    if kind == "threads":
        return spaces.filter(pk__in=Thread.objects.filter(public_id=key, deleted_at=None).values("space_id")).first()
    if kind == "posts":
        posts = Post.objects.filter(public_id=key, thread__deleted_at=None)
        return spaces.filter(pk__in=posts.values("thread__space_id")).first()
    return spaces.filter(public_id=key).first()


def _parts(path: str) -> tuple[str, str]:
    _nothing, kind, key, _end = path.split("/")
    return kind, key
