"""The process in which pictures are decoded: it knows nothing, keeps nothing, and may be ended at any moment.

``python -m kit.picture_workshop`` reads requests on its standard input and answers on its standard output: a line of
JSON, then as many bytes as the line says. It has a limit of memory, writes no file, is given none of the server's
variables and open files, and ends by itself when nobody asked for a minute, or when the server is gone.
"""

from __future__ import annotations

import io
import json
import math
import select
import sys
import warnings
from contextlib import suppress
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from kit.pictures import FORMATS, MAX_BYTES, MAX_PIXELS, Picture, PictureRefused

#: Addresses a process may have. PERF: 50 megapixels take 730 MB at the dearest (a PNG of 16 bits a colour).
MAX_MEMORY = 1_200_000_000
IDLE = 60  # seconds

# We judge sizes ourselves, on the header, before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener(thumbnails=False)


def _opened(content: bytes) -> Image.Image:
    """The picture with its header read and its pixels not yet; raises PictureRefused."""
    if len(content) > MAX_BYTES:
        raise PictureRefused("bytes", found=len(content), limit=MAX_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except MemoryError as error:
        raise PictureRefused("work") from error
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


def made_here(content: bytes, *, longest: int, is_square: bool = False, quality: int = 82) -> Picture:
    """What :func:`kit.pictures.remake` promises, in this process. Raises PictureRefused."""
    picture = _opened(content)
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
    except MemoryError as error:
        raise PictureRefused("work") from error
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise PictureRefused("kind") from error
    return Picture(written.getvalue(), *made.size)


def answer_one(asked: BinaryIO, answers: BinaryIO) -> bool:
    """Read one request and answer it; False when there is none any more."""
    head = asked.readline()
    if not head:
        return False
    wanted = json.loads(head)
    content = asked.read(wanted.pop("length"))
    _allow(wanted.pop("seconds"))
    try:
        made = made_here(content, **wanted)
    except PictureRefused as refused:
        said, body = {"code": refused.code, "found": refused.found, "limit": refused.limit}, b""
    except Exception:
        # A decoder that stumbles over a made-up file stumbles here, and the next picture has nothing of it.
        said, body = {"code": "kind", "found": 0, "limit": 0}, b""
    else:
        said, body = {"width": made.width, "height": made.height, "length": len(made.content)}, made.content
    answers.write(json.dumps(said).encode() + b"\n" + body)
    answers.flush()
    return True


def _allow(seconds: int) -> None:
    """Let the system end this process once it has worked for so many seconds more."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    with suppress(OSError, ValueError):
        until = math.ceil(used.ru_utime + used.ru_stime) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _bound() -> None:
    """Lower what this process may take; where the machine refuses even that, it is bounded by pixels and time."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    limits = ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0))
    for which, most in limits:
        with suppress(OSError, ValueError):
            resource.setrlimit(which, (most, most))


def main() -> None:
    """Answer until the server closes, or has not asked for a minute."""
    _bound()
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    # A request is read to its last byte before it is answered, so nothing of the next waits in our buffer.
    while select.select([asked], [], [], IDLE)[0] and answer_one(asked, answers):
        pass


if __name__ == "__main__":
    main()
