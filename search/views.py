"""The search page and the suggestions of the palette."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kit import slots
from kit.numbers import whole_number
from search import limits, palette, queries, spelling, tokens
from search.facets import facets, ops
from search.findables import findable
from search.highlight import Marker
from search.language import Query, QueryError, parse
from search.queries import ORDERS, PAGE_SIZE, Results

EXPLAINED = ("from", "in", "kind", "topic", "tag", "status", "before", "after", "is", "has")


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Results for ``q`` and ``op`` (tokens and ticked facets), one page of 30 threads."""
    text = tokens.compose([*request.GET.getlist("op"), request.GET.get("op_when", "")], request.GET.get("q", ""))
    order = request.GET.get("order", "best")
    order = order if order in ORDERS else "best"
    if "drop" in request.GET:
        return redirect(address(_without(text, request.GET["drop"]), order))
    explained = [f"{tokens.shown(name)}:" for name in EXPLAINED]
    page: dict[str, Any] = {"text": text, "order": order, "operators": explained, "words": text}
    if text and (wait := limits.seconds_to_wait(request.user, "search", limits.SEARCHES)):
        page["wait"], page["limit"] = wait, limits.SEARCHES
        response = render(request, _template(request), {"page": page}, status=429)
        response["Retry-After"] = str(wait)
        return response
    try:
        query = parse(text)
        found = queries.search(viewer=request.user, query=query, order=order, number=_number(request))
    except QueryError as refused:
        page["error"] = refused
        page["words"] = refused.text
        return render(request, _template(request), {"page": page})
    page |= _shown(request, query, found)
    if _is_more(request):
        return render(request, "search/_more.html", {"page": page})
    return render(request, _template(request), {"page": page})


def _shown(request: HttpRequest, query: Query, found: Results) -> dict[str, Any]:
    """What the templates draw of ``found``."""
    one = findable("thread")
    operators, words = tokens.split(query)
    drawn = facets(found, operators, one.page) if found.facets else []
    ticked = ops(drawn)
    rebuilding = queries.backend().rebuilding() if hasattr(queries.backend(), "rebuilding") else None
    is_filtered = "filters" in request.GET
    marker = Marker.of(query, found.instead)
    shown: dict[str, Any] = {
        "query": query,
        "found": found,
        "marker": marker,
        "rows": [one.draw(hit, marker) for hit in found.hits],
        "tokens": [tokens.token(operator, request.user, one.page.choices) for operator in operators],
        "ticked": ticked,
        "words": words,
        "facets": drawn,
        "is_filtered": is_filtered,
        "rebuilding": rebuilding,
        "best_url": address(str(query), "best"),
        "newest_url": address(str(query), "newest"),
        "filters_url": address(str(query), found.order, **({} if is_filtered else {"filters": 1})) + "#filters",
        "more": min(PAGE_SIZE, found.total - found.number * PAGE_SIZE),
        "extras": slots.filled("search.actions"),
    }
    if found.number < found.pages:
        shown["next_url"] = address(str(query), found.order, page=found.number + 1)
    if found.instead:
        written = spelling.spelt((word for words in found.instead.values() for word in words), viewer=request.user)
        instead = {
            asked: [written[word] for word in words if word in written] for asked, words in found.instead.items()
        }
        shown["instead"] = [(asked, words) for asked, words in instead.items() if words]
    if query.has_words and not found.total and not found.is_stale and not found.is_cut_off:
        better = spelling.did_you_mean(viewer=request.user, query=query)
        if better:
            shown["better_text"], shown["better_count"] = str(better.query), better.count
            shown["better_url"] = address(str(better.query), found.order)
    return shown


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What the palette lists for ``q``; without words, what stands at the addresses ``visited`` in this browser."""
    wait = limits.seconds_to_wait(request.user, "suggest", limits.SUGGESTIONS)
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    sections, marker = palette.sections(
        viewer=request.user, text=request.GET.get("q", ""), visited=request.GET.getlist("visited")
    )
    return render(request, "search/_suggestions.html", {"sections": sections, "marker": marker})


def address(text: str, order: str = "best", **more: object) -> str:
    """The address of a query: the same for the same search, so that it can be kept and sent."""
    asked = {"q": text, **({"order": order} if order != "best" else {}), **more}
    return f"{reverse('search:results')}?{urlencode(asked)}"


def _without(text: str, dropped: str) -> str:
    """``text`` less the operator written ``dropped``."""
    try:
        operators, rest = tokens.split(parse(text))
    except QueryError:
        return text
    return tokens.compose([str(operator) for operator in operators if str(operator) != dropped], rest)


def _number(request: HttpRequest) -> int:
    return min(whole_number(request.GET.get("page", ""), 1), 10_000)


def _is_more(request: HttpRequest) -> bool:
    return bool(request.htmx) and request.htmx.target == "hits"


def _template(request: HttpRequest) -> str:
    return "search/_found.html" if request.htmx and request.htmx.target == "found" else "search/results.html"
