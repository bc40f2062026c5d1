"""Pieces of pages that are drawn once and kept, keyed by every single thing they show.

A key holds the values of all the paths a template reads, with language, time zone and day, so that a kept piece can
neither be stale nor be another's: where one value differs, it is another piece. A contract test holds the lists of
paths against the templates. The pieces stay in the memory of this process (cache ``fragments``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from kit import assets, clock


def kept(template: str, context: Mapping[str, Any], shows: Sequence[str]) -> SafeString:
    """``template`` drawn with ``context``, or from memory where a piece with the same values was drawn before.

    ``shows`` are the dotted paths the template reads, down to plain values.
    """
    store = caches["fragments"]
    key = _key(template, [_value(context, steps) for steps in _steps(tuple(shows))])
    piece = store.get(key)
    if piece is None:
        piece = str(render_to_string(template, dict(context)))
        store.set(key, piece)
    # SECURITY: a template of ours drew it; every value in it was escaped or went through the allow-list.
    return mark_safe(piece)


@lru_cache(maxsize=100)
def _steps(shows: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(path.split(".")) for path in shows)


def _key(template: str, values: list[Any]) -> str:
    zone = timezone.get_current_timezone_name()
    day = clock.today()
    shown = (template, translation.get_language(), zone, day, assets.asset_url("sprite.svg"), values)
    return hashlib.blake2b(repr(shown).encode(errors="surrogatepass"), digest_size=24).hexdigest()


def _value(context: Mapping[str, Any], steps: tuple[str, ...]) -> Any:
    """The plain value at a path; None from the first step on that is None."""
    value = context.get(steps[0])
    for step in steps[1:]:
        if value is None:
            return None
        value = getattr(value, step)
    return [str(one) for one in value()] if callable(value) else value
