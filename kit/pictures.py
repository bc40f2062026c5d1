"""Pictures people send: judged before they are decoded, made anew, and kept without a word about where and with what.

Nothing of the original survives but its pixels: no EXIF, no GPS, no device, no comment, no second frame.
"""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MAX_BYTES = 25_000_000
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF")
MADE_TYPE = "image/webp"

# We judge sizes ourselves, on the header, before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener(thumbnails=False)
# PERF: one picture of 50 megapixels takes 200 MB while it is made anew; two at a time is what a small machine bears.
_at_work = threading.BoundedSemaphore(2)


class PictureRefused(ValueError):
    """Why a picture was not taken: ``code`` is ``bytes``, ``pixels`` or ``kind``, with what was found and the limit."""

    def __init__(self, code: str, *, found: int = 0, limit: int = 0) -> None:
        super().__init__(code)
        self.code, self.found, self.limit = code, found, limit


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew: WebP bytes and its size in pixels."""

    content: bytes
    width: int
    height: int


def _opened(content: bytes) -> Image.Image:
    """The picture with its header read and its pixels not yet; raises PictureRefused."""
    if len(content) > MAX_BYTES:
        raise PictureRefused("bytes", found=len(content), limit=MAX_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureRefused("kind") from error
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureRefused("pixels", found=width * height, limit=MAX_PIXELS)
    return picture


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in RGB or RGBA; colours of a wide profile (phones) are brought to sRGB before it is dropped."""
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return made or picture.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGBA" if has_alpha else "RGB")


def remake(content: bytes, *, longest: int, is_square: bool = False, quality: int = 82) -> Picture:
    """The first frame of ``content``, upright, at most ``longest`` pixels a side, as WebP without metadata.

    ``is_square`` cuts the middle (portraits). Raises :class:`PictureRefused` before anything large is decoded.
    """
    picture = _opened(content)
    with _at_work:
        try:
            # JPEG decodes at a fraction of its size when asked before loading.
            picture.draft("RGB", (longest * 2, longest * 2))
            upright = _in_srgb(ImageOps.exif_transpose(picture))
            if is_square:
                side = min(longest, *upright.size)
                made = ImageOps.fit(upright, (side, side), Image.Resampling.LANCZOS)
            else:
                upright.thumbnail((longest, longest), Image.Resampling.LANCZOS)
                made = upright
            made.info = {}
            written = io.BytesIO()
            made.save(written, "WEBP", quality=quality, method=4, exif=b"", icc_profile=b"", xmp=b"")
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError) as error:
            raise PictureRefused("kind") from error
    return Picture(written.getvalue(), *made.size)
