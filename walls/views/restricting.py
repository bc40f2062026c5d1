"""Taking a thread from its readers and giving it to named ones: who could read before, who can after, then the deed."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import policy
from groups.views.picking import FIELDS as PICKER_FIELDS
from groups.views.picking import Picked, picked
from kit.fields import takes
from walls import restrictions, rights
from walls import services as walls
from walls.models import Thread
from walls.services import Refused
from walls.views.answers import with_refusal
from walls.views.marks import find


@require_http_methods(["GET", "POST"])
@takes(*PICKER_FIELDS, "count")
def thread_restrict(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose the readers, see who loses and who gains the thread, restrict it."""
    thread = find(request.user, public_id)
    if not (policy.can(request.user, "write", thread) and rights.may_restrict(request.user, thread)):
        raise PermissionDenied
    picker = _picker(request, thread)
    refused = None
    if request.method == "POST" and not {"find", "count"} & request.POST.keys():
        try:
            walls.restrict_thread(editor=request.user, thread=thread, readers=picker.chosen)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("Only the named readers can read this thread now."))
            return HttpResponseRedirect(thread.get_absolute_url())
    context = {
        "thread": thread,
        "picker": picker,
        "refused": refused,
        "preview": restrictions.restriction(request.user, thread, picker.chosen),
    }
    if request.htmx and "find" in request.POST:
        return render(request, "groups/_picked.html", context)
    if request.htmx and "count" in request.POST:
        return render(request, "walls/_restriction.html", context)
    response = render(request, "walls/thread_restrict.html", context)
    return with_refusal(response, refused) if refused else response


def _picker(request: HttpRequest, thread: Thread) -> Picked:
    """The people picker; while nothing is typed it proposes who wrote in the thread."""
    picker = picked(request, restrictions.who_can_be_named(request.user, thread))
    if picker.q:
        return picker
    chosen = {person.pk for person in picker.chosen}
    wrote = restrictions.who_wrote(request.user, thread).exclude(pk__in=chosen).by_name()
    return Picked(picker.q, picker.chosen, list(wrote[:12]), is_more=False)
