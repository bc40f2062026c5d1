"""A sheet to draw on: sizes in final pixels, drawn at twice the size and reduced, so that edges are smooth."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

SCALE = 2
INK = "#1b1e25"
SOFT = "#61656d"
LINE = "#c9c8c2"
ACCENT = "#2451a9"
GOOD = "#08633d"
WARM = "#b4690e"
BAD = "#aa1e22"
PAPER = "#fbfaf7"

Point = tuple[float, float]
Box = tuple[float, float, float, float]

_FONT = "node_modules/@fontsource-variable/hanken-grotesk/files/hanken-grotesk-latin-wght-normal.woff2"


@lru_cache
def _font(size: int, weight: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    """The product's own font where the front end was set up, else Pillow's, which has no accents."""
    try:
        font = ImageFont.truetype(str(settings.BASE_DIR / _FONT), size)
        font.set_variation_by_axes([weight])
    except OSError:
        return ImageFont.load_default(size), False
    return font, True


def as_png(image: Image.Image) -> bytes:
    """``image`` as PNG, packed loosely: it is encoded again when it is posted."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


class Canvas:
    """One sheet of ``width`` by ``height`` pixels."""

    def __init__(self, width: int, height: int, colour: str = PAPER):
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), colour)
        self._draw = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        return self.image.reduce(SCALE)

    def box(self, box: Box, fill: str | None = None, *, line: str | None = None, width: float = 1, radius: float = 0):
        self._draw.rounded_rectangle(
            self._up(box), radius=radius * SCALE, fill=fill, outline=line, width=round(width * SCALE)
        )

    def disc(self, x: float, y: float, r: float, fill: str | None = None, *, line: str | None = None, width: float = 1):
        self.oval((x - r, y - r, x + r, y + r), fill, line=line, width=width)

    def oval(self, box: Box, fill: str | None = None, *, line: str | None = None, width: float = 1):
        self._draw.ellipse(self._up(box), fill=fill, outline=line, width=round(width * SCALE))

    def line(self, points: Sequence[Point], colour: str = INK, width: float = 1.5):
        flat = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(flat, fill=colour, width=round(width * SCALE), joint="curve")

    def dashes(self, start: Point, end: Point, colour: str = SOFT, *, dash: float = 10, width: float = 1):
        """A dashed line from ``start`` to ``end``."""
        (x0, y0), (x1, y1) = start, end
        length = max(1.0, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
        at = 0.0
        while at < length:
            upto = min(at + dash, length)
            share, next_share = at / length, upto / length
            self.line(
                [
                    (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share),
                    (x0 + (x1 - x0) * next_share, y0 + (y1 - y0) * next_share),
                ],
                colour,
                width,
            )
            at += dash * 1.8

    def shape(self, points: Sequence[Point], fill: str | None = None, *, line: str | None = None, width: float = 1):
        flat = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.polygon(flat, fill=fill, outline=line, width=round(width * SCALE))

    def arc(self, box: Box, start: float, end: float, colour: str = INK, width: float = 1.5):
        """An arc from ``start`` to ``end`` degrees, clockwise from three o'clock."""
        self._draw.arc(self._up(box), start, end, fill=colour, width=round(width * SCALE))

    def fade(self, box: Box, above: str, below: str, *, radius: float = 0):
        """Fill ``box`` from one colour at its top to another at its foot."""
        x0, y0, x1, y1 = (round(v) for v in self._up(box))
        strip = Image.new("RGB", (1, 2))
        strip.putdata([Image.new("RGB", (1, 1), c).getpixel((0, 0)) for c in (above, below)])
        patch = strip.resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR)
        mask = Image.new("L", patch.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, x1 - x0 - 1, y1 - y0 - 1), radius=radius * SCALE, fill=255)
        self.image.paste(patch, (x0, y0), mask)

    def write(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = INK,
        *,
        size: int = 20,
        weight: int = 500,
        anchor: str = "la",
    ):
        """``words`` at a point; ``anchor`` as in Pillow (left, middle, right; ascender, middle, baseline)."""
        font, has_accents = _font(size * SCALE, weight)
        if not has_accents:
            words = unicodedata.normalize("NFD", words.replace("µ", "u").replace("’", "'").replace("–", "-"))
            words = words.encode("ascii", "ignore").decode()
        self._draw.text((x * SCALE, y * SCALE), words, font=font, fill=colour, anchor=anchor)

    @staticmethod
    def _up(box: Box) -> tuple[float, float, float, float]:
        return box[0] * SCALE, box[1] * SCALE, box[2] * SCALE, box[3] * SCALE
