"""Sending a reply."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groups.queries import AudienceLine
from kit.fields import takes
from walls import services as walls
from walls.fragments import post_fragment
from walls.models import Post, Thread
from walls.pages import audience_of, find_thread, find_thread_to_answer, thread_page
from walls.services import Refused
from walls.views.answers import post_address, refusal_only, with_refusal
from walls.views.threads import render_thread


@require_POST
@takes("body", "quotes", "submission_key", "audience", "place")
def reply_create(request: HttpRequest, public_id: str) -> HttpResponse:
    """Post a reply: the post as HTML for the script, else back to the thread; refused, the text comes back."""
    thread = find_thread_to_answer(request.user, public_id)
    source = request.POST.get("body", "")
    try:
        _refuse_unseen_readers(request, thread)
        post = walls.reply(
            author=request.user,
            thread=thread,
            source=source,
            quotes=_quoted(thread, request.POST.get("quotes", "")),
            submission_key=request.POST.get("submission_key", ""),
        )
    except Refused as refused:
        if request.htmx:
            return refusal_only(refused)
        page = thread_page(request.user, find_thread(request.user, public_id), anchor=thread.last_number)
        page.reply.update(source=source, quotes=request.POST.get("quotes", ""))
        return with_refusal(render_thread(request, page, refused=refused), refused)
    if thread.draft:
        walls.drop_draft(author=request.user, place=f"thread:{thread.public_id}")
    if request.htmx:
        post.thread.accepted_id = thread.accepted_id
        response = HttpResponse(post_fragment(post, viewer=request.user))
        response["X-Thread-Version"] = str(post.version)
        return response
    return HttpResponseRedirect(post_address(post, thread))


def _quoted(thread: Thread, public_id: str) -> Post | None:
    return thread.posts.filter(public_id=public_id).first() if public_id else None


def _refuse_unseen_readers(request: HttpRequest, thread: Thread) -> None:
    """Refuse once when guests have come since the form was drawn; sent again, the writer has seen it."""
    shown = request.POST.get("audience", "")
    if not shown:
        return
    audience = audience_of(thread)
    seen = request.session.get("readers_seen", {})
    if not has_widened(audience, shown) or seen.get(thread.public_id) == audience_token(audience):
        return
    request.session["readers_seen"] = {**dict(list(seen.items())[-20:]), thread.public_id: audience_token(audience)}
    raise Refused(
        "readers-widened",
        _("%(readers)s Your text was written for fewer readers. Send it again if that is right.")
        % {"readers": str(audience)},
        status=409,
    )


def audience_token(audience: AudienceLine) -> str:
    """What a form remembers of the readers it named."""
    return f"{audience.employees}:{audience.guests}"


def has_widened(audience: AudienceLine, shown: str) -> bool:
    """True when guests read now and the form named none."""
    guests = shown.partition(":")[2]
    return audience.guests > 0 and guests == "0"
