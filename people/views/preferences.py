"""A person's own pages: what they say of themselves, how they are shown things, where they are signed in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from allauth.usersessions.models import UserSession  # isort: skip
from kit.fields import takes
from kit.forms import accepts
from people import devices, queries, services
from people.forms import PhotoForm, PreferencesForm, ProfileForm, offered_languages
from people.photos import why_refused
from people.requests import SignedIn
from people.services.sessions import session_name


@takes(*PreferencesForm.base_fields)
def preferences(request: SignedIn) -> HttpResponse:
    """Language, theme, time zone, shortcuts."""
    company = queries.company()
    person = queries.person_again(request.user)
    form = PreferencesForm(request.POST or None, instance=person, company=company)
    if request.method == "POST" and form.is_valid():
        services.change_preferences(person=request.user, **form.cleaned_data)
        with translation.override(request.user.language):
            messages.success(request, _("Your preferences are saved."))
        return redirect("people:preferences")
    return render(request, "people/preferences.html", {"form": form, "section": "preferences"})


@require_POST
@takes("theme", "language", "density", "next")
def preference_set(request: SignedIn) -> HttpResponse:
    """One preference alone, from the menu of the frame; then back to the page it was pressed on."""
    wishes = {name: request.POST[name] for name in ("theme", "language", "density") if name in request.POST}
    if wishes.get("language") and wishes["language"] not in offered_languages(queries.company()):
        return HttpResponse(status=422)
    try:
        services.change_preferences(person=request.user, **wishes)
    except ValidationError:
        return HttpResponse(status=422)
    if request.htmx:
        return HttpResponse(status=204)
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "/")


@takes(*ProfileForm.base_fields)
def profile(request: SignedIn) -> HttpResponse:
    """What one says of oneself; the photo is a form of its own."""
    person = queries.person_again(request.user)
    form = ProfileForm(request.POST or None, instance=person)

    def save() -> None:
        # The form has written into its instance: the verb compares with the row as it is.
        services.change_person(by=request.user, person=queries.person_again(request.user), **form.cleaned_data)

    if request.method == "POST" and accepts(form, save):
        messages.success(request, _("Your profile is saved."))
        return redirect("people:profile")
    context = {"form": form, "photo_form": PhotoForm(), "section": "profile"}
    return render(request, "people/profile.html", context)


@require_POST
@takes(*PhotoForm.base_fields, "remove")
def photo_set(request: SignedIn) -> HttpResponse:
    """A new photo, or none."""
    if "remove" in request.POST:
        services.remove_photo(by=request.user, person=request.user)
        messages.success(request, _("Your photo is removed."))
        return redirect("people:profile")
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        reason = why_refused(
            lambda content: services.set_photo(by=request.user, person=request.user, content=content),
            form.cleaned_data["photo"],
        )
        if not reason:
            messages.success(request, _("Your photo is shown from now on."))
            return redirect("people:profile")
        form.add_error("photo", reason)
    context = {"form": ProfileForm(instance=request.user), "photo_form": form, "section": "profile"}
    return render(request, "people/profile.html", context, status=422)


@takes("session", "everywhere")
def sessions(request: SignedIn) -> HttpResponse:
    """Where one is signed in; ends one session, or all."""
    mine = UserSession.objects.purge_and_list(request.user)
    if request.method == "POST":
        if "everywhere" in request.POST:
            services.end_sessions(person=request.user)
            logout(request)
            return redirect("account_login")
        chosen = request.POST.get("session", "")
        for row in mine:
            if session_name(row.session_key) == chosen:
                services.end_session(person=request.user, session_key=row.session_key)
                messages.success(request, _("Signed out there."))
        return redirect("usersessions_list")
    rows = [
        {
            "name": session_name(row.session_key),
            "device": devices.said(row.user_agent),
            "address": row.ip,
            "seen_at": row.last_seen_at,
            "began_at": row.created_at,
            "is_here": row.session_key == request.session.session_key,
        }
        for row in sorted(mine, key=lambda row: row.last_seen_at, reverse=True)
    ]
    rows.sort(key=lambda row: not row["is_here"])
    return render(request, "usersessions/usersession_list.html", {"rows": rows, "section": "sessions"})
