"""How the machinery is: the queue of facts, and what other apps report of themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from kit import clock, facts, slots
from kit.fields import takes
from kit.health import BAD, GOOD, LATE, HealthLine
from kit.models import Fact
from people.administration import admin_tabs, administrators_only
from people.requests import SignedIn

SHOWN = 50


def _behind() -> str:
    """What to do when background work lags: on servers it is done by processes of their own."""
    if settings.IS_EMBEDDED:
        return _("Background work lags: look at the log of the server.")
    return _("Background work lags: see that a worker and the clock run, and look at their logs.")


def queue_lines() -> list[HealthLine]:
    """What waits in the outbox."""
    backlog = facts.backlog()
    oldest = Fact.objects.filter(heard_at=None, dead_at=None).order_by("told_at").first()
    age = int((clock.now() - oldest.told_at).total_seconds()) if oldest else 0
    waiting = ngettext("%(count)d fact waits", "%(count)d facts wait", backlog["waiting"]) % {
        "count": backlog["waiting"]
    }
    since = ngettext("the oldest since %(count)d second", "the oldest since %(count)d seconds", age) % {"count": age}
    return [
        HealthLine(
            name=_("Background work"),
            found=f"{waiting}, {since}" if oldest else _("Nothing waits."),
            state=LATE if age > 60 else GOOD,
            advice=_behind() if age > 60 else "",
        ),
        HealthLine(
            name=_("Tried again"),
            found=ngettext("%(count)d fact failed once or more", "%(count)d facts failed once or more", backlog["late"])
            % {"count": backlog["late"]},
            state=LATE if backlog["late"] else GOOD,
        ),
        HealthLine(
            name=_("Given up"),
            found=ngettext("%(count)d fact was given up", "%(count)d facts were given up", backlog["dead"])
            % {"count": backlog["dead"]},
            state=BAD if backlog["dead"] else GOOD,
            advice=_("Mend the cause first, then try them again.") if backlog["dead"] else "",
        ),
    ]


@administrators_only
@require_GET
def health(request: SignedIn) -> HttpResponse:
    """Lines by app, and the facts that were given up, without a word of what people wrote."""
    lines = [*queue_lines(), *(line for ask in slots.filled("health") for line in ask())]
    dead = [(fact, facts.public_id_of(fact)) for fact in facts.dead()[:SHOWN]]
    context = {"lines": lines, "dead": dead, "section_tabs": admin_tabs("health", request.user)}
    return render(request, "people/admin/health.html", context)


@administrators_only
@require_POST
@takes("fact")
def facts_retry(request: SignedIn) -> HttpResponse:
    """Give every given-up fact, or the one named in the form, a new set of attempts."""
    count = facts.retry_dead(request.POST.get("fact", ""))
    said = ngettext("%(count)d fact is tried again.", "%(count)d facts are tried again.", count) % {"count": count}
    messages.success(request, said)
    return redirect("people:admin-health")
