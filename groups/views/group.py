"""A group's pages for those who are in it, and the door of a closed one for those who are not."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from groups import queries
from groups.forms import AskForm
from groups.models import Invitation, JoinRequest, Membership, Role, Space
from groups.timed import running_in
from groups.views.finding import group_or_404
from kit import clock, slots
from people.models import Person

ASIDE_PEOPLE = 5


@dataclass
class GroupFrame:
    """What the head, the strip and the tabs of a group show; a constant number of queries."""

    space: Space
    viewer: Person
    current: str = "wall"
    membership: Membership | None = field(init=False)

    def __post_init__(self) -> None:
        self.membership = queries.membership_of(self.viewer, self.space)
        self.employees, self.guests = queries.member_counts(self.space)
        self.employers = queries.employers_of(self.space) if self.guests else []
        self.looking_in = list(running_in(self.space))

    @property
    def members(self) -> int:
        return self.employees + self.guests

    @property
    def is_member(self) -> bool:
        return self.membership is not None

    @property
    def may_leave(self) -> bool:
        return self.is_member and not self.space.is_archived

    @property
    def tabs(self) -> list[dict[str, object]]:
        """The tabs, each a link."""
        address = {"args": [self.space.public_id]}
        tabs: list[dict[str, object]] = [
            {"key": "wall", "url": reverse("groups:group-detail", **address), "text": _("Wall")},
            {
                "key": "members",
                "url": reverse("groups:member-list", **address),
                "text": _("Members"),
                "count": self.members,
            },
        ]
        if self.space.may_manage:
            tabs.append({"key": "manage", "url": reverse("groups:group-manage", **address), "text": _("Manage")})
        for tab in tabs:
            tab["is_current"] = tab["key"] == self.current
        return tabs


@require_GET
def group_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The group's wall; for somebody outside a closed group, its name and the way in."""
    space = group_or_404(request.user, public_id)
    if not space.may_read:
        return closed_door(request, space)
    wall = [show(request, space) for show in slots.filled("group.wall")]
    if request.htmx and "after" in request.GET:
        # "Show 30 more": the part knows, and gives its rows only.
        return HttpResponse("".join(wall))
    frame = GroupFrame(space, request.user)
    context = {
        "space": space,
        "frame": frame,
        "wall": wall,
        "beside": [show(request, space) for show in slots.filled("group.aside")],
        "people": queries.first_employees_in(space, ASIDE_PEOPLE),
        "guests": queries.guests_of(space)[:ASIDE_PEOPLE] if frame.guests else [],
        "more_guests": max(0, frame.guests - ASIDE_PEOPLE),
        "invitations": queries.invitations_to(request.user, space) if space.may_manage else [],
        "requests": queries.requests_to(request.user, space) if space.may_manage else [],
    }
    return render(request, "groups/group_detail.html", context)


def closed_door(request: HttpRequest, space: Space, form: AskForm | None = None) -> HttpResponse:
    """A closed group from outside: its name and the way in; with the ``form`` that was refused there."""
    invitation = Invitation.objects.filter(space=space, person=request.user, expires_at__gt=clock.now())
    context = {
        "space": space,
        "members": sum(queries.member_counts(space)),
        "managers": queries.members_of(space).filter(role=Role.MANAGER)[:ASIDE_PEOPLE],
        "asked": JoinRequest.objects.filter(space=space, person=request.user).first(),
        "invitation": invitation.select_related("invited_by").first(),
        "form": form or AskForm(),
    }
    return render(request, "groups/group_closed.html", context, status=422 if form else 200)
