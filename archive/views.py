"""Break-glass and the log, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archive import queries, services
from archive.forms import AccessForm
from archive.models import AccessRequest
from archive.reading import newest_lines, state_of_log
from kit import times
from kit.fields import takes
from kit.forms import accepts
from people.administration import admin_tabs, administrators_only
from people.requests import SignedIn


@takes(*AccessForm.base_fields)
@administrators_only
@require_http_methods(["GET", "POST"])
def access(request: SignedIn) -> HttpResponse:
    """What waits, what runs, what is over; and the form to ask."""
    form = AccessForm(request.POST if request.method == "POST" else None)

    def ask() -> None:
        services.ask_for_access(administrator=request.user, **form.cleaned_data)

    if request.method == "POST" and accepts(form, ask):
        messages.success(request, _("Your request waits for another administrator."))
        return redirect("archive:admin-access")
    context = {
        "form": form,
        "lines": queries.lines(request.user),
        "decides_from": times.full(since) if (since := services.decides_from(request.user)) else "",
        "others": list(queries.other_administrators(request.user).order_by("folded")[:20]),
        "section_tabs": admin_tabs("access", request.user),
    }
    return render(request, "archive/access.html", context, status=422 if form.errors else 200)


@administrators_only
@require_POST
def access_do(request: SignedIn, public_id: str, verb: str) -> HttpResponse:
    """Approve, refuse, withdraw or end one."""
    verbs = {
        "approve": (services.approve_access, _("Approved. It is written in the log.")),
        "refuse": (services.refuse_access, _("Refused. It is written in the log.")),
        "withdraw": (services.withdraw_access_request, _("Your request is withdrawn.")),
        "end": (services.end_access, _("The access is over. The managers of the group are told.")),
    }
    if verb not in verbs:
        raise Http404
    act, done = verbs[verb]
    try:
        act(administrator=request.user, request=get_object_or_404(AccessRequest, public_id=public_id))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except PermissionDenied as refusal:
        raise Http404 from refusal
    else:
        messages.success(request, done)
    return redirect("archive:admin-access")


@administrators_only
@require_GET
def log(request: SignedIn) -> HttpResponse:
    """The newest entries of the log, and whether it is as it was written."""
    context = {"lines": newest_lines(), "log": state_of_log(), "section_tabs": admin_tabs("log", request.user)}
    return render(request, "archive/log.html", context)
