"""What happened while somebody was away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from kit import clock
from kit.fields import takes
from notifications import news, queries, services
from notifications.models import Visit
from walls import listing

NEEDS_SHOWN = 20


@require_GET
def away(request: HttpRequest) -> HttpResponse:
    """What needs one first, what was announced and answered, then place by place where most was written."""
    viewer, until = request.user, listing.version_now()
    since = news.since_for(viewer)
    needs = list(news.needing(viewer).select_related(*queries.SHOWN)[: NEEDS_SHOWN + 1])
    found = news.of(viewer, since=since, but={entry.thread_id for entry in needs if entry.thread_id})
    visit = Visit.objects.filter(person=viewer).first()
    context = {
        "since": since,
        "was_away": bool(visit and visit.is_recent),
        "needs": needs[:NEEDS_SHOWN],
        "has_more_needs": len(needs) > NEEDS_SHOWN,
        "news": found,
        "is_empty": not needs and found.is_empty,
        "until": until,
    }
    return render(request, "notifications/away.html", context)


@require_POST
@takes("until")
def away_read(request: HttpRequest) -> HttpResponse:
    """All of it is read, up to the moment at which the page was drawn; the answer offers to undo it."""
    until = listing.moment_of(request.POST.get("until", "")) or clock.now()
    count = services.catch_up(person=request.user, until=min(until, clock.now()))
    said = ngettext("%(count)d thing is read.", "%(count)d things are read.", count) % {"count": count}
    messages.success(request, said, extra_tags="undo:/inbox/away/unread/" if count else "")
    return redirect("notifications:away")


@require_POST
def away_unread(request: HttpRequest) -> HttpResponse:
    """Undo of reading all of it."""
    services.take_back_catch_up(person=request.user)
    return redirect("notifications:away")
