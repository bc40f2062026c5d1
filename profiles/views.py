"""The directory and the pages of people.

Slots of a person's page, all called with ``(request, person)`` and giving safe HTML, "" for nothing:
``profile.wall`` (what they wrote and what was written to them), ``profile.actions`` (buttons under the name),
``profile.aside`` (blocks beside the wall).
"""

from __future__ import annotations

import zoneinfo
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET, require_safe

from kit import clock, slots
from kit.answers import blob_answer
from kit.numbers import whole_number
from profiles import queries

WORDS_LIMIT = 80
PHOTO_KEPT_SECONDS = 3600


@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Everybody the viewer sees, filtered while one types; without script by a button."""
    asked = {name: request.GET.get(name, "").strip()[:WORDS_LIMIT] for name in ("q", "place", "department", "kind")}
    people = queries.directory(
        request.user, words=asked["q"], place=asked["place"], department=asked["department"], kind=asked["kind"]
    )
    page = max(1, min(whole_number(request.GET.get("page", ""), 1), 100_000))
    start = (page - 1) * queries.PAGE
    total = people.count()
    shown = list(people[start : start + queries.PAGE])
    left = total - start - len(shown)
    given = {name: value for name, value in asked.items() if value}
    context = {
        "people": shown,
        "total": total,
        "asked": asked,
        "is_filtered": bool(given),
        "next_url": f"?{urlencode({**given, 'page': page + 1})}" if left > 0 else "",
        "next_count": min(left, queries.PAGE),
    }
    if request.htmx and not request.htmx.boosted:
        template = "profiles/_more.html" if request.htmx.target == "people" else "profiles/_results.html"
        return render(request, template, context)
    return render(request, "profiles/directory.html", {**context, **queries.choices(request.user)})


@require_GET
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page of one person, as far as the viewer may see them."""
    people = queries.pages_open_to(request.user).select_related("sponsor")
    shown = get_object_or_404(people, public_id=public_id)
    tab = "groups" if request.GET.get("tab") == "groups" else "wall"
    wall = _filled("profile.wall", request, shown) if tab == "wall" else ""
    groups = list(queries.groups_of(shown, request.user)) if shown.may_act else []
    manager, reports = queries.works_with(shown, request.user)
    context = {
        "person": shown,
        "is_me": shown.pk == request.user.pk,
        "may_administer": request.user.is_administrator and not shown.is_stand_in,
        "there": _time_there(shown, request.user),
        "tab": tab,
        "wall": wall,
        "has_wall": bool(slots.filled("profile.wall")),
        "actions": _filled("profile.actions", request, shown),
        "asides": _filled("profile.aside", request, shown),
        "groups": groups,
        "in_common": [group for group in groups if group.is_shared],
        "manager": manager,
        "reports": reports,
    }
    return render(request, "profiles/person.html", context)


def _filled(slot: str, request: HttpRequest, person) -> str:
    return format_html_join("", "{}", ((fill(request, person),) for fill in slots.filled(slot)))


def _time_there(person, viewer) -> str:
    """What the clock says where ``person`` is, when that differs from the viewer's zone; else "" ."""
    try:
        there = clock.now().astimezone(zoneinfo.ZoneInfo(person.time_zone))
        here = clock.now().astimezone(zoneinfo.ZoneInfo(viewer.time_zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return ""
    return f"{there:%H:%M}" if there.utcoffset() != here.utcoffset() else ""


@require_safe
def photo(request: HttpRequest, public_id: str, version: str) -> HttpResponse:
    """The face of a person, for whoever may open their page; the address changes with the picture."""
    shown = get_object_or_404(queries.pages_open_to(request.user), public_id=public_id)
    if not shown.photo or shown.photo[:16] != version:
        raise Http404
    etag = f'"{shown.photo[:16]}"'
    try:
        answer = (
            HttpResponseNotModified()
            if request.headers.get("If-None-Match") == etag
            else blob_answer(shown.photo, content_type="image/webp")
        )
    except FileNotFoundError:
        raise Http404 from None
    # PERF: a feed shows thirty faces; an hour in the viewer's own browser, never in a shared cache.
    answer["Cache-Control"] = f"private, max-age={PHOTO_KEPT_SECONDS}"
    answer["ETag"] = etag
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
