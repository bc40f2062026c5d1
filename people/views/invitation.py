"""The page behind an invitation link."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters

from kit.fields import takes
from people import limits, queries, services
from people.forms import AcceptForm, offered_languages


@sensitive_post_parameters("password")
@login_not_required
@takes(*AcceptForm.base_fields)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account a link promises, and go in."""
    usage = limits.take(request, "invitation", key=token)
    promised = services.open_invitation(token)
    if promised is None:
        return _opens_nothing(request)
    # Only links that open nothing count: a whole office may come in by its links on one morning, from one address.
    usage.rollback()
    initial = {"display_name": promised.display_name}
    form = AcceptForm(request.POST or None, initial=initial, invited_mail=promised.email)
    has_password = settings.LOCAL_SIGN_IN == "yes" or (settings.LOCAL_SIGN_IN == "guests" and not promised.is_employee)
    if request.method == "POST" and has_password and form.is_valid():
        try:
            person = services.accept_account_invitation(
                token=token,
                display_name=form.cleaned_data["display_name"],
                password=form.cleaned_data["password"],
                email=form.cleaned_data.get("email", ""),
                language=get_language(),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if person is None:
                return _opens_nothing(request)
            if request.user.is_authenticated:
                logout(request)
            login(request, person, backend="people.backends.MailBackend")
            return redirect("people:profile")
    context = {
        "form": form,
        "invitation": promised,
        "token": token,
        "sign_on": settings.OIDC_NAME if settings.HAS_SIGN_ON else "",
        "has_password": has_password,
        "is_alone": not has_password,
        "languages": offered_languages(queries.company()),
    }
    return render(request, "people/invitation.html", context)


def _opens_nothing(request: HttpRequest) -> HttpResponse:
    """SECURITY: the same answer for a link that is used, withdrawn, over or was never made."""
    return render(request, "people/invitation_closed.html", status=404)
