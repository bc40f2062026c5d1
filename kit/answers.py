"""Answers made of kept bytes: sent by ourselves, or by the front server once the rule was asked."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from kit import blobs


def blob_answer(sha256: str, *, content_type: str) -> HttpResponse:
    """The bytes called ``sha256``; FileNotFoundError when they are not here, StoreAway when nobody can say.

    With ``PARVIS_ACCEL`` the body is empty and ``X-Accel-Redirect`` names the file to nginx, which sends it under the
    headers of this answer. SECURITY: the caller has asked the rule, as for every other answer.
    """
    if not settings.ACCEL:
        return HttpResponse(blobs.get(sha256), content_type=content_type)
    answer = HttpResponse(content_type=content_type)
    # A browser that asks for this address itself gets "nothing at this address".
    answer["X-Accel-Redirect"] = blobs.store().accel_address(sha256)
    return answer
