"""People as an administrator sees them: a list with states, one person, what can be done."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kit import clock
from kit.direction import isolated
from kit.fields import takes
from kit.forms import accepts
from kit.numbers import whole_number
from people import services
from people.administration import admin_tabs, administrators_only
from people.forms import AccountForm
from people.models import AccountInvitation, Person, PersonQuerySet
from people.requests import SignedIn

PAGE = 30
STATES = ("all", "open", "guests", "administrators", "closed", "imported", "invited")


def _of_state(state: str) -> PersonQuerySet:
    """The accounts of a state, by its name in the address."""
    everybody = Person.objects.filter(is_robot=False)
    real = everybody.filter(is_stand_in=False)
    return {
        "all": real,
        "open": real.active(),
        "guests": real.guests(),
        "administrators": real.filter(Q(is_administrator=True) | Q(is_editor=True)),
        "closed": real.filter(Q(is_active=False) | Q(ends_at__lte=clock.now())),
        "imported": everybody.filter(is_stand_in=True),
    }.get(state, real)


def open_invitations() -> QuerySet[AccountInvitation]:
    """Links that still open something, newest first."""
    rows = AccountInvitation.objects.filter(accepted_by=None, withdrawn_at=None, expires_at__gt=clock.now())
    return rows.exclude(email="").select_related("invited_by").order_by("-invited_at")


@administrators_only
@require_GET
def people(request: SignedIn) -> HttpResponse:
    """Everybody with an account, filtered while one types; invited people have a tab of their own."""
    state = request.GET.get("state", "all")
    state = state if state in STATES else "all"
    words = request.GET.get("q", "").strip()[:80]
    given = {name: value for name, value in (("q", words), ("state", state)) if value and value != "all"}
    context: dict[str, Any] = {
        "state": state,
        "words": words,
        "section_tabs": admin_tabs("people", request.user),
        "states": _states(),
    }
    if state == "invited":
        found = open_invitations()
        if words:
            found = found.filter(Q(email__icontains=words) | Q(display_name__icontains=words))
    else:
        found = _of_state(state)
        found = (found.matching(words) | found.filter(email__contains=words.lower()) if words else found).by_name()
        found = found.select_related("sponsor")
    number = max(1, min(whole_number(request.GET.get("page", ""), 1), 100_000))
    total, start = found.count(), (number - 1) * PAGE
    rows = list(found[start : start + PAGE])
    left = total - start - len(rows)
    context |= {
        "rows": rows,
        "total": total,
        "next_url": f"?{urlencode({**given, 'page': number + 1})}" if left > 0 else "",
        "next_count": min(left, PAGE),
    }
    if request.htmx and not request.htmx.boosted:
        name = "_people_more" if request.htmx.target == "accounts" else "_people_results"
        return render(request, f"people/admin/{name}.html", context)
    return render(request, "people/admin/people.html", context)


def _states() -> list[dict[str, str]]:
    texts = {
        "all": _("Everybody"),
        "open": _("Open accounts"),
        "guests": _("Guests"),
        "administrators": _("Administrators and editors"),
        "closed": _("Closed accounts"),
        "imported": _("Imported names"),
        "invited": _("Open invitations"),
    }
    return [{"key": key, "text": text} for key, text in texts.items()]


def _account(public_id: str) -> Person:
    return get_object_or_404(Person.objects.filter(is_robot=False).select_related("sponsor"), public_id=public_id)


@administrators_only
@takes(*AccountForm.base_fields)
def person(request: SignedIn, public_id: str) -> HttpResponse:
    """One account: what it is, and every verb an administrator has."""
    shown = _account(public_id)
    form = AccountForm(request.POST or None, instance=_account(public_id))

    def save() -> None:
        wishes = dict(form.cleaned_data)
        ends_on = wishes.pop("ends_on", None)
        services.change_person(by=request.user, person=shown, **wishes)
        if ends_on and ends_on != shown.ends_on:
            services.extend_guest(by=request.user, person=shown, ends_on=ends_on)

    if request.method == "POST" and accepts(form, save):
        messages.success(request, _("The account is saved."))
        return redirect("people:admin-person", shown.public_id)
    context = {
        "person": shown,
        "form": form,
        "section_tabs": admin_tabs("people", request.user),
        "is_me": shown.pk == request.user.pk,
        "has_sign_on": settings.HAS_SIGN_ON,
        "is_bound": settings.HAS_SIGN_ON and services.is_bound(shown),
    }
    return render(request, "people/admin/person.html", context)


@administrators_only
@require_POST
def person_do(request: SignedIn, public_id: str, verb: str) -> HttpResponse:
    """One verb on one account; what can be undone is done at once and offers its way back."""
    shown = _account(public_id)
    verbs = {
        "deactivate": (services.deactivate, _("%(name)s is signed out everywhere and can’t come in."), "reactivate"),
        "reactivate": (services.reactivate, _("%(name)s can sign in again."), "deactivate"),
        "make-administrator": (
            services.make_administrator,
            _("%(name)s administers the company."),
            "end-administrator",
        ),
        "end-administrator": (services.end_administrator, _("%(name)s administers no more."), "make-administrator"),
        "make-editor": (services.make_editor, _("%(name)s may announce on the company wall."), "end-editor"),
        "end-editor": (services.end_editor, _("%(name)s announces on the company wall no more."), "make-editor"),
    }
    if verb == "send-link" and shown.may_use_password:
        services.ask_reset_link(email=shown.email, language=shown.language)
        messages.success(
            request, _("A link to set a new password is on its way to %(mail)s.") % {"mail": isolated(shown.email)}
        )
        return redirect("people:admin-person", shown.public_id)
    if verb in ("send-sign-on-link", "unlink"):
        return _sign_on_do(request, shown, verb)
    if verb not in verbs:
        raise Http404
    service, said, back = verbs[verb]
    try:
        service(by=request.user, person=shown)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        undo = reverse("people:admin-person-do", args=[shown.public_id, back])
        messages.success(request, said % {"name": isolated(shown.display_name)}, extra_tags=f"undo:{undo}")
    return redirect("people:admin-person", shown.public_id)


def _sign_on_do(request: SignedIn, shown: Person, verb: str) -> HttpResponse:
    """The verbs of single sign-on; without a provider there are none."""
    if not settings.HAS_SIGN_ON:
        raise Http404
    try:
        if verb == "unlink":
            services.unbind(by=request.user, person=shown)
            said = _("%(name)s is signed out everywhere and no longer connected with the company account.")
        else:
            services.ask_sign_on_link(by=request.user, person=shown)
            said = _("A link to connect the company account is on its way to %(mail)s.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said % {"name": isolated(shown.display_name), "mail": isolated(shown.email)})
    return redirect("people:admin-person", shown.public_id)


@administrators_only
@require_POST
def invitation_withdraw(request: SignedIn, public_id: str) -> HttpResponse:
    """Let a link open nothing any more."""
    invitation = get_object_or_404(open_invitations(), public_id=public_id)
    services.withdraw_account_invitation(by=request.user, invitation=invitation)
    messages.success(request, _("The invitation of %(mail)s is withdrawn.") % {"mail": isolated(invitation.email)})
    return redirect(f"{reverse('people:admin-people')}?state=invited")


def language_of_mails() -> str:
    """The language mails are proposed in: the one the administrator works in."""
    return (get_language() or "en")[:2]
