"""What we answer differently from django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from people import limits, services
from people.models import Person


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up, no word about who exists, a limit that says when to try again."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by invitation."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: our pages post forms and get pages."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """True for a page under the very name one came by, and for no other name in PARVIS_HOSTS."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """The person, or None; raises LimitReached. A try that succeeds is not counted."""
        usage = limits.take(request, "login_failed", key=credentials.get("email", ""))
        person = authenticate(request, **credentials)
        if person is not None:
            usage.rollback()
        return person

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        """Never asked: a closed account does not pass ``authenticate``."""
        raise AssertionError("a closed account came through authenticate")

    def set_password(self, user: Person, password: str) -> None:
        """Set it, and end every other session."""
        services.change_password(person=user, password=password, besides=self.request.session.session_key or "")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our views say what has to be said."""
