"""The state of a thread, its classification, its place."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import policy
from kit.fields import takes
from topics import queries as topics
from topics.models import Topic
from walls import places, rights
from walls import services as walls
from walls.models import Kind, Status
from walls.services import Refused
from walls.views.answers import back, refusal_only, with_refusal
from walls.views.marks import find


@require_POST
@takes("status", "next")
def thread_status(request: HttpRequest, public_id: str) -> HttpResponse:
    """Open, close or archive; done at once, with undo."""
    thread = find(request.user, public_id)
    before = thread.status
    try:
        after = walls.change_status(by=request.user, thread=thread, status=request.POST.get("status", ""))
    except Refused as refused:
        return refusal_only(refused)
    said = {
        Status.CLOSED: _("This thread is closed: it takes no more replies."),
        Status.ARCHIVED: _("This thread is archived: it stays findable and takes no more replies."),
    }.get(after.status)
    if said and before != after.status:
        messages.success(request, said, extra_tags=f"undo:/threads/{thread.public_id}/reopen/")
    return back(request, thread.get_absolute_url())


@require_POST
@takes("next")
def thread_reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo of closing and archiving."""
    thread = find(request.user, public_id)
    walls.change_status(by=request.user, thread=thread, status=Status.OPEN)
    return back(request, thread.get_absolute_url())


@require_POST
def thread_unaccept(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take the accepted answer back."""
    thread = walls.unaccept_answer(by=request.user, thread=find(request.user, public_id))
    return HttpResponseRedirect(thread.get_absolute_url())


@require_POST
@takes("next")
def thread_pin(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Pin or unpin."""
    thread = find(request.user, public_id)
    (walls.pin if verb == "pin" else walls.unpin)(by=request.user, thread=thread)
    return back(request, thread.get_absolute_url())


@require_POST
@takes("next")
def thread_vote(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Give or take back one's voice for an idea."""
    thread = find(request.user, public_id)
    try:
        (walls.vote if verb == "vote" else walls.unvote)(voter=request.user, thread=thread)
    except Refused as refused:
        return refusal_only(refused)
    return back(request, thread.get_absolute_url())


@require_http_methods(["GET", "POST"])
@takes("kind", "topic", "tags", "label")
def thread_classify(request: HttpRequest, public_id: str) -> HttpResponse:
    """Kind, topic, tags and label of one thread."""
    thread = find(request.user, public_id)
    if not (policy.can(request.user, "write", thread) and rights.may_shape(request.user, thread)):
        raise PermissionDenied
    refused = None
    if request.method == "POST":
        try:
            walls.reclassify(
                editor=request.user,
                thread=thread,
                kind=request.POST.get("kind", thread.kind),
                topic=_topic(request.POST.get("topic", "")),
                tags=request.POST.get("tags", "").replace(",", " ").split(),
                label=request.POST.get("label", thread.label),
            )
        except Refused as error:
            refused = error
        else:
            return HttpResponseRedirect(thread.get_absolute_url())
    given = request.POST if refused else None
    context = {
        "thread": thread,
        "refused": refused,
        "kinds": [
            kind
            for kind in rights.kinds_for(request.user, thread.space)
            if kind != Kind.PRAISE or thread.kind == Kind.PRAISE
        ],
        "labels": rights.labels_for(request.user, thread.space),
        "branches": topics.tree(),
        "kind": given["kind"] if given else thread.kind,
        "topic": given["topic"] if given else (thread.topic.public_id if thread.topic else ""),
        "tags": given["tags"] if given else " ".join(tag.name for tag in thread.tags.all()),
        "label": given["label"] if given else thread.label,
    }
    response = render(request, "walls/thread_classify.html", context)
    return with_refusal(response, refused) if refused else response


def _topic(public_id: str) -> Topic | None:
    if not public_id:
        return None
    topic = Topic.objects.in_use().filter(public_id=public_id).first()
    if topic is None:
        raise Refused("topic-retired", _("This topic is no longer in use. Choose another one."))
    return topic


@require_http_methods(["GET", "POST"])
@takes("space")
def thread_move(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put the thread on another wall; who reads it afterwards is said before."""
    thread = find(request.user, public_id)
    if not (policy.can(request.user, "write", thread) and rights.may_shape(request.user, thread)):
        raise PermissionDenied
    refused = None
    if request.method == "POST":
        space = policy.spaces_for(request.user, "write").filter(public_id=request.POST.get("space", "")).first()
        if space is None:
            raise Http404
        try:
            walls.move_thread(mover=request.user, thread=thread, space=space)
        except Refused as error:
            refused = error
        else:
            return HttpResponseRedirect(thread.get_absolute_url())
    context = {"thread": thread, "refused": refused, "places": places.places_for(request.user, but=thread.space)}
    response = render(request, "walls/thread_move.html", context)
    return with_refusal(response, refused) if refused else response
