"""Topics as everybody sees them: the tree, one topic with what is filed under it, following."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kit import slots
from kit.fields import takes
from topics import queries, services
from topics.models import Topic


@require_GET
def topic_list(request: HttpRequest) -> HttpResponse:
    """The whole tree with how much of each topic the viewer may read, and what they follow."""
    followed = {key for key, label in queries.labels_for(request.user).items() if label.is_followed}
    context = {"branches": queries.tree(viewer=request.user), "followed": followed}
    return render(request, "topics/topic_list.html", context)


@require_GET
def topic_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is filed under a topic and below it; a merged topic leads to the one it went into."""
    topic = get_object_or_404(Topic.objects.select_related("merged_into"), public_id=public_id)
    if topic.merged_into is not None:
        return redirect(topic.merged_into)
    wall = [show(request, topic) for show in slots.filled("topic.wall")]
    if request.htmx and "after" in request.GET:
        # "Show 30 more": the part knows, and gives its rows only.
        return HttpResponse("".join(wall))
    branches = {branch.topic.pk: branch for branch in queries.tree(viewer=request.user, has_retired=True)}
    branch = branches[topic.pk]
    context = {
        "topic": topic,
        "branch": branch,
        "below": [child for child in branch.in_order[1:] if child.topic.retired_at is None and child.parent is branch],
        "is_followed": queries.follows(request.user, topic),
        "wall": wall,
    }
    return render(request, "topics/topic_detail.html", context)


@require_POST
@takes("follow", "unfollow")
def topic_follow(request: HttpRequest, public_id: str) -> HttpResponse:
    """Follow, or no longer: the button says which."""
    topic = get_object_or_404(Topic, public_id=public_id)
    try:
        if "unfollow" in request.POST:
            services.unfollow_topic(person=request.user, topic=topic)
        else:
            services.follow_topic(person=request.user, topic=topic)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(topic)
    if request.htmx:
        context = {"topic": topic, "is_followed": queries.follows(request.user, topic)}
        answer = render(request, "topics/_follow.html", context)
        said = _("You follow this topic.") if context["is_followed"] else _("You no longer follow this topic.")
        answer["HX-Trigger"] = _announcing(said)
        return answer
    return redirect(topic)


def _announcing(sentence: str) -> str:
    # A header carries no accents: JSON escapes them.
    return json.dumps({"announce": sentence})
