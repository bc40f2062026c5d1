"""The least a page and a post can be: one indexed query of 50 rows, one insert; the same middleware, no frame."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.template import engines
from django.urls import clear_url_caches, path

from kit.fields import takes
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


@takes("body")
def insert(request) -> HttpResponse:
    """One row with the text that was sent, in one transaction."""
    text = request.POST["body"]
    with transaction.atomic():
        newest = Post.objects.order_by("-pk").only("thread_id", "number")[0]
        Post.objects.create(
            thread_id=newest.thread_id,
            number=newest.number + 1_000_000,
            author=request.user,
            source=text,
            html=text,
            text=text,
        )
    return HttpResponse(text)


def add_to_urls() -> None:
    """Serve them at ``/bare/`` beside the product, in this process only."""
    from intranet import urls

    urls.urlpatterns[:0] = [path("bare/", bare), path("bare/insert/", insert)]
    clear_url_caches()
