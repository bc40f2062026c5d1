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
    counts = queries.tag_counts_for(request.user)
    # SECURITY: a tag of hidden threads only and a word nobody ever used are the same nothing, also to the database.
    # A merged tag leads nowhere for the same reason: where it leads would tell that the old word was in use.
    tag = Tag.objects.filter(name=name, pk__in=counts, merged_into=None).first()
    if tag is None:
        raise Http404
    count = counts[tag.pk]
    wall = [show(request, tag) for show in slots.filled("tag.wall")]
    if request.htmx and "after" in request.GET:
        return HttpResponse("".join(wall))
    return render(request, "topics/tag_detail.html", {"tag": tag, "count": count, "wall": wall})
