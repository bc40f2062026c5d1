"""The inbox: one entry per thread; what needs you first."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from kit.fields import takes
from notifications import news, queries, services
from notifications.models import Notification

TABS = ("all", "mentions", "done")


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What the person was told and has not put away; of the tab ``done``, what they did."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "all"
    entries = queries.put_away(request.user) if tab == "done" else queries.inbox(request.user)
    if tab == "mentions":
        entries = entries.filter(reason="mention")
    shown = list(entries[: queries.PAGE])
    unread = [entry for entry in shown if entry.read_at is None] if tab != "done" else []
    context = {
        "entries": shown,
        "sections": queries.Sections.of(shown),
        "unread": unread,
        "unread_posts": sum(entry.count for entry in unread),
        "tab": tab,
        "is_full": len(shown) == queries.PAGE,
        "mail_words": queries.mail_words(request.user),
        "away": news.offer(request.user) if tab == "all" else None,
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
    shown = request.POST.getlist("entry")[: queries.PAGE]
    if moment := services.mark_read(person=request.user, public_ids=shown):
        said = ngettext("%(count)d entry is read.", "%(count)d entries are read.", len(shown)) % {"count": len(shown)}
        messages.success(request, said, extra_tags=f"undo:/inbox/unread/{moment}/")
    return redirect("notifications:inbox")


@require_POST
def inbox_unread(request: HttpRequest, moment: int) -> HttpResponse:
    """Undo of marking as read: what was marked at that moment is unread again."""
    services.mark_unread(person=request.user, moment=moment)
    return redirect("notifications:inbox")


@require_POST
def entry_done(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put one entry away; the answer offers to bring it back."""
    if not services.mark_done(person=request.user, public_id=public_id):
        raise Http404
    if request.htmx:
        return render(request, "notifications/_done.html", {"public_id": public_id, "undo": "notifications:entry-back"})
    return redirect("notifications:inbox")


@require_POST
def entry_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring an entry back that was put away."""
    if not services.bring_back(person=request.user, public_id=public_id):
        raise Http404
    return _back(request, public_id)


@require_POST
def entry_mute(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hear only mentions of this thread from now on, and put its entry away."""
    verb = services.mute(person=request.user, public_id=public_id)
    if verb is None:
        raise Http404
    if request.htmx:
        context = {"public_id": public_id, "undo": "notifications:entry-unmute", "fields": {"verb": verb}}
        return render(request, "notifications/_done.html", context)
    messages.success(request, _("Muted: only a mention reaches you."))
    return redirect("notifications:inbox")


@require_POST
@takes("verb")
def entry_unmute(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo of muting: ``verb`` says how the thread was followed before."""
    if not services.unmute(person=request.user, public_id=public_id, verb=request.POST.get("verb", "")):
        raise Http404
    return _back(request, public_id)


def _back(request: HttpRequest, public_id: str) -> HttpResponse:
    """The entry that came back, in its place; without script the whole inbox."""
    entry: Notification | None = None
    if request.htmx:
        entry = queries.inbox(request.user).filter(public_id=public_id).first()
    if entry is None:
        return redirect("notifications:inbox")
    return render(request, "notifications/_entry.html", {"entry": entry})
