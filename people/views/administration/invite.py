"""Inviting one person, or many from a list that is first judged line by line."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kit.fields import takes
from people import bulk, services
from people.administration import admin_tabs, administrators_only
from people.forms import InviteForm, ManyForm
from people.models import AccountInvitation
from people.requests import SignedIn
from people.views.administration.people import language_of_mails


@administrators_only
@takes(*InviteForm.base_fields)
def invite(request: SignedIn) -> HttpResponse:
    """Invite one person; the page then shows the link, for where no mail arrives."""
    form = InviteForm(request.POST or None, initial={"language": language_of_mails(), "kind": "employee"})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        is_employee = said.pop("kind") == "employee"
        if is_employee:
            said.update(employer="", ends_on=None)
        try:
            invitation = services.invite_to_company(by=request.user, is_employee=is_employee, **said)
        except ValidationError as error:
            form.add_error("email" if getattr(error, "code", "") == "mail taken" else None, error)
        else:
            return redirect(f"{reverse('people:admin-invite')}?made={invitation.public_id}")
    made = AccountInvitation.objects.filter(public_id=request.GET.get("made", ""), invited_by=request.user).first()
    context = {
        "form": form,
        "made": made if made and made.is_open else None,
        "link": services.invitation_link(made) if made and made.is_open else "",
        "section_tabs": admin_tabs("people", request.user),
    }
    return render(request, "people/admin/invite.html", context)


@administrators_only
@takes(*ManyForm.base_fields, "confirm")
def invite_many(request: SignedIn) -> HttpResponse:
    """Read a list, say what would happen to each line, and do it when that is confirmed."""
    form = ManyForm(request.POST or None, request.FILES or None)
    lines: list[bulk.Line] = []
    if request.method == "POST" and form.is_valid():
        try:
            lines = bulk.read(form.cleaned_data["text"], language=language_of_mails())
        except ValidationError as error:
            form.add_error(None, error)
        if lines and "confirm" in request.POST:
            return _invite_lines(request, lines)
    context = {
        "form": form,
        "lines": lines,
        "good": [line for line in lines if not line.refusal],
        "refused": [line for line in lines if line.refusal],
        "text": form.cleaned_data.get("text", "") if form.is_bound and form.is_valid() else "",
        "limit": bulk.LINES_LIMIT,
        "section_tabs": admin_tabs("people", request.user),
    }
    return render(request, "people/admin/invite_many.html", context)


def _invite_lines(request: SignedIn, lines: list[bulk.Line]) -> HttpResponse:
    """Invite every line that can be; each is a transaction of its own, and the report says how each ended."""
    for line in lines:
        if line.refusal:
            continue
        try:
            services.invite_to_company(
                by=request.user,
                email=line.email,
                display_name=line.display_name,
                is_employee=line.is_employee,
                employer=line.employer,
                ends_on=line.ends_on,
                language=line.language,
            )
        except ValidationError as error:
            line.refusal = " ".join(error.messages)
    good = [line for line in lines if not line.refusal]
    messages.success(
        request,
        ngettext("%(count)d person is invited.", "%(count)d people are invited.", len(good)) % {"count": len(good)},
    )
    if len(good) == len(lines):
        return redirect(f"{reverse('people:admin-people')}?state=invited")
    refused = [line for line in lines if line.refusal]
    context = {"good": good, "refused": refused, "is_done": True, "section_tabs": admin_tabs("people", request.user)}
    return render(
        request, "people/admin/invite_many.html", {**context, "lines": lines, "form": ManyForm(), "note": _("Done")}
    )
