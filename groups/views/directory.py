"""The directory of groups, and making one."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from groups import policy, queries, services
from groups.forms import GroupForm
from groups.models import SpaceType
from kit.fields import takes
from kit.numbers import whole_number

PAGE = 60
FILTERS = ("all", "mine", "open", "closed", "hidden", "archived")


@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """The groups one may know of, filtered by words of their name or purpose as one types."""
    known = queries.groups_known_to(request.user)
    words = request.GET.get("q", "").strip()[:80]
    show = request.GET.get("show", "all")
    show = show if show in FILTERS else "all"
    groups = queries.shown_as(known, show).matching(words)
    shown = max(PAGE, min(2000, whole_number(request.GET.get("up_to", ""))))
    rows = list(groups[: shown + 1])
    context = {
        "groups": rows[:shown],
        "q": words,
        "show": show,
        "filters": _filters(request, show),
        "more": shown + PAGE if len(rows) > shown else 0,
        "may_create": policy.may_create_groups(request.user),
        "invitations": [] if words else queries.invitations_for(request.user),
    }
    is_part = request.htmx and request.htmx.target == "group-list"
    return render(request, "groups/_directory_list.html" if is_part else "groups/directory.html", context)


def _filters(request: HttpRequest, show: str) -> list[dict[str, object]]:
    names = {
        "all": _("All"),
        "mine": _("Mine"),
        "open": pgettext("groups", "Open"),
        "closed": pgettext("groups", "Closed"),
        "hidden": pgettext("groups", "Hidden"),
        "archived": pgettext("groups", "Archived"),
    }
    if not queries.my_groups(request.user).filter(type=SpaceType.HIDDEN).exists():
        # Nobody is told that there is such a thing to be outside of.
        del names["hidden"]
    return [{"key": key, "text": text, "is_current": key == show} for key, text in names.items()]


@require_http_methods(["GET", "POST"])
@takes(*GroupForm.base_fields, "preview")
def group_create(request: HttpRequest) -> HttpResponse:
    """A new group, its consequences in plain words beside the form; with ``preview`` nothing is made yet."""
    if not policy.may_create_groups(request.user):
        raise Http404
    form = GroupForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            space = services.create_group(creator=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except PermissionDenied as refusal:
            raise Http404 from refusal
        else:
            return redirect(space)
    is_refused = request.method == "POST" and "preview" not in request.POST
    is_part = request.htmx and "preview" in request.POST
    context = {"form": form, "is_refused": is_refused, "is_part": is_part}
    template = "groups/_group_create_parts.html" if is_part else "groups/group_create.html"
    return render(request, template, context, status=422 if is_refused else 200)
