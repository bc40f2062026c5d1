"""Pictures: sending one, and seeing one. The rule is asked for every byte, whatever the method or the range."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kit import pictures as workshop
from kit.answers import blob_answer
from kit.fields import takes
from people.models import Person
from walls import services as walls
from walls.models import Picture
from walls.services import Refused


@require_POST
@takes("picture")
def picture_create(request: HttpRequest) -> HttpResponse:
    """Keep one picture; the answer is the Markdown that shows it."""
    file = request.FILES.get("picture")
    try:
        if file is None:
            raise Refused("no-picture", _("No picture came with this."))
        if file.size > workshop.MAX_BYTES:
            refusal = workshop.PictureRefused("bytes", found=file.size, limit=workshop.MAX_BYTES)
            raise Refused("picture-bytes", walls.picture_refusal(refusal))
        picture = walls.add_picture(uploader=request.user, content=file.read())
    except Refused as refused:
        response = JsonResponse({"error": refused.sentence, "help": ""}, status=refused.status)
        if refused.retry_after:
            response["Retry-After"] = str(refused.retry_after)
        return response
    words = " ".join(file.name.rsplit(".", 1)[0].replace("_", " ").split())[:80]
    words = "".join(letter for letter in words if letter not in "[]()\\")
    return JsonResponse({"markdown": f"![{words}](picture:{picture.public_id})", "id": picture.public_id})


def readable_picture(viewer: Person, public_id: str) -> Picture:
    """The picture if ``viewer`` may see it now: their own unsent one, or one in a standing post they may read."""
    own = Picture.objects.filter(public_id=public_id, post=None, uploaded_by=viewer).first()
    if own is not None and viewer.may_act:
        return own
    # SECURITY: a deleted post takes its pictures with it; the thread's space and label decide for the rest.
    picture = Picture.objects.readable_by(viewer).filter(public_id=public_id, post__deleted_at=None).first()
    if picture is None:
        raise Http404
    return picture


@require_safe
def picture_show(request: HttpRequest, public_id: str, size: str = "") -> HttpResponse:
    """The bytes. No shared cache keeps them; a browser asks again each time, so a lost right counts at once."""
    picture = readable_picture(request.user, public_id)
    try:
        kept = picture.thumbnail_sha256 if size == "small" else picture.sha256
        response = blob_answer(kept, content_type=workshop.MADE_TYPE)
    except FileNotFoundError as gone:
        raise Http404 from gone
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
