"""How a person is told: of everything, and of each group."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groups import policy
from groups.models import Space
from kit.fields import takes
from notifications import queries, services
from notifications.forms import GroupLevelForm, ToldForm
from people import services as people
from people.queries import person_again


@takes(*ToldForm.base_fields)
def told(request: HttpRequest) -> HttpResponse:
    """What is told at all, and of which groups more or less than usual."""
    form = ToldForm(request.POST or None, instance=person_again(request.user))
    if request.method == "POST" and form.is_valid():
        people.change_preferences(person=request.user, **form.cleaned_data)
        messages.success(request, _("Your preferences are saved."))
        return redirect("notifications:told")
    context = {"form": form, "section": "told", "wishes": [_of_one(wish) for wish in queries.wishes_of(request.user)]}
    return render(request, "notifications/told.html", context)


def _of_one(wish: queries.GroupWish) -> dict[str, object]:
    form = GroupLevelForm(initial={"level": wish.level}, auto_id=f"level-{wish.space.public_id}-%s")
    return {"space": wish.space, "form": form}


@require_POST
@takes(*GroupLevelForm.base_fields, "next")
def group_level(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hear more or less of one group; then back to where it was said."""
    space = get_object_or_404(policy.spaces_for(request.user), public_id=public_id)
    try:
        services.set_level(person=request.user, space=space, level=request.POST.get("level", ""))
    except ValidationError:
        return HttpResponse(status=422)
    said = {"group": space.name, "level": queries.level_in(request.user, space).label}
    messages.success(request, _("%(group)s: %(level)s.") % said)
    return redirect("notifications:told" if request.POST.get("next") == "told" else space.get_absolute_url())


def aside_of_group(request: HttpRequest, space: Space) -> SafeString:
    """Beside a group's wall: how much its reader wants to hear of it."""
    context = {"space": space, "form": GroupLevelForm(initial={"level": queries.level_in(request.user, space)})}
    # SECURITY: a rendered template of ours.
    return mark_safe(render_to_string("notifications/_group_level.html", context, request=request))
