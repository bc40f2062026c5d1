"""A tag's page: what carries it, as far as the viewer may read."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kit import slots
from topics import queries
from topics.models import Tag


@require_GET
def tag_detail(request: HttpRequest, name: str) -> HttpResponse:
    """The threads with a tag; nothing at all where the viewer may read none of them."""
    tag = Tag.objects.filter(name=name, merged_into=None).first()
    counts = queries.tag_counts_for(request.user)
    # SECURITY: a tag of hidden threads only and a word nobody ever used are the same nothing. A merged tag leads
    # nowhere for the same reason: where it leads would tell that the old word was in use.
    count = counts.get(tag.pk if tag else 0, 0)
    if tag is None or not count:
        raise Http404
    wall = [show(request, tag) for show in slots.filled("tag.wall")]
    if request.htmx and "after" in request.GET:
        return HttpResponse("".join(wall))
    return render(request, "topics/tag_detail.html", {"tag": tag, "count": count, "wall": wall})
