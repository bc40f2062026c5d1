"""The ways in that need no password: the company's provider, and links that work once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from kit import clock
from kit.fields import takes
from people import limits, one_time, services
from people.forms import ConnectForm
from people.models import Person
from people.requests import SignedIn
from people.sign_on.adapter import failed, stale
from people.sign_on.provider import SignOnAdapter, SignOnProvider


def _provider(request: HttpRequest) -> SignOnProvider:
    """The company's provider; without one there is nothing at these addresses."""
    try:
        return SignOnProvider.of_settings(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None


def _leave(request: HttpRequest, **carried: Any) -> HttpResponse:
    """Send the browser to the provider, with what the callback has to know kept in the session."""
    provider = _provider(request)
    limits.take(request, "sign_on", key="")
    nonce = get_random_string(32)
    try:
        answer = provider.redirect(request, AuthProcess.LOGIN, auth_params={"nonce": nonce}, nonce=nonce, **carried)
    except OAuth2Error as error:
        return failed(request, str(error))
    # WHY: docs/decisions/0150: a redirect would be refused by our own content policy, which lets forms go nowhere else.
    return render(request, "people/sign_on/leaving.html", {"address": answer["Location"]})


@login_not_required
@require_POST
@takes("next", "invitation")
def begin(request: HttpRequest) -> HttpResponse:
    """On the way to the provider, from the sign-in page or from an invitation."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return _leave(request, next_url=wanted if is_ours else None, invitation=request.POST.get("invitation", "")[:200])


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider: in, or told why not."""
    provider = _provider(request)
    # SECURITY: RFC 9207: an answer that says it is of another provider is not taken, whatever else is right with it.
    if request.GET.get("iss", settings.OIDC_URL).rstrip("/") != settings.OIDC_URL.rstrip("/"):
        return stale(request, "it is of another provider")
    try:
        answer = OAuth2CallbackView.adapter_view(SignOnAdapter(request, provider.sub_id))(request)
    except OAuth2Error as error:
        # The library asks what the provider is before it is ready for its failing.
        return failed(request, str(error))
    if request.user.is_authenticated and getattr(request, "came_by_sign_on", False):
        # SECURITY: who lost their account at the provider is out by then, also when nobody closed it here.
        request.session.set_expiry(clock.now() + dt.timedelta(hours=settings.OIDC_HOURS))
    return answer


@login_not_required
def link(request: HttpRequest, token: str) -> HttpResponse:
    """An administrator's link: connects one account with whoever signs in at the provider next, in this browser."""
    _provider(request)
    usage = limits.take(request, "invitation", key=token)
    person = one_time.person_of(token, one_time.BIND)
    if person is None:
        return render(request, "people/sign_on/link_closed.html", status=404)
    usage.rollback()
    if request.method == "POST":
        return _leave(request, link=token)
    return render(request, "people/sign_on/link.html", {"person": person, "sign_on": settings.OIDC_NAME})


@login_not_required
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """The link of ``manage.py sign_in_link``: in, once, without provider and without password."""
    usage = limits.take(request, "invitation", key=token)
    with transaction.atomic():
        person = one_time.person_of(token, one_time.ENTER, is_locked=True)
        if person is None:
            return render(request, "people/sign_on/link_closed.html", status=404)
        usage.rollback()
        if request.method != "POST":
            return render(request, "people/sign_on/entry.html", {"person": person})
        if request.user.is_authenticated:
            logout(request)
        # Signing in writes the moment of the last sign-in: from then on the link is another.
        login(request, person, backend="people.backends.VouchedBackend")
    request.session.set_expiry(0)
    return redirect("/")


@sensitive_post_parameters("password")
@takes(*ConnectForm.base_fields, "unlink")
def own(request: SignedIn) -> HttpResponse:
    """One's own account and the company account: connected or not, and how to change it."""
    _provider(request)
    person = request.user
    has_password = person.may_use_password and person.has_usable_password()
    form = ConnectForm(request.POST or None, person=person) if has_password else None
    if request.method == "POST":
        if form is None:
            raise Http404
        usage = limits.take(request, "login_failed", key=f"change:{person.pk}")
        if form.is_valid():
            usage.rollback()
            return _unlink(request, person) if "unlink" in request.POST else _leave(request, binds=person.pk)
    context = {
        "form": form,
        "is_bound": services.is_bound(person),
        "sign_on": settings.OIDC_NAME,
        "section": "sign-on",
    }
    return render(request, "people/sign_on/own.html", context)


def _unlink(request: SignedIn, person: Person) -> HttpResponse:
    try:
        services.unbind(by=person, person=person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("people:sign-on-own")
    logout(request)
    messages.success(request, _("The company account no longer opens your account."))
    return redirect("account_login")
