"""What managers do with a group as a whole: edit, open or hide, archive, hand over."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import queries, services
from groups.forms import GroupEditForm, HandOverForm, VisibilityForm
from groups.models import GROUP_TYPES
from groups.views.finding import attempt, group_or_404
from groups.views.group import GroupFrame
from kit import slots
from kit.direction import isolated
from kit.fields import takes


@require_http_methods(["GET", "POST"])
@takes(*GroupEditForm.base_fields)
def group_manage(request: HttpRequest, public_id: str) -> HttpResponse:
    """Name, purpose, label, guests; and the ways to the rest."""
    space = group_or_404(request.user, public_id, "manage")
    form = GroupEditForm(request.POST if request.method == "POST" else None, space=space)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_group(manager=request.user, space=space, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except PermissionDenied as refusal:
            raise Http404 from refusal
        else:
            return redirect(space)
    context = {
        "space": space,
        "frame": GroupFrame(space, request.user, "manage"),
        "form": form,
        "hand_over": HandOverForm(space=space, manager=request.user),
        "beside": [show(request, space) for show in slots.filled("group.manage")],
        "types": [{"key": kind, "text": kind.label, "is_current": kind == space.type} for kind in GROUP_TYPES],
    }
    return render(request, "groups/group_manage.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@takes(*VisibilityForm.base_fields)
def group_visibility(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a change of visibility does, in numbers; then the change itself."""
    space = group_or_404(request.user, public_id, "manage")
    form = VisibilityForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid() or form.cleaned_data["type"] == space.type:
        return redirect("groups:group-manage", space.public_id)
    wanted = form.cleaned_data["type"]
    if request.method == "POST":
        return attempt(
            request,
            lambda: services.change_visibility(manager=request.user, space=space, type=wanted),
            done={
                "open": _("%(group)s is open now."),
                "closed": _("%(group)s is closed now."),
                "hidden": _("%(group)s is hidden now."),
            }[wanted]
            % {"group": isolated(space.name)},
            then=reverse("groups:group-manage", args=[space.public_id]),
        )
    context = {
        "space": space,
        "frame": GroupFrame(space, request.user, "manage"),
        "preview": queries.visibility_preview(space, wanted),
    }
    return render(request, "groups/group_visibility.html", context)


@require_POST
def group_archive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make it read-only; undone in place."""
    space = group_or_404(request.user, public_id, "manage")
    return attempt(
        request,
        lambda: services.archive(manager=request.user, space=space),
        done=_("%(group)s is archived: it can be read and searched, not written to.") % {"group": isolated(space.name)},
        then=space.get_absolute_url(),
        undo=reverse("groups:group-unarchive", args=[space.public_id]),
    )


@require_POST
def group_unarchive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Bring it back."""
    space = group_or_404(request.user, public_id, "manage")
    return attempt(
        request,
        lambda: services.unarchive(manager=request.user, space=space),
        done=_("%(group)s is back at work.") % {"group": isolated(space.name)},
        then=space.get_absolute_url(),
    )


@require_POST
@takes(*HandOverForm.base_fields)
def group_hand_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give the group to another of its members."""
    space = group_or_404(request.user, public_id, "manage")
    form = HandOverForm(request.POST, space=space, manager=request.user)
    if not form.is_valid():
        return redirect("groups:group-manage", space.public_id)
    heir = form.cleaned_data["to"]
    return attempt(
        request,
        lambda: services.hand_over(manager=request.user, space=space, to=heir),
        done=_("%(name)s manages %(group)s now.")
        % {"name": isolated(heir.display_name), "group": isolated(space.name)},
        then=space.get_absolute_url(),
    )
