"""Break-glass: one administrator asks, another decides, the first reads until the time is over; each step is logged."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from archive.addresses import is_read_by, path_of, space_at
from archive.chain import moment
from archive.models import AccessRequest, State
from archive.queries import other_administrators
from archive.services.administrators import decides_from
from archive.services.log import wait_for_turn, write_down
from groups import services as groups
from kit import clock, facts, times
from kit.direction import isolated
from people.models import Person

HOURS = (1, 4, 8, 24)
REASON_LIMIT = 1000
SHORTEST_REASON = 15
# A request nobody decided for so long is over: its reason belonged to that week.
WAITS = dt.timedelta(days=7)


@transaction.atomic
def ask_for_access(*, administrator: Person, address: str, reason: str, hours: int) -> AccessRequest:
    """Ask to read what stands at ``address`` for so many ``hours`` from the approval on.

    Raises ValidationError by field. SECURITY: says nothing about whether anything stands there, unless
    ``administrator`` reads it anyway.
    """
    _require(administrator)
    path, reason = path_of(address), reason.strip()
    wrong: dict[str, str] = {}
    if not path:
        wrong["address"] = _("This is no address of a group, a thread or a post. Ask for the link.")
    if len(reason) < SHORTEST_REASON:
        wrong["reason"] = _("Say the reason in a sentence.")
    if len(reason) > REASON_LIMIT:
        said = _("The reason has %(count)d characters; at most %(limit)d fit.")
        wrong["reason"] = said % {"count": len(reason), "limit": REASON_LIMIT}
    if hours not in HOURS:
        wrong["hours"] = _("Choose one of the times.")
    if wrong:
        raise ValidationError({field: ValidationError(says, code="invalid") for field, says in wrong.items()})
    if not other_administrators(administrator).exists():
        raise ValidationError(_("You are the only administrator, so nobody could approve this."), code="alone")
    if is_read_by(administrator, path):
        raise _refusal("address", _("You can read this already."), code="reads")
    # The row of the asker lets their requests take turns: a double click is one request.
    Person.objects.select_for_update(no_key=True).get(pk=administrator.pk)
    if AccessRequest.objects.filter(asked_by=administrator, path=path, state=State.WAITING).exists():
        raise _refusal("address", _("You have asked for this already; it waits below."), code="asked")
    request = AccessRequest.objects.create(asked_by=administrator, path=path, reason=reason, hours=hours)
    facts.tell("access.asked", about=request.public_id, by=administrator.pk)
    write_down(
        actor=administrator, kind="access.asked", request=request.public_id, path=path, reason=reason, hours=hours
    )
    return request


@transaction.atomic
def withdraw_access_request(*, administrator: Person, request: AccessRequest) -> AccessRequest:
    """Take one's own request back while it waits."""
    request = _locked(request, administrator)
    if request.asked_by_id != administrator.pk:
        raise PermissionDenied
    return _decide(request, State.WITHDRAWN, by=None, actor=administrator)


@transaction.atomic
def refuse_access(*, administrator: Person, request: AccessRequest) -> AccessRequest:
    """Decide against another's request."""
    request = _locked(request, administrator)
    _refuse_own(request, administrator)
    return _decide(request, State.REFUSED, by=administrator, actor=administrator)


@transaction.atomic
def approve_access(*, administrator: Person, request: AccessRequest) -> AccessRequest:
    """Decide for another's request: from now on they may read there, until the time is over.

    Only now it is looked up what stands at the address; where there is nothing to open, that is the outcome.
    """
    request = _locked(request, administrator)
    _refuse_own(request, administrator)
    if (since := decides_from(administrator)) is not None:
        said = _("Who became administrator a short while ago approves nothing yet: you can from %(moment)s on.")
        raise ValidationError(said % {"moment": times.full(since)}, code="new")
    if not _may_ask(request.asked_by):
        raise ValidationError(
            _("%(name)s is no administrator any more.") % {"name": isolated(request.asked_by.display_name)},
            code="asker",
        )
    space = None if is_read_by(request.asked_by, request.path) else space_at(request.path)
    if space is None:
        return _decide(request, State.NOTHING, by=administrator, actor=administrator)
    request.ends_at = clock.now() + dt.timedelta(hours=request.hours)
    request.space = space
    request.access = groups.start_timed_access_unsafe(
        person=request.asked_by,
        space=space,
        approved_by=administrator,
        reason=request.reason,
        ends_at=request.ends_at,
    )
    return _decide(request, State.RUNNING, by=administrator, actor=administrator)


@transaction.atomic
def end_access(*, administrator: Person, request: AccessRequest) -> AccessRequest:
    """End a running access before its time: who reads may, and every other administrator."""
    request = _locked(request, administrator, waits=False)
    if request.state != State.RUNNING:
        raise ValidationError(_("This access is over already."), code="over")
    return _end(request, actor=administrator)


def put_away() -> int:
    """End what is over by the clock, and requests nobody decided; how many. The clock calls it every minute."""
    now = clock.now()
    over = AccessRequest.objects.filter(state=State.RUNNING, ends_at__lte=now)
    forgotten = AccessRequest.objects.filter(state=State.WAITING, asked_at__lte=now - WAITS)
    keys = [*over.values_list("pk", flat=True), *forgotten.values_list("pk", flat=True)]
    for key in keys:
        with transaction.atomic():
            wait_for_turn()
            request = AccessRequest.objects.select_for_update(of=("self",)).select_related("access__space").get(pk=key)
            if request.state == State.RUNNING:
                _end(request, actor=None)
            elif request.state == State.WAITING:
                _decide(request, State.LAPSED, by=None, actor=None)
    return len(keys)


def hear_person_changed(fact: facts.HeardFact) -> None:
    """In the transaction in which somebody ceases to administer: what they asked for, and what they read, ends."""
    if "is_administrator" not in fact.ids.get("fields", ["is_administrator"]):
        return
    person = Person.objects.get(pk=fact.ids["person"])
    if _may_ask(person):
        return
    open_ones = AccessRequest.objects.filter(asked_by=person, state__in=(State.WAITING, State.RUNNING))
    if open_ones.exists():
        wait_for_turn()
    for request in open_ones.select_for_update(of=("self",)).select_related("access__space").order_by("pk"):
        if request.state == State.RUNNING:
            _end(request, actor=None)
        else:
            _decide(request, State.WITHDRAWN, by=None, actor=None)


def _refusal(field: str, says: str, *, code: str) -> ValidationError:
    return ValidationError({field: ValidationError(says, code=code)})


def _may_ask(person: Person) -> bool:
    return person.is_administrator and person.may_sign_in


def _require(administrator: Person) -> None:
    """SECURITY: an administrator in person; no robot asks or decides."""
    if not _may_ask(administrator):
        raise PermissionDenied


def _locked(request: AccessRequest, administrator: Person, *, waits: bool = True) -> AccessRequest:
    """The row as it is now, and ours until the end of the transaction; ``administrator`` and the asker too.

    Raises ValidationError where ``waits`` and somebody decided already. Accounts first: whoever closes one has its
    row before our requests. The turn in the log before any space: it is what all that end an access share.
    """
    keys = {administrator.pk, request.asked_by_id}
    people = {p.pk: p for p in Person.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")}
    _require(people[administrator.pk])
    wait_for_turn()
    locked = AccessRequest.objects.select_for_update(of=("self",)).select_related("access__space").get(pk=request.pk)
    locked.asked_by = people[locked.asked_by_id]
    if waits and (locked.state != State.WAITING or locked.asked_at <= clock.now() - WAITS):
        raise ValidationError(_("Somebody decided this already, or it is over."), code="decided")
    return locked


def _refuse_own(request: AccessRequest, administrator: Person) -> None:
    if request.asked_by_id == administrator.pk:
        raise ValidationError(_("Nobody decides their own request: another administrator does."), code="own")


def _decide(request: AccessRequest, state: State, *, by: Person | None, actor: Person | None) -> AccessRequest:
    request.state = state
    request.decided_by = by
    request.decided_at = clock.now()
    request.save()
    content: dict[str, object] = {"request": request.public_id, "asked_by": request.asked_by.public_id}
    if state == State.RUNNING and request.space and request.ends_at:
        content |= {"space": request.space.public_id, "until": moment(request.ends_at)}
    facts.tell(
        "access.decided",
        about=request.public_id,
        person=request.asked_by_id,
        by=by.pk if by else None,
        outcome=str(state),
    )
    kind = {State.RUNNING: "access.approved", State.NOTHING: "access.approved-for-nothing"}.get(
        state, f"access.{state}"
    )
    write_down(actor=actor, kind=kind, **content)
    return request


def _end(request: AccessRequest, *, actor: Person | None) -> AccessRequest:
    access, request.access = request.access, None
    if actor is not None or (request.ends_at and request.ends_at > clock.now()):
        request.ends_at = clock.now()
    request.state = State.ENDED
    request.save()
    if access is not None:
        groups.end_timed_access(access)
    write_down(actor=actor, kind="access.ended", request=request.public_id, asked_by=request.asked_by.public_id)
    return request
