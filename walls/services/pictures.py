"""Pictures people put into posts: re-encoded, without metadata, stored by their content."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kit import blobs, clock, ids
from kit import pictures as workshop
from people.models import Person
from walls.models import Picture
from walls.services.refusals import Refused

UNUSED_FOR = dt.timedelta(days=2)
LONGEST = 2048
THUMBNAIL = 720
UPLOADS_AN_HOUR = 200
_CITED = re.compile(r"\(picture:([0-9a-z]{26})\)")


@dataclass(frozen=True, slots=True)
class MadePicture:
    """A picture made anew, its bytes in the blob store already: what a row needs to know of it."""

    sha256: str
    thumbnail_sha256: str
    width: int
    height: int


def make_picture(content: bytes) -> MadePicture:
    """Make a picture anew and keep its bytes; no row yet, so nobody sees it. Raises Refused: too big, or no picture."""
    try:
        made = workshop.remake(content, longest=LONGEST)
        thumbnail = workshop.remake(made.content, longest=THUMBNAIL)
    except workshop.PictureRefused as refusal:
        again = {"status": 429, "retry_after": 30} if refusal.code == "busy" else {}
        raise Refused(f"picture-{refusal.code}", picture_refusal(refusal), **again) from refusal
    return MadePicture(blobs.put(made.content), blobs.put(thumbnail.content), made.width, made.height)


def add_picture(*, uploader: Person, content: bytes, description: str = "") -> Picture:
    """Keep one picture that only its uploader sees until it is posted. Raises Refused: too big, or no picture."""
    _refuse_haste(uploader)
    made = make_picture(content)
    with transaction.atomic():
        return Picture.objects.create(
            uploaded_by=uploader,
            uploaded_at=clock.now(),
            sha256=made.sha256,
            thumbnail_sha256=made.thumbnail_sha256,
            width=made.width,
            height=made.height,
            description=" ".join(description.split())[:200],
        )


def _refuse_haste(uploader: Person) -> None:
    hour_ago = clock.now() - dt.timedelta(hours=1)
    if Picture.objects.filter(uploaded_by=uploader, uploaded_at__gt=hour_ago).count() >= UPLOADS_AN_HOUR:
        raise Refused(
            "too-many-pictures",
            _("%(limit)s pictures an hour is the limit. Add the others later.") % {"limit": UPLOADS_AN_HOUR},
            status=429,
            retry_after=600,
        )


def picture_refusal(refusal: workshop.PictureRefused) -> str:
    """The limit and what was found, and the way out."""
    if refusal.code == "bytes":
        return _("A picture holds at most %(limit)s MB; this one has %(found)s MB. Send a smaller copy.") % {
            "limit": refusal.limit // 1_000_000,
            "found": -(-refusal.found // 1_000_000),
        }
    if refusal.code == "pixels":
        return _("A picture holds at most %(limit)s megapixels; this one has %(found)s. Send a smaller copy.") % {
            "limit": refusal.limit // 1_000_000,
            "found": -(-refusal.found // 1_000_000),
        }
    if refusal.code == "work":
        return _("This picture takes too much work to open. Save it anew, or send a smaller copy.")
    if refusal.code == "busy":
        return _("Many pictures are being taken in at this moment. Send this one again in half a minute.")
    return _("This file is no picture we can show. JPEG, PNG, WebP, GIF and HEIC are.")


def with_copies(source: str, pictures: QuerySet[Picture], *, there: Mapping[str, str] = MappingProxyType({})) -> str:
    """``source`` for another wall: those of ``pictures`` it cites as new rows over the same bytes.

    Each is under its own right. ``there``: what stands on that wall already, content → public id.
    PERF: two queries, however many pictures it cites: one at a time, a text full of them held all other writers for a
    minute.
    """
    cited = set(_CITED.findall(source))
    if not cited:
        return source
    instead: dict[str, str] = {}
    copies = []
    for picture in pictures.filter(public_id__in=cited).order_by("pk"):
        was = picture.public_id
        if known := there.get(picture.sha256):
            instead[was] = known
            continue
        picture.pk, picture.public_id, picture.thread, picture.post = None, ids.public_id(), None, None
        instead[was] = picture.public_id
        copies.append(picture)
    Picture.objects.bulk_create(copies)
    return _CITED.sub(lambda found: f"(picture:{instead.get(found[1], found[1])})", source)


def pictures_cited(names: Collection[str]) -> set[str]:
    """Which of these blobs are pictures of posts, or waiting to be."""
    rows = Picture.objects.filter(Q(sha256__in=names) | Q(thumbnail_sha256__in=names))
    return {name for row in rows.values_list("sha256", "thumbnail_sha256") for name in row}


@transaction.atomic
def drop_unused(limit: int = 500) -> int:
    """Forget pictures that were uploaded and never posted; how many."""
    stale = Picture.objects.filter(post=None, uploaded_at__lt=clock.now() - UNUSED_FOR)
    keys = list(stale.values_list("pk", flat=True)[:limit])
    Picture.objects.filter(pk__in=keys).delete()
    return len(keys)
