"""One press of Post gives one post: a key made with the form, and a digest of what was sent with it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, QuerySet
from django.utils.translation import gettext as _

from kit import clock
from kit.prepared import Prepared
from people.models import Person
from walls.models import Post, Submission
from walls.services.refusals import Refused, SentBefore

POSTS_A_MINUTE = 30
_MINUTE = dt.timedelta(minutes=1)


def digest(**sent: Any) -> str:
    """SHA-256 of what was sent: the same for the same words, whatever the order of the fields."""
    return hashlib.sha256(json.dumps(sent, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()


def begin(*, author: Person, key: str, digest: str) -> tuple[Submission | None, list[Post]]:
    """Claim ``key`` inside the caller's transaction: (a new Submission, []) or (None, the posts of the first time).

    Raises :class:`SentBefore` when the key came before with another text: that text is not swallowed.
    An empty key claims nothing: (None, []).
    """
    if not key:
        return None, []
    if len(key) > 64:
        raise Refused("bad-key", _("This form is broken. Open it again; your text is kept."), status=400)
    # A second press waits here on PostgreSQL until the first has committed: the key is unique.
    submission, is_new = Submission.objects.get_or_create(author=author, key=key, defaults={"digest": digest})
    if is_new:
        return submission, []
    posts = list(submission.posts.select_related("thread__space").order_by("pk"))
    if submission.digest == digest:
        return None, posts
    raise SentBefore(_("You posted another text from this form already. Nothing was posted now."), posts)


def _times(author: Any, after: Any, until: Any) -> QuerySet[Any, Any]:
    recent = Post.objects.filter(author_id=author, posted_at__gt=after, posted_at__lte=until)
    return recent.order_by("-posted_at").values_list("posted_at", flat=True)[:POSTS_A_MINUTE]


_TIMES = Prepared(_times, author=BigIntegerField(), after=DateTimeField(), until=DateTimeField())


def refuse_haste(author: Person) -> None:
    """Raise Refused (429) after 30 posts within a minute."""
    now = clock.now()
    times = _TIMES.rows(author=author.pk, after=now - _MINUTE, until=now)
    if len(times) < POSTS_A_MINUTE:
        return
    wait = max(1, int((times[-1] + _MINUTE - now).total_seconds()) + 1)
    raise Refused(
        "too-fast",
        _("%(limit)s messages a minute is the limit. Your text is kept; post it in %(seconds)s seconds.")
        % {"limit": POSTS_A_MINUTE, "seconds": wait},
        status=429,
        retry_after=wait,
    )
