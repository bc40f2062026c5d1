"""The pages for what went wrong. Missing, hidden and forbidden are one answer: the same status, headers and bytes."""

from __future__ import annotations

import json
import sys
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from intranet import outages

# Never given back on a page, whatever the form was.
_SECRET = ("password", "csrf", "token", "key")


def _frame(request) -> str:
    return "base.html" if request.user.is_authenticated else "base_plain.html"


def not_found(request, exception=None) -> HttpResponse:
    """ "Nothing at this address": for what is missing, for what is hidden, and for what the viewer may not open."""
    request.is_lost = True
    # SECURITY: neither the address nor the reason reaches the page, so that the three cases are the same bytes.
    return render(request, "404.html", {"frame": _frame(request)}, status=404)


def forbidden(request, exception=None) -> HttpResponse:
    """The same answer as for what does not exist."""
    return not_found(request)


def bad_request(request, exception=None) -> HttpResponse:
    """The browser sent something no form of ours makes."""
    return HttpResponse(loader.render_to_string("400.html", {"request": None}), status=400)


@sensitive_variables()
def kept_texts(request) -> list[str]:
    """What the person wrote into the form that was refused, to be given back; secrets left out."""
    return [
        text
        for name, texts in request.POST.lists()
        for text in texts
        if len(text) > 1 and ("\n" in text or " " in text) and not any(secret in name.lower() for secret in _SECRET)
    ]


def _say_to_scripts(response: HttpResponse, *, title: str, text: str) -> HttpResponse:
    """Tell the page's script what to say in place of the refused form (``static/src/notices.js``)."""
    response["X-Refusal"] = quote(json.dumps({"title": title, "text": text}))
    return response


def form_expired(request, reason="") -> HttpResponse:
    """The page was open so long, or signed in anew elsewhere, that its form can no longer be trusted."""
    title = _("Not sent: this page was open too long")
    text = _("Nothing was changed. Go back, reload the page and send again.")
    context = {"frame": _frame(request), "title": title, "text": text, "kept": kept_texts(request)}
    return _say_to_scripts(render(request, "form_expired.html", context, status=403), title=title, text=text)


def unknown_form(request, *, status: int = 400) -> HttpResponse:
    """The form has a field that no form of ours has, or is no form at all; what was written comes back."""
    title = _("Not sent: this is not a form we made")
    text = _("Nothing was changed. Reload the page and send again.")
    context = {"frame": _frame(request), "title": title, "text": text, "kept": kept_texts(request)}
    return _say_to_scripts(render(request, "form_expired.html", context, status=status), title=title, text=text)


def too_many(request, exception=None, *, limit: str = "", retry_after: int = 60) -> HttpResponse:
    """A limit was reached: says which, when to try again (also as ``Retry-After``), and gives the text back."""
    minutes = -(-retry_after // 60)
    wait = (
        ngettext("Try again in %(count)d second.", "Try again in %(count)d seconds.", retry_after)
        % {"count": retry_after}
        if retry_after < 60
        else ngettext("Try again in %(count)d minute.", "Try again in %(count)d minutes.", minutes) % {"count": minutes}
    )
    limit = limit or _("Too many tries in a short time")
    context = {"frame": _frame(request), "limit": limit, "wait": wait, "kept": kept_texts(request)}
    response = _say_to_scripts(render(request, "429.html", context, status=429), title=limit, text=wait)
    response["Retry-After"] = str(retry_after)
    return response


def service_away(request, *, is_store: bool = False) -> HttpResponse:
    """503 in the visitor's language, with ``Retry-After`` and the text given back; asks the database for nothing.

    What is away is the database, or with ``is_store`` the place for pictures and files.
    """
    with translation.override(translation.get_language_from_request(request)):
        title = _("Parvis is resting for a moment")
        text = (
            _("Pictures and files can't be kept or fetched at the moment. Nothing was changed: try again in a minute.")
            if is_store
            else _(
                "Its database can't be reached. What was sent before is safe, and this page comes back by itself when "
                "you reload it. If you were just sending something, send it again: it will not be there twice."
            )
        )
        return _resting(request, title, text)


def disk_full(request) -> HttpResponse:
    """503 as above, for what could not be kept because the disk of the files is full."""
    with translation.override(translation.get_language_from_request(request)):
        title = _("There is no room for files at the moment")
        text = _("The server's disk is full. Nothing was kept of what you just sent; send it again later.")
        return _resting(request, title, text)


def _resting(request, title: str, text: str) -> HttpResponse:
    kept = kept_texts(request) if request.method == "POST" else []
    page = loader.render_to_string("503.html", {"request": None, "title": title, "text": text, "kept": kept})
    response = _say_to_scripts(HttpResponse(page, status=503), title=title, text=text)
    response["Content-Language"] = translation.get_language()
    response["Retry-After"] = str(outages.RETRY_AFTER)
    response["Cache-Control"] = "no-store, private"
    # Django would log a traceback for every page meanwhile; `outages` says it once.
    response._has_been_logged = True
    return response


def server_error(request) -> HttpResponse:
    """Something of ours broke: a page that needs neither the database nor a session."""
    error = sys.exc_info()[1]
    if outages.is_disk_full(error):
        outages.note_full_disk()
        return disk_full(request)
    is_store = outages.is_store_away(error)
    if is_store or outages.is_database_away(error):
        outages.note(error)
        return service_away(request, is_store=is_store)
    return HttpResponse(loader.render_to_string("500.html", {"request": None}), status=500)
