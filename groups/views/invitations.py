"""Asking people in, and answering."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups import queries, services
from groups.models import Membership, Space, SpaceType
from groups.views.finding import attempt, group_or_404
from groups.views.group import GroupFrame
from groups.views.picking import FIELDS as PICKER_FIELDS
from groups.views.picking import picked
from kit.direction import isolated
from kit.fields import takes
from people.models import Person


def _invitable(viewer: Person, space: Space):
    inside = Membership.objects.filter(space=space).values("person_id")
    people = queries.visible_people(viewer).exclude(pk__in=inside)
    if space.has_guest_invitations and space.type != SpaceType.HIDDEN:
        return people.filter(Q(is_employee=True) | Q(sponsor__isnull=False, ends_on__isnull=False))
    return people.filter(is_employee=True)


@require_http_methods(["GET", "POST"])
@takes(*PICKER_FIELDS)
def group_invite(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose people and invite them; ``find`` only looks them up."""
    space = group_or_404(request.user, public_id, "manage")
    if space.is_archived:
        raise Http404
    picker = picked(request, _invitable(request.user, space))
    if request.method == "POST" and "find" not in request.POST and picker.chosen:
        return _invite(request, space, picker.chosen)
    context = {
        "space": space,
        "frame": GroupFrame(space, request.user, "members"),
        "picker": picker,
        "is_refused": request.method == "POST" and "find" not in request.POST,
        "invitations": queries.invitations_to(request.user, space),
    }
    if request.htmx and "find" in request.POST:
        return render(request, "groups/_picked.html", {"picker": picker})
    status = 422 if context["is_refused"] else 200
    return render(request, "groups/group_invite.html", context, status=status)


def _invite(request: HttpRequest, space: Space, people: list[Person]) -> HttpResponse:
    invited = 0
    for person in people:
        try:
            services.invite(manager=request.user, space=space, person=person)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            invited += 1
    if invited:
        said = ngettext("%(count)d person was invited.", "%(count)d people were invited.", invited)
        messages.success(request, said % {"count": invited})
    return redirect("groups:member-list", space.public_id)


@require_POST
def invitation_withdraw(request: HttpRequest, public_id: str, invitation_id: str) -> HttpResponse:
    """Take an invitation back."""
    space = group_or_404(request.user, public_id, "manage")
    invitation = get_object_or_404(space.invitations.select_related("person", "space"), public_id=invitation_id)
    return attempt(
        request,
        lambda: services.withdraw_invitation(manager=request.user, invitation=invitation),
        done=_("The invitation of %(name)s was withdrawn.") % {"name": isolated(invitation.person.display_name)},
        then=reverse("groups:member-list", args=[space.public_id]),
    )


@require_GET
def invitation_list(request: HttpRequest) -> HttpResponse:
    """The groups one is invited to, with what one needs to know before saying yes."""
    return render(request, "groups/invitation_list.html", {"invitations": queries.invitations_for(request.user)})


@require_POST
def invitation_accept(request: HttpRequest, invitation_id: str) -> HttpResponse:
    """Come in."""
    invitation = get_object_or_404(queries.invitations_for(request.user), public_id=invitation_id)
    space = invitation.space
    return attempt(
        request,
        lambda: services.accept_invitation(person=request.user, invitation=invitation),
        done=_("You are in %(group)s now.") % {"group": isolated(space.name)},
        then=space.get_absolute_url(),
    )


@require_POST
def invitation_decline(request: HttpRequest, invitation_id: str) -> HttpResponse:
    """Say no."""
    invitation = get_object_or_404(queries.invitations_for(request.user), public_id=invitation_id)
    return attempt(
        request,
        lambda: services.decline_invitation(person=request.user, invitation=invitation),
        done=_("You declined the invitation to %(group)s.") % {"group": isolated(invitation.space.name)},
        then=reverse("groups:invitation-list"),
    )
