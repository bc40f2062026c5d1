"""How every page here finds its group: through the rule, or "Nothing at this address"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import CharField, QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect

from groups import policy
from groups.models import Space, SpaceType
from groups.policy import Standing, Viewer
from groups.rules import Action
from kit.prepared import Prepared
from people.models import Person


def _group(viewer: Viewer, action: Action, *, public_id: Any) -> QuerySet[Space]:
    rows = policy.spaces_for(viewer, action).filter(public_id=public_id).groups()
    return policy.with_rights(rows, viewer)[:1]


_GROUP = Prepared(_group, public_id=CharField())


def group_or_404(viewer: Person, public_id: str, action: Action = "know") -> Space:
    """The group at this address with ``may_…`` of ``viewer``; Http404 when they may not ``action`` there."""
    # SECURITY: missing, hidden and forbidden take the same one query and give the same answer.
    space = _GROUP.first(Standing.of(viewer), action, viewer=viewer.pk, public_id=public_id)
    if space is None:
        raise Http404
    return space


def conversation_or_404(viewer: Person, public_id: str) -> Space:
    """The private conversation at this address, if ``viewer`` is in it."""
    space = policy.spaces_for(viewer, "read").filter(public_id=public_id, type=SpaceType.DIRECT).first()
    if space is None:
        raise Http404
    return space


def attempt(
    request: HttpRequest, act: Callable[[], Any], *, done: str, then: str, undo: str = ""
) -> HttpResponseRedirect:
    """Do ``act``, say ``done`` on the next page, or say there why not; go to ``then``.

    What is forbidden is "Nothing at this address", as the rule wants it.
    """
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except PermissionDenied as refusal:
        raise Http404 from refusal
    else:
        messages.success(request, done, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(then)
