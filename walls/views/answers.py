"""How a refused form answers, and where a finished one goes: the same with and without script."""

from __future__ import annotations

import json
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from walls.models import Post, Thread
from walls.services import Refused


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To where the form says it came from (``next``), if that is a page of ours."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(otherwise)


def post_address(post: Post, thread: Thread) -> str:
    """The page of the thread around ``post``."""
    return f"{thread.get_absolute_url()}?post={post.number}#post-{post.public_id}"


def with_refusal(response: HttpResponse, refused: Refused) -> HttpResponse:
    """``response`` with the refusal's status, its words for scripts, and when to try again."""
    response.status_code = refused.status
    response["X-Refusal"] = quote(json.dumps({"title": refused.sentence, "text": ""}))
    if refused.retry_after:
        response["Retry-After"] = str(refused.retry_after)
    return response


def refusal_only(refused: Refused) -> HttpResponse:
    """The refusal for a script: its words and status, nothing else; the page keeps the text."""
    return with_refusal(HttpResponse(refused.sentence, content_type="text/plain; charset=utf-8"), refused)
