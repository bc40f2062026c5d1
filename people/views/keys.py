"""The list of shortcuts, and the page where one gives them other keys."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kit.fields import takes
from kit.forms import accepts
from people import services, shortcuts
from people.forms.keys import FIELDS, KeysForm
from people.requests import SignedIn


@require_safe
def key_list(request: SignedIn) -> HttpResponse:
    """Every shortcut with one's own keys; the same list that ``?`` opens as a dialog."""
    template = "people/_key_list.html" if request.htmx else "people/key_list.html"
    context = {"sections": shortcuts.listed(request.user), "are_single_on": request.user.has_single_keys}
    return render(request, template, context)


@takes(*FIELDS, "reset")
def keys(request: SignedIn) -> HttpResponse:
    """Give shortcuts other keys, all of them their first ones, or switch them off."""
    if request.method == "POST" and "reset" in request.POST:
        services.reset_keys(person=request.user)
        messages.success(request, _("Every shortcut has its first keys again."))
        return redirect("people:keys")
    first = {**shortcuts.keys_of(request.user), "has_single_keys": request.user.has_single_keys}
    form = KeysForm(request.POST or None, initial=first)

    def save() -> None:
        services.set_keys(person=request.user, keys=form.keys)
        services.change_preferences(person=request.user, has_single_keys=form.cleaned_data["has_single_keys"])

    if request.method == "POST" and accepts(form, save):
        messages.success(request, _("Your keys are saved."))
        return redirect("people:keys")
    context = {"form": form, "section": "preferences", "has_own": bool(request.user.own_keys)}
    return render(request, "people/keys.html", context, status=422 if form.is_bound else 200)
