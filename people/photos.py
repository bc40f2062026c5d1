"""Uploaded pictures of people and of the company: the words for what was refused."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from kit import pictures


def why_refused(keep: Callable[[bytes], object], upload: UploadedFile) -> str:
    """Give the bytes of ``upload`` to ``keep``; "" when it took them, else the sentence that says why not."""
    size = upload.size or 0
    if size > pictures.MAX_BYTES:
        return _sentence(pictures.PictureRefused("bytes", found=size, limit=pictures.MAX_BYTES))
    try:
        keep(upload.read())
    except pictures.PictureRefused as refused:
        return _sentence(refused)
    return ""


def _sentence(refused: pictures.PictureRefused) -> str:
    million = 1_000_000
    if refused.code == "bytes":
        return _("The picture has %(found)d MB; the limit is %(limit)d MB. Send a smaller one.") % {
            "found": -(-refused.found // million),
            "limit": refused.limit // million,
        }
    if refused.code == "pixels":
        return _("The picture has %(found)d megapixels; the limit is %(limit)d. Send a smaller one.") % {
            "found": -(-refused.found // million),
            "limit": refused.limit // million,
        }
    if refused.code == "work":
        return _("This picture takes too much work to open. Save it anew, or send a smaller copy.")
    if refused.code == "busy":
        return _("Many pictures are being taken in at this moment. Send this one again in half a minute.")
    return _("This file is not a picture we can read. Send JPEG, PNG, WebP, GIF or HEIC.")
