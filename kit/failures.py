"""A failure as a log may show it: what kind and where, never what it said, for its text may quote what people wrote."""

from __future__ import annotations

import traceback
from pathlib import PurePath


def without_words(failure: BaseException) -> str:
    """``IntegrityError at services.py:70 < posts.py:31``: the class, and the innermost lines it came through."""
    frames = traceback.extract_tb(failure.__traceback__)[-4:]
    where = " < ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(failure).__name__} at {where}" if where else type(failure).__name__


def first_line(failure: BaseException) -> str:
    """What a service (a database, Redis) said, without the lines under it, which may quote a row; never empty."""
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else type(failure).__name__
