"""The company: its name, sign, languages, and who may create groups."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kit.answers import blob_answer
from kit.fields import takes
from kit.forms import accepts
from people import queries, services
from people.administration import admin_tabs, administrators_only
from people.forms import CompanyForm, LogoForm
from people.photos import why_refused
from people.requests import SignedIn


@administrators_only
@takes(*CompanyForm.base_fields)
def company(request: SignedIn) -> HttpResponse:
    """Change what holds for everybody."""
    form = CompanyForm(request.POST or None, instance=queries.company())
    if request.method == "POST" and accepts(
        form, lambda: services.change_company(by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The company is saved."))
        return redirect("people:admin-company")
    return _page(request, form, LogoForm())


@administrators_only
@require_POST
@takes(*LogoForm.base_fields, "remove")
def logo_set(request: SignedIn) -> HttpResponse:
    """A new sign, or none."""
    if "remove" in request.POST:
        services.set_logo(by=request.user, content=None)
        messages.success(request, _("The logo is removed."))
        return redirect("people:admin-company")
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        reason = why_refused(
            lambda content: services.set_logo(by=request.user, content=content), form.cleaned_data["logo"]
        )
        if not reason:
            messages.success(request, _("The logo is shown from now on."))
            return redirect("people:admin-company")
        form.add_error("logo", reason)
    return _page(request, CompanyForm(instance=queries.company()), form, status=422)


def _page(request: SignedIn, form: CompanyForm, logo_form: LogoForm, *, status: int = 200) -> HttpResponse:
    tabs = admin_tabs("company", request.user)
    context = {"form": form, "logo_form": logo_form, "section_tabs": tabs, "saved": queries.company()}
    return render(request, "people/admin/company.html", context, status=status)


@login_not_required
@require_safe
def logo(request: HttpRequest, version: str) -> HttpResponse:
    """The company's sign; it stands on the sign-in page, so it is for everybody."""
    kept = queries.company().logo
    if not kept or kept[:16] != version:
        raise Http404
    try:
        answer = blob_answer(kept, content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
