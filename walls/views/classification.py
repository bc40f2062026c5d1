"""Classify what nobody has filed yet: shares per wall, and a list to work off, many threads at once."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from groups.models import Space
from kit.fields import takes
from people.models import Person
from topics import queries as topics
from topics.models import Topic
from walls import classified, listing, rights
from walls import services as walls
from walls.models import Kind, Thread
from walls.services.classification import KEEP

PAGE = 50
AT_ONCE = 200


@require_GET
def share_list(request: HttpRequest) -> HttpResponse:
    """Every wall one keeps order on, the one with the most left to do first."""
    shares = classified.shares(request.user)
    if not shares:
        raise Http404
    return render(request, "walls/classification.html", {"shares": shares})


def _wall_or_404(viewer: Person, public_id: str) -> Space:
    space = classified.walls_run_by(viewer).filter(public_id=public_id).first()
    if space is None:
        raise Http404
    return space


@require_http_methods(["GET", "POST"])
@takes("show", "thread", "kind", "topic", "tags", "label")
def work_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """The threads without a topic (or all), with check boxes and one change for those ticked."""
    space = _wall_or_404(request.user, public_id)
    show = "all" if "all" in (request.GET.get("show"), request.POST.get("show")) else "unclassified"
    if request.method == "POST":
        _classify(request, classified.to_work_off(request.user, space, show="all"))
        return redirect(f"{request.path}?show={show}")
    threads = classified.to_work_off(request.user, space, show=show)
    rows = listing.dress(listing.for_rows(threads, request.user).newest_activity_first()[: PAGE + 1], request.user)
    context = {
        "space": space,
        "share": classified.share_of(request.user, space),
        "threads": rows[:PAGE],
        "is_full": len(rows) > PAGE,
        "show": show,
        "branches": topics.tree(),
        "kinds": [kind for kind in rights.kinds_for(request.user, space) if kind != Kind.PRAISE],
        "labels": rights.labels_for(request.user, space),
    }
    return render(request, "walls/classification_work.html", context)


def _classify(request: HttpRequest, threads: QuerySet[Thread]) -> None:
    given = request.POST
    wanted = {"kind": given.get("kind") or KEEP, "label": given.get("label") or KEEP, "topic": KEEP}
    if given.get("topic") == "none":
        wanted["topic"] = None
    elif given.get("topic"):
        wanted["topic"] = Topic.objects.in_use().filter(public_id=given["topic"]).first()
        if wanted["topic"] is None:
            messages.error(request, _("This topic is no longer in use. Choose another one."))
            return
    tags = given.get("tags", "").replace(",", " ").split()
    chosen = list(threads.filter(public_id__in=given.getlist("thread")[:AT_ONCE]).prefetch_related("tags"))
    if not chosen:
        messages.error(request, _("No thread was ticked. Nothing was changed."))
        return
    if not tags and all(value is KEEP for value in wanted.values()):
        messages.error(request, _("No change was chosen. Nothing was changed."))
        return
    done, refused = walls.reclassify_many(editor=request.user, threads=chosen, add_tags=tags, **wanted)
    if done:
        said = ngettext("%(count)d thread was classified.", "%(count)d threads were classified.", len(done))
        messages.success(request, said % {"count": len(done)})
    for thread, reason in refused[:5]:
        messages.error(request, _("“%(thread)s” was not changed. %(reason)s") % {"thread": thread, "reason": reason})


def block_of_group(request: HttpRequest, space: Space) -> SafeString:
    """The part of a group's page for managers: how much is filed, and the way to the list."""
    share = classified.share_of(request.user, space)
    # SECURITY: a rendered template of ours.
    return mark_safe(render_to_string("walls/_classification_share.html", {"share": share}, request=request))
