"""Who is in a group: the list, roles, removal, coming in and going out."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups import queries, services
from groups.forms import AskForm
from groups.models import Membership, Role, Space, SpaceType
from groups.views.finding import attempt, group_or_404
from groups.views.group import GroupFrame, closed_door
from kit.direction import isolated
from kit.fields import takes
from people.models import Person

PAGE = 200


@require_GET
def member_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everybody who is in: managers, members, and guests with employer, sponsor and end date."""
    space = group_or_404(request.user, public_id, "read")
    words = request.GET.get("q", "").strip()[:80]
    rows = queries.members_of(space)
    if words:
        rows = rows.filter(person__in=Person.objects.matching(words))
    members = list(rows[: PAGE + 1])
    frame = GroupFrame(space, request.user, "members")
    context = {
        "space": space,
        "frame": frame,
        "members": [row for row in members[:PAGE] if row.role != Role.GUEST],
        "guests": [row for row in members[:PAGE] if row.role == Role.GUEST],
        "is_full": len(members) > PAGE,
        "q": words,
        "invitations": queries.invitations_to(request.user, space) if space.may_manage else [],
        "requests": queries.requests_to(request.user, space) if space.may_manage else [],
    }
    is_part = request.htmx and request.htmx.target == "member-list"
    return render(request, "groups/_member_list.html" if is_part else "groups/member_list.html", context)


def _member_or_404(space: Space, person_id: str) -> Person:
    member = get_object_or_404(Membership.objects.select_related("person"), space=space, person__public_id=person_id)
    return member.person


@require_POST
@takes("role")
def member_role(request: HttpRequest, public_id: str, person_id: str) -> HttpResponse:
    """Make somebody manager, or member again."""
    space = group_or_404(request.user, public_id, "manage")
    person = _member_or_404(space, person_id)
    role = request.POST.get("role", "")
    now = {Role.MANAGER: _("%(name)s manages this group now."), Role.MEMBER: _("%(name)s is a member now.")}
    return attempt(
        request,
        lambda: services.change_role(manager=request.user, space=space, person=person, role=role),
        done=now.get(role, "") % {"name": isolated(person.display_name)},
        then=_after(space, reverse("groups:member-list", args=[space.public_id]), request.user, person, role),
    )


def _after(space: Space, list_url: str, viewer: Person, person: Person, role: str) -> str:
    return space.get_absolute_url() if viewer == person and role != Role.MANAGER else list_url


@require_http_methods(["GET", "POST"])
def member_remove(request: HttpRequest, public_id: str, person_id: str) -> HttpResponse:
    """Ask, then take somebody out."""
    space = group_or_404(request.user, public_id, "manage")
    person = _member_or_404(space, person_id)
    names = {"name": isolated(person.display_name), "group": isolated(space.name)}
    back = reverse("groups:member-list", args=[space.public_id])
    if request.method == "POST":
        return attempt(
            request,
            lambda: services.remove_member(manager=request.user, space=space, person=person),
            done=_("%(name)s is no longer in %(group)s.") % names,
            then=back,
        )
    text = (
        _("What they wrote stays. From now on the group does not exist for them.")
        if space.type == SpaceType.HIDDEN
        else _("What they wrote stays. They lose what only members read, at once.")
    )
    return _confirm(request, _("Remove %(name)s from %(group)s?") % names, text, _("Remove"), back)


def _confirm(request: HttpRequest, title: str, text: str, verb: str, back: str, tone: str = "danger") -> HttpResponse:
    context = {"title": title, "text": text, "verb": verb, "back_url": back, "url": request.path, "tone": tone}
    template = "_confirm.html" if request.headers.get("X-Requested-With") == "dialog" else "groups/confirm.html"
    return render(request, template, context)


@require_POST
def group_join(request: HttpRequest, public_id: str) -> HttpResponse:
    """Come into an open group."""
    space = group_or_404(request.user, public_id)
    return attempt(
        request,
        lambda: services.join(person=request.user, space=space),
        done=_("You are in %(group)s now. Its new threads show in your feed.") % {"group": isolated(space.name)},
        then=space.get_absolute_url(),
    )


@require_http_methods(["GET", "POST"])
def group_leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go out of a group: at once where one can come back alone, else after a question."""
    space = group_or_404(request.user, public_id, "read")
    if queries.membership_of(request.user, space) is None:
        raise Http404
    is_open = space.type == SpaceType.OPEN and space.may_join
    names = {"group": isolated(space.name)}
    if request.method == "POST":
        return attempt(
            request,
            lambda: services.leave(person=request.user, space=space),
            done=_("You left %(group)s.") % names,
            then=space.get_absolute_url() if is_open else reverse("groups:directory"),
            undo=reverse("groups:group-join", args=[space.public_id]) if is_open else "",
        )
    text = {
        SpaceType.OPEN: _("You can still read it, and join again."),
        SpaceType.CLOSED: _("You can no longer read it. To come back, ask its managers."),
        SpaceType.HIDDEN: _("You can no longer find it. Only a manager can bring you back."),
    }[SpaceType(space.type)]
    return _confirm(request, _("Leave %(group)s?") % names, text, _("Leave"), space.get_absolute_url())


@require_POST
@takes(*AskForm.base_fields)
def group_ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the managers of a closed group; a word to them that is too long comes back with its limit."""
    space = group_or_404(request.user, public_id)
    form = AskForm(request.POST)
    if space.may_ask and not form.is_valid():
        return closed_door(request, space, form)
    return attempt(
        request,
        lambda: services.ask_to_join(person=request.user, space=space, message=request.POST.get("message", "")),
        done=_("Your request was sent to the managers of %(group)s.") % {"group": isolated(space.name)},
        then=space.get_absolute_url(),
    )


@require_POST
def ask_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one's own request back."""
    space = group_or_404(request.user, public_id)
    asked = get_object_or_404(space.join_requests, person=request.user)
    return attempt(
        request,
        lambda: services.withdraw_request(person=request.user, request=asked),
        done=_("Your request was withdrawn."),
        then=space.get_absolute_url(),
    )


@require_POST
def request_answer(request: HttpRequest, public_id: str, request_id: str, answer: str) -> HttpResponse:
    """Let somebody in who asks, or not."""
    space = group_or_404(request.user, public_id, "manage")
    asked = get_object_or_404(space.join_requests.select_related("person", "space"), public_id=request_id)
    names = {"name": isolated(asked.person.display_name)}
    verbs = {
        "accept": (services.accept_request, _("%(name)s is in the group now.")),
        "decline": (services.decline_request, _("The request of %(name)s was declined.")),
    }
    if answer not in verbs:
        raise Http404
    verb, done = verbs[answer]
    return attempt(
        request,
        lambda: verb(manager=request.user, request=asked),
        done=done % names,
        then=reverse("groups:member-list", args=[space.public_id]),
    )
