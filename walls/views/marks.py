"""Following, muting, saving, reading: what one person keeps about a thread."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kit.direction import isolated
from kit.fields import takes
from kit.numbers import whole_number
from people.models import Person
from walls import services as walls
from walls.models import Thread
from walls.views.answers import back


def find(viewer: Person, public_id: str) -> Thread:
    """A readable thread, bare; Http404 otherwise."""
    return get_object_or_404(Thread.objects.readable_by(viewer).select_related("space"), public_id=public_id)


VERBS: dict[str, Callable[..., None]] = {
    "follow": walls.follow,
    "unfollow": walls.unfollow,
    "mute": walls.mute,
    "save": walls.save,
    "unsave": walls.unsave,
}


@require_POST
@takes("next")
def thread_mark(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Follow, unfollow, mute, save or unsave; what takes a thread out of sight offers to undo."""
    thread = find(request.user, public_id)
    VERBS[verb](person=request.user, thread=thread)
    undone = {
        "unfollow": ("follow", _("You no longer follow “%(title)s”.")),
        "mute": ("unfollow", _("“%(title)s” is muted: only a mention reaches you.")),
        "unsave": ("save", _("“%(title)s” is no longer among your saved threads.")),
    }.get(verb)
    if undone:
        text = undone[1] % {"title": isolated(str(thread))}
        messages.success(request, text, extra_tags=f"undo:/threads/{thread.public_id}/{undone[0]}/")
    return back(request, thread.get_absolute_url())


@require_POST
@takes("number", "next")
def thread_read(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything up to post ``number`` was read; sent by the page as posts come into view."""
    thread = find(request.user, public_id)
    reached = whole_number(request.POST.get("number", ""), thread.last_number)
    walls.mark_read(person=request.user, thread=thread, number=reached)
    if request.htmx:
        return HttpResponse(status=204)
    return back(request, thread.get_absolute_url())


@require_POST
@takes("number", "next")
def thread_unread(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo of reading: the mark goes back to ``number``."""
    thread = find(request.user, public_id)
    number = whole_number(request.POST.get("number", ""))
    walls.mark_unread(person=request.user, thread=thread, number=number)
    return back(request, thread.get_absolute_url())


@require_POST
@takes("thread", "next")
def feed_read(request: HttpRequest) -> HttpResponse:
    """Mark exactly the threads that were shown as read ("Mark these 6 as read")."""
    shown = request.POST.getlist("thread")[:100]
    threads = list(Thread.objects.readable_by(request.user).filter(public_id__in=shown))
    walls.mark_all_read(person=request.user, threads=threads)
    return back(request, "/")
