"""Addresses: each app brings its own."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from intranet import installed, views

handler400 = "intranet.errors.bad_request"
handler403 = "intranet.errors.forbidden"
handler404 = "intranet.errors.not_found"
handler429 = "intranet.errors.too_many"
handler500 = "intranet.errors.server_error"

urlpatterns = [
    path("account/", include("people.account_urls")),
    path("", include("people.urls")),
    path("", include("profiles.urls")),
    path("", include("notifications.urls")),
    path("", include("groups.urls")),
    path("", include("walls.urls")),
    path("", include("topics.urls")),
    path("", include("search.urls")),
    path("", include("archive.urls")),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("sw.js", installed.worker, name="worker"),
    path("offline/", installed.offline, name="offline"),
    path("share/", installed.share, name="share"),
]
if settings.HAS_STYLEGUIDE:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))
