"""What holds for every request, in small functions."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.contrib.auth import logout
from django.utils import timezone, translation

from intranet import errors
from kit import fields
from kit.limits import LimitReached


def private_answers(get_response):
    """Say ``no-store`` on everything but static files: answers are private, errors too. No other site may embed one."""

    def middleware(request):
        response = get_response(request)
        # SECURITY: a shared cache must keep neither a page nor the news that it was refused.
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        # SECURITY: a page of another site may not even load a picture of ours to learn whether it is there.
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return middleware


def closed_accounts(get_response):
    """End the session of an account that was closed, or of a guest whose time is over, at its next request."""

    def middleware(request):
        person = request.user
        if person.is_authenticated and not person.may_sign_in:
            logout(request)
        return get_response(request)

    return middleware


def viewer_language_and_zone(get_response):
    """Speak the viewer's language and time zone; before sign-in the cookie's, the browser's, then English."""

    def middleware(request):
        person = request.user
        if person.is_authenticated:
            language = person.language
            zone = person.time_zone
        else:
            language, zone = translation.get_language_from_request(request), settings.TIME_ZONE
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            try:
                timezone.activate(zoneinfo.ZoneInfo(zone))
            except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                timezone.deactivate()
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        timezone.deactivate()
        return response

    return middleware


class Limits:
    """Answer a limit that was reached, wherever it was reached, with the one 429 page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, LimitReached):
            return errors.too_many(request, limit=exception.sentence, retry_after=exception.retry_after)
        return None


class KnownForms:
    """Refuse a NUL anywhere, a form with a field that its door never sends, and a body that is no form.

    Comes after everything that asks who it is: the answer is the same whatever is at the address.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if fields.has_nul(request):
            return errors.bad_request(request)
        if request.method == "POST":
            if request.content_type and request.content_type not in fields.FORMS:
                return errors.unknown_form(request, status=415)
            if fields.unknown(request, view):
                return errors.unknown_form(request)
        return None
