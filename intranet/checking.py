"""How a system check of ours is written: as a generator of what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.checks import CheckMessage, register

Found = Iterator[CheckMessage]


def check(find: Callable[[], Found]) -> Callable[..., list[CheckMessage]]:
    """Decorator: let ``manage.py check`` and every start ask ``find``, and give what it found as a list."""

    def found(**_asked: Any) -> list[CheckMessage]:
        return list(find())

    found.__name__, found.__doc__ = find.__name__, find.__doc__
    return register("parvis")(found)
