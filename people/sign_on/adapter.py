"""Where django-allauth asks us: which provider there is, whom it lets in, and what a failure looks like."""

from __future__ import annotations

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from people.models import Person
from people.queries import provider_id
from people.services import sign_on
from people.sign_on.asking import Asking
from people.sign_on.provider import SignOnProvider

logger = logging.getLogger("parvis.sign_on")


class SocialAdapter(DefaultSocialAccountAdapter):
    """One provider, no sign-up form, no joining by mail address."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Ours, or none: providers never come out of the database."""
        try:
            return [SignOnProvider.of_settings(request).app]
        except SocialApp.DoesNotExist:
            return []

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> SignOnProvider:
        """The company's provider; raises SocialApp.DoesNotExist for any other."""
        if provider != provider_id():
            raise SocialApp.DoesNotExist
        return SignOnProvider.of_settings(request)

    def get_requests_session(self) -> Asking:
        """How the provider is asked."""
        return Asking()

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Person:
        """Untouched: our service makes the account."""
        return sociallogin.user

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: whoever may come in has an account before allauth asks."""
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """SECURITY: never. An address can be given away, taken over or made up; the subject can't."""
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Our services tell facts; mails follow them."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Put the person who may come in into ``sociallogin``, or answer at once with why not."""
        state, claims = sociallogin.state, sociallogin.claims
        # SECURITY: the answer is to the question this browser asked.
        if not constant_time_compare(str(claims.get("nonce", "")), str(state.get("nonce") or "-")):
            raise ImmediateHttpResponse(failed(request, "the nonce of the id_token is another"))
        identity = sign_on.Identity(provider=provider_id(), subject=claims["sub"], claims=claims)
        if state.get("binds"):
            raise ImmediateHttpResponse(self._bind(request, identity, state["binds"]))
        try:
            person = sign_on.admit(
                identity=identity,
                link=state.get("link") or "",
                invitation=state.get("invitation") or "",
                language=get_language() or "",
            )
        except (ValidationError, IntegrityError):
            raise ImmediateHttpResponse(failed(request, "two tabs made one account; the other was first")) from None
        if person is None:
            raise ImmediateHttpResponse(not_let_in(request))
        # Kept in the session: it is no session of a password, and does not end with those.
        person.backend = "people.backends.VouchedBackend"
        sociallogin.user = person
        sociallogin.account = sign_on.account_of(identity)
        request.came_by_sign_on = True

    def _bind(self, request: HttpRequest, identity: sign_on.Identity, person_key: int) -> HttpResponse:
        """Join ``identity`` to who asked for it, while they are signed in here."""
        if not (request.user.is_authenticated and request.user.pk == person_key):
            return not_let_in(request)
        try:
            sign_on.bind(person=request.user, identity=identity)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("From now on you can sign in with your company account."))
        return redirect("people:sign-on-own")

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        **_more: Any,
    ) -> None:
        """A page of ours, and one sentence in the log."""
        if error == AuthError.CANCELLED:
            messages.info(request, _("You did not sign in with your company account."))
            raise ImmediateHttpResponse(redirect("account_login"))
        if exception is None:
            said = "the provider says it" if "error" in request.GET else "no question of this browser belongs to it"
            raise ImmediateHttpResponse(stale(request, said))
        raise ImmediateHttpResponse(failed(request, _reason(exception)))


def _reason(exception: Exception) -> str:
    """What the log may hold: our own sentences, and of others only the kind."""
    said = str(exception)
    is_ours = isinstance(exception, OAuth2Error) and not said.startswith("Error retrieving access token")
    return said if is_ours else f"the provider refused the exchange ({type(exception).__name__})"


def failed(request: HttpRequest, reason: str) -> HttpResponse:
    """The page for a sign-on that broke on the way; ``reason`` is for the log."""
    logger.error("Signing in with the provider failed: %s", reason)
    return render(request, "people/sign_on/failed.html", status=503)


def stale(request: HttpRequest, reason: str) -> HttpResponse:
    """The same page for an answer anybody can make up, also with the back button: nothing to wake somebody for."""
    logger.info("An answer of the provider was not taken: %s", reason)
    return render(request, "people/sign_on/failed.html", status=400)


def not_let_in(request: HttpRequest) -> HttpResponse:
    """SECURITY: one answer for a closed account, for a taken address, for a stranger, and for a missing claim."""
    context = {"has_passwords": settings.LOCAL_SIGN_IN != "no"}
    return render(request, "people/sign_on/not_let_in.html", context, status=403)
