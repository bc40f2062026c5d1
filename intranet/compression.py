"""Pages go out compressed: a feed shrinks to a fifth, and the embedded profile has no front server to do it."""

from __future__ import annotations

from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

# PERF: below this the gain is less than a packet.
LEAST = 1_000
# SECURITY: so many random bytes at most blur the length, which would tell of a secret compressed beside reflected text
# (BREACH; padded as Django's own middleware does). SameSite cookies keep other sites from asking at all.
PADDING = 200
TYPES = (
    "text/html",
    "text/javascript",
    "application/json",
    "application/manifest+json",
    "text/calendar",
    "application/atom+xml",
)


def compressed_pages(get_response):
    """Compress text answers for browsers that take it; pictures, files and streams go as they are."""

    def middleware(request):
        response = get_response(request)
        if response.streaming or response.has_header("Content-Encoding") or len(response.content) < LEAST:
            return response
        if not response.headers.get("Content-Type", "").startswith(TYPES):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        response.content = compress_string(response.content, max_random_bytes=PADDING)
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "gzip"
        return response

    return middleware
