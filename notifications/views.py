"""The inbox: one entry per thread; what needs you first."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kit.fields import takes
from notifications import queries, services


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What the person was told and has not put away."""
    tab = "mentions" if request.GET.get("tab") == "mentions" else "all"
    entries = queries.inbox(request.user)
    if tab == "mentions":
        entries = entries.filter(reason="mention")
    shown = list(entries[: queries.PAGE])
    needs, follows = queries.sections(shown)
    unread = [entry for entry in shown if entry.read_at is None]
    context = {
        "needs": needs,
        "needs_unread": sum(entry.read_at is None for entry in needs),
        "follows": follows,
        "unread": unread,
        "unread_posts": sum(entry.count for entry in unread),
        "tab": tab,
        "is_full": len(shown) == queries.PAGE,
    }
    template = "notifications/_inbox.html" if request.htmx and not request.htmx.boosted else "notifications/inbox.html"
    return render(request, template, context)


@require_GET
def inbox_count(request: HttpRequest) -> HttpResponse:
    """The badge's number, for a page that comes back after a lost connection."""
    return JsonResponse({"unread": queries.unread_count(request.user)})


@require_POST
@takes("entry")
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark the entries that were on the screen as read, and no others."""
    services.mark_read(person=request.user, public_ids=request.POST.getlist("entry")[: queries.PAGE])
    return redirect("notifications:inbox")


@require_POST
def entry_done(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put one entry away; the answer offers to bring it back."""
    if not services.mark_done(person=request.user, public_id=public_id):
        raise Http404
    if request.htmx:
        return render(request, "notifications/_done.html", {"public_id": public_id})
    return redirect("notifications:inbox")


@require_POST
def entry_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring an entry back that was put away."""
    if not services.bring_back(person=request.user, public_id=public_id):
        raise Http404
    if request.htmx:
        entry = queries.inbox(request.user).filter(public_id=public_id).first()
        if entry is not None:
            return render(request, "notifications/_entry.html", {"entry": entry})
    return redirect("notifications:inbox")
