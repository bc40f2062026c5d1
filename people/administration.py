"""What every page of the administration shares, also those of other apps (slot ``admin.pages``).

``slots.fill("admin.pages", "topics", ("topics:admin", gettext_lazy("Topics")), order=30)`` adds a tab: the name of an
address and its text. The page wears :func:`administrators_only` and gives ``admin_tabs("topics", request.user)`` to the
template ``people/_admin_head.html``. ``slots.fill("admin.waiting", "topics", count_for)`` counts what waits on that tab
for whoever looks, where ``count_for(person)`` returns an int and costs one query at most.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kit import slots
from kit.navigation import Block, Entry
from people.models import Person

OWN_PAGES = {
    "people": ("people:admin-people", gettext_lazy("People"), 10),
    "company": ("people:admin-company", gettext_lazy("Company"), 20),
    "health": ("people:admin-health", gettext_lazy("Health"), 90),
}


def fill_own() -> None:
    """The pages of this app."""
    for key, (url_name, text, order) in OWN_PAGES.items():
        slots.fill("admin.pages", key, (url_name, text), order=order)


def administrators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For everybody else there is nothing at this address: the same answer as anywhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.is_authenticated and request.user.may_act and request.user.is_administrator):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def admin_tabs(current: str, viewer: Person) -> list[dict[str, Any]]:
    """The tabs of the administration as ``_tabs.html`` draws them, with what waits for ``viewer`` on each."""
    waiting = slots.named("admin.waiting")
    tabs = []
    for key, (url_name, text) in slots.named("admin.pages").items():
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        count = waiting[key](viewer) if key in waiting else 0
        tabs.append({"url": url, "text": text, "is_current": key == current, "count": count})
    return tabs


def block_of_administration(person: Person) -> Block | None:
    """One link in the side bar, for who administers; with how much waits for them there (slot ``admin.waiting``)."""
    if not person.is_administrator:
        return None
    entry = Entry(
        url=reverse("people:admin-people"),
        text=_("Administration"),
        icon="shield",
        key="administration",
        area="/admin/",
        count=sum(ask(person) for ask in slots.filled("admin.waiting")),
    )
    return Block(label=_("Administration"), has_heading=False, entries=[entry])
