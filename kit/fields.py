"""Which fields a door takes. A form with any other is refused before the door is reached (``intranet.middleware``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])

#: what every form may carry
ALWAYS = frozenset({"csrfmiddlewaretoken"})
#: the two ways in which a browser sends a form
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def takes(*names: str) -> Callable[[View], View]:
    """Decorator of a view: the names of the fields and files that its forms send. Without it a view takes none."""

    def declare(view: View) -> View:
        view.takes = frozenset(names)  # type: ignore[attr-defined]
        return view

    return declare


def taken_by(view: Callable[..., Any]) -> frozenset[str]:
    """The fields that ``view`` declared, and those of every form."""
    return getattr(view, "takes", frozenset()) | ALWAYS


def has_nul(request: HttpRequest) -> bool:
    """True when a NUL stands in the address or in a field: no database keeps one, and no form of ours sends one."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    return any("\x00" in text for _, texts in request.POST.lists() for text in texts)


def unknown(request: HttpRequest, view: Callable[..., Any]) -> set[str]:
    """The fields of the form that was sent to ``view`` and is none of its own; empty for every form of ours."""
    return {*request.POST, *request.FILES} - taken_by(view)
