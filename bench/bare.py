"""The least a page can be: one indexed query, 50 rows, the same middleware, a template without a frame."""

from __future__ import annotations

from django.http import HttpResponse
from django.template import engines
from django.urls import clear_url_caches, path

from walls.models import Post

_template = None
SOURCE = (
    "<!doctype html><title>Bare</title><ul>{% for post in posts %}<li><b>{{ post.number }}</b> {{ post.posted_at }}"
    " {{ post.html|safe }}</li>{% endfor %}</ul>{{ request.user.display_name }}"
)


def bare(request) -> HttpResponse:
    """50 posts by their primary key."""
    global _template
    _template = _template or engines["django"].from_string(SOURCE)
    posts = list(Post.objects.order_by("-pk")[:50])
    return HttpResponse(_template.template.render(_context(request, posts)))


def _context(request, posts):
    from django.template import Context

    return Context({"posts": posts, "request": request})


def add_to_urls() -> None:
    """Serve it at ``/bare/`` beside the product, in this process only."""
    from intranet import urls

    urls.urlpatterns.insert(0, path("bare/", bare))
    clear_url_caches()
