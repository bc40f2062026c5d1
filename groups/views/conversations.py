"""Private conversations: their list, starting one, one of them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from groups import queries, services
from groups.views.finding import attempt, conversation_or_404
from groups.views.members import _confirm
from groups.views.picking import FIELDS as PICKER_FIELDS
from groups.views.picking import picked
from kit import slots
from kit.fields import takes


@require_GET
def direct_list(request: HttpRequest) -> HttpResponse:
    """One's conversations, the one with the newest post first."""
    talks = queries.talks_of(request.user)
    return render(request, "groups/direct_list.html", {"talks": talks})


@require_http_methods(["GET", "POST"])
@takes(*PICKER_FIELDS)
def direct_create(request: HttpRequest) -> HttpResponse:
    """Choose people and talk; the same people, the same conversation."""
    picker = picked(request, queries.visible_people(request.user).exclude(pk=request.user.pk))
    error = ""
    if request.method == "POST" and "find" not in request.POST:
        try:
            space = services.start_conversation(starter=request.user, people=picker.chosen)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            return redirect(space)
    if request.htmx and "find" in request.POST:
        return render(request, "groups/_picked.html", {"picker": picker})
    context = {"picker": picker, "error": error}
    return render(request, "groups/direct_create.html", context, status=422 if error else 200)


@require_GET
def direct_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One conversation; what is said in it comes from the walls."""
    space = conversation_or_404(request.user, public_id)
    wall = [show(request, space) for show in slots.filled("group.wall")]
    if request.htmx and "after" in request.GET:
        return HttpResponse("".join(wall))
    people = [row.person for row in queries.members_of(space)]
    context = {
        "space": space,
        "people": people,
        "title": queries.talk_name(people, request.user),
        "has_guests": any(person.is_guest for person in people),
        "wall": wall,
    }
    return render(request, "groups/direct_detail.html", context)


@require_http_methods(["GET", "POST"])
def direct_leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask, then go out for good."""
    space = conversation_or_404(request.user, public_id)
    if request.method == "POST":
        return attempt(
            request,
            lambda: services.leave_conversation(person=request.user, space=space),
            done=_("You left the conversation."),
            then=reverse("groups:direct-list"),
        )
    text = _("You can no longer read it, and nobody can bring you back. The others keep what was said.")
    return _confirm(request, _("Leave this conversation?"), text, _("Leave"), space.get_absolute_url())
