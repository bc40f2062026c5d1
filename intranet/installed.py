"""Parvis among the apps of a device: what it says of itself, its worker, the offline page, what is shared to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import loader
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kit import assets
from kit.fields import takes
from people import queries

#: what other apps may send, by the name of its field (w3.org/TR/web-share-target, as browsers do it)
SHARED = ("title", "text", "url", "pictures")


def _language_asked(request: HttpRequest) -> str:
    """The language in the address, where it is one of ours; else the visitor's."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a device shows of Parvis, in the language of the page that named it; the company as at the sign-in page."""
    language = _language_asked(request)
    with translation.override(language):
        answer = JsonResponse(_manifest(language), content_type="application/manifest+json")
    answer["Content-Language"] = language
    return answer


def _manifest(language: str) -> dict[str, object]:
    company = queries.company().name
    colours = assets.colours()
    return {
        "id": "/",
        "name": f"Parvis · {company}" if company and company != "Parvis" else "Parvis",
        "short_name": "Parvis",
        "description": _("The walls of your company: what goes on, who knows, what was decided."),
        "lang": language,
        "dir": "auto",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": colours["surface"]["light"],
        "background_color": colours["canvas"]["light"],
        "categories": ["business", "productivity", "social"],
        "icons": [
            _picture("app-192.png", 192, purpose="any"),
            _picture("app-512.png", 512, purpose="any"),
            _picture("app-maskable-192.png", 192, purpose="maskable"),
            _picture("app-maskable-512.png", 512, purpose="maskable"),
        ],
        "shortcuts": [
            _shortcut(_("New thread"), "walls:thread-create", "shortcut-write.png"),
            _shortcut(_("Inbox"), "notifications:inbox", "shortcut-inbox.png"),
            _shortcut(_("Search"), "search:results", "shortcut-search.png"),
        ],
        "share_target": {
            "action": reverse("share"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "pictures", "accept": ["image/*"]}],
            },
        },
    }


def _picture(name: str, size: int, **more: str) -> dict[str, str]:
    return {"src": assets.asset_url(name), "sizes": f"{size}x{size}", "type": "image/png", **more}


def _shortcut(name: str, url_name: str, picture: str) -> dict[str, object]:
    return {"name": name, "url": reverse(url_name), "icons": [_picture(picture, 96)]}


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker as the build made it; at the root, for it may only rule what is below its address."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


def _worker() -> bytes:
    path = Path(settings.BASE_DIR) / "static" / "dist" / "sw.js"
    try:
        return _kept(path, path.stat().st_mtime)
    except FileNotFoundError as before_the_first_build:
        raise Http404 from before_the_first_build


@cache
def _kept(path: Path, _changed: float) -> bytes:
    return path.read_bytes()


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a device shows where there is no connection. Each device keeps it: nothing of anybody is in it.

    SECURITY: drawn without the request, so that neither a person nor the company can come into it.
    """
    language = _language_asked(request)
    with translation.override(language):
        page = loader.render_to_string("offline.html", {"request": None, "languages": settings.LANGUAGES})
    answer = HttpResponse(page)
    answer["Content-Language"] = language
    return answer


# SECURITY: no token comes from another app, and none is needed: nothing is written or kept here.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@takes(*SHARED)
def share(request: HttpRequest) -> HttpResponse:
    """Where other apps send to. The device's worker takes it in on its way; without one it is dropped, and said."""
    lost = "?shared=lost" if request.method == "POST" else ""
    return HttpResponseRedirect(reverse("walls:thread-create") + lost)
