"""The search page beside the least a search page can be: the same index, the same middleware and session."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.template import Context, engines
from django.urls import clear_url_caches, path
from django_htmx.middleware import HtmxDetails

from bench.pages import Site, cpu, line
from search import queries, views
from search.engines.deadline import Deadline
from search.engines.matching import Gate
from search.findables import findable
from search.language import parse
from walls.models import Post

MUST = 3.0
SOURCE = (
    "<!doctype html><title>Bare</title><ul>{% for post in posts %}<li><b>{{ post.thread.title }}</b> {{ post.author }}"
    " {{ post.posted_at }} {{ post.text }}</li>{% endfor %}</ul>{{ request.user.display_name }}"
)
_kept = {}


def bare(request) -> HttpResponse:
    """The best posts for ``q`` in the product's own index: no rights, threads, count, facets or marks, no frame."""
    template = _kept.setdefault("bare", engines["django"].from_string(SOURCE).template)
    query = parse(request.GET["q"])
    weights = queries.backend().match(query.clauses, findable("thread"), Gate(numbers=None), Deadline(10)).weights
    best = _best(weights)
    posts = Post.objects.select_related("author", "thread").in_bulk(best)
    return HttpResponse(template.render(Context({"posts": [posts[key] for key in best], "request": request})))


def _best(weights) -> list[int]:
    if not hasattr(weights, "statement"):
        return sorted(weights, key=lambda key: (-weights[key], key))[: queries.PAGE_SIZE]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pk FROM ({weights.statement}) found ORDER BY weight DESC, pk LIMIT {queries.PAGE_SIZE}",
            weights.parameters,
        )
        return [row[0] for row in cursor.fetchall()]


def part(request) -> HttpResponse:
    """What a page asks for while one ticks facets: field, facets and results without the frame."""
    request.META |= {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "found"}
    request.__dict__.pop("headers", None)
    request.htmx = HtmxDetails(request)
    return views.results(request)


def lines(application, viewer, asked: dict[str, str]) -> Iterator[str]:
    """CPU of one request each, for every text of ``asked``."""
    from intranet import urls

    urls.urlpatterns[:0] = [path("bare-search/", bare), path("part-of-search/", part)]
    clear_url_caches()
    site = Site(application, viewer)

    def ask(where: str, text: str) -> None:
        # Thirty searches a minute are the limit of one person.
        cache.delete(f"search:search:{viewer.pk}")
        site.get(f"{where}?q={text.replace(' ', '+')}")

    for name, text in asked.items():
        least = cpu(lambda text=text: ask("/bare-search/", text))
        yield line(f"search page, {name}", cpu(lambda text=text: ask("/search/", text)), least, MUST)
        yield line("  without the frame", cpu(lambda text=text: ask("/part-of-search/", text)), least)
