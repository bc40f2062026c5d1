"""Whom a fact concerns. Each is heard after the commit, at least once, and asks the rule when it is heard."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from groups import policy
from groups.models import JoinRequest, Label, Membership, Role, Space, SpaceType
from kit.facts import HeardFact
from notifications import services
from notifications.models import STRENGTH, GroupLevel, GroupWish, Notification, Reason
from people.models import Person
from walls.models import Follow, FollowState, Kind, Post, ReadMark, Thread


def hear_post(fact: HeardFact) -> None:
    """A thread was opened, or somebody replied."""
    post = (
        Post.objects.standing()
        .select_related("thread__space", "thread__author", "author", "quotes")
        .filter(pk=fact.ids["post"])
        .first()
    )
    if post is None:
        return
    reasons = _of_opening(post) if post.number == 1 else _of_reply(post)
    for person_id in post.mentions.values_list("person_id", flat=True):
        _add(reasons, person_id, Reason.MENTION)
    # Who read the post before this was heard has seen it.
    seen = ReadMark.objects.filter(thread=post.thread_id, number__gte=post.number, person__in=reasons)
    for person_id in seen.values_list("person_id", flat=True):
        del reasons[person_id]
    services.notify_of_post(fact_id=fact.id, post=post, reasons=reasons)


def hear_edit(fact: HeardFact) -> None:
    """An edit mentioned somebody who was not mentioned before."""
    added = fact.ids.get("mentioned", [])
    post = Post.objects.standing().select_related("thread__space", "author").filter(pk=fact.ids["post"]).first()
    if post is not None and added:
        services.notify_of_post(fact_id=fact.id, post=post, reasons=dict.fromkeys(added, Reason.MENTION))


def hear_restriction(fact: HeardFact) -> None:
    """A thread was given to named readers: those who could not read it before do not know of it yet."""
    post = Post.objects.standing().select_related("thread__space").filter(thread=fact.ids["thread"], number=1).first()
    actor = Person.objects.filter(pk=fact.ids["person"]).first()
    if post is not None and actor is not None and post.thread.space.is_named_readers:
        named = dict.fromkeys(_members(post.thread.space), Reason.NAMED)
        services.notify_of_post(fact_id=fact.id, post=post, reasons=named, actor=actor)


def hear_read(fact: HeardFact) -> None:
    """Somebody read a thread: in its transaction, so that the badge never lags behind the page."""
    services.mark_thread_read(person_id=fact.ids["person"], thread_id=fact.ids["thread"], number=fact.ids["number"])


def hear_loss(fact: HeardFact) -> None:
    """Somebody may see an entry no more, or there is nothing left to answer: open inboxes look again.

    In the transaction, for the version of an inbox rises with it: nodes that are told nothing see that.
    """
    services.renew(_entries_at_stake(fact))


def _entries_at_stake(fact: HeardFact) -> QuerySet[Notification]:
    """Entries that the fact may have taken from their owners, or settled.

    SECURITY: only of who could see them until then. A former member keeps entries that are shown no more; a frame to
    their open tab would tell that something goes on in the group they left.
    """
    ids = fact.ids
    if "thread" in ids:
        entries = Notification.objects.filter(thread=ids["thread"])
        thread = Thread.objects.only("space_id", "label").get(pk=ids["thread"])
        spaces = Space.objects.filter(pk=ids.get("from_space", thread.space_id))
        label = ids.get("was_label") or thread.label
        return entries.filter(person__in=_readers(spaces, label=label))
    if "space" not in ids or fact.name == "membership.ended":
        mine = Notification.objects.filter(person=ids["person"])
        return mine.filter(_of_group(ids["space"])) if "space" in ids else mine
    entries = Notification.objects.filter(_of_group(ids["space"]))
    was = ids["was"] if fact.name == "space.visibility-changed" else None
    readers = _readers(Space.objects.filter(pk=ids["space"]), was=was)
    return entries.filter(Q(person__in=readers) | Q(person=ids.get("person")))


def _of_group(space: int) -> Q:
    return Q(thread__space=space) | Q(space=space)


def _readers(spaces: QuerySet[Space], *, label: str = Label.SHARED, was: str | None = None) -> QuerySet[Person]:
    """Who reads what has ``label`` there; ``was``: read it while the space was of that type."""
    space = spaces.first()
    if space is None:
        return Person.objects.none()
    space.type = was or space.type
    return policy.readers(space, label)


def hear_answer(fact: HeardFact) -> None:
    """The asker accepted an answer."""
    post = (
        Post.objects.standing()
        .select_related("thread__space", "thread__accepted_by")
        .filter(pk=fact.ids["post"])
        .first()
    )
    if post is None or post.thread.accepted_id != post.pk or post.thread.accepted_by is None:
        return
    reasons = {post.author_id: Reason.ACCEPTED}
    services.notify_of_post(fact_id=fact.id, post=post, reasons=reasons, actor=post.thread.accepted_by)


def _of_opening(post: Post) -> dict[int, Reason]:
    reasons: dict[int, Reason] = {}
    thread = post.thread
    if thread.kind == Kind.PRAISE:
        for person_id in thread.praised.values_list("pk", flat=True):
            _add(reasons, person_id, Reason.PRAISED)
    if thread.kind == Kind.ANNOUNCEMENT and thread.space.is_group:
        for person_id in _members(thread.space):
            _add(reasons, person_id, Reason.ANNOUNCEMENT)
    if thread.space.type == SpaceType.PERSONAL and thread.space.owner_id:
        _add(reasons, thread.space.owner_id, Reason.WALL)
    _add_conversation(reasons, thread.space)
    _add_wishes(reasons, thread.space)
    if thread.space.is_named_readers:
        for person_id in _members(thread.space):
            _add(reasons, person_id, Reason.NAMED)
    return reasons


def _of_reply(post: Post) -> dict[int, Reason]:
    thread = post.thread
    follows = dict(Follow.objects.filter(thread=thread).values_list("person_id", "state"))
    reasons: dict[int, Reason] = {}
    for person_id, state in follows.items():
        if state == FollowState.FOLLOWING:
            _add(reasons, person_id, Reason.FOLLOWED)
    _add(reasons, thread.author_id, Reason.REPLY)
    if post.quotes is not None:
        _add(reasons, post.quotes.author_id, Reason.REPLY)
    _add_conversation(reasons, thread.space)
    _add_wishes(reasons, thread.space)
    # Muted: only a mention, which is added by the caller, gets through.
    return {pk: reason for pk, reason in reasons.items() if follows.get(pk) != FollowState.MUTED}


def _add_conversation(reasons: dict[int, Reason], space: Space) -> None:
    if space.type == SpaceType.DIRECT:
        for person_id in _members(space):
            _add(reasons, person_id, Reason.DIRECT)


def _add_wishes(reasons: dict[int, Reason], space: Space) -> None:
    """Who wants to hear everything of this group; whether they may is asked of the rule afterwards, as of everybody."""
    wishes = GroupWish.objects.filter(space=space, level=GroupLevel.EVERYTHING)
    for person_id in wishes.values_list("person_id", flat=True):
        _add(reasons, person_id, Reason.POSTED)


def _members(space: Space) -> list[int]:
    return list(Membership.objects.filter(space=space).values_list("person_id", flat=True))


def _add(reasons: dict[int, Reason], person_id: int, reason: Reason) -> None:
    known = reasons.get(person_id)
    if known is None or STRENGTH[reason] < STRENGTH[known]:
        reasons[person_id] = reason


def hear_invitation(fact: HeardFact) -> None:
    """A manager invited somebody; only an invitation that still stands is told."""
    space = Space.objects.filter(pk=fact.ids["space"], invitations=fact.ids["invitation"]).first()
    actor = Person.objects.filter(pk=fact.ids["by"]).first()
    if space and actor:
        services.notify_of_space(
            fact_id=fact.id, space=space, people=[fact.ids["person"]], reason=Reason.INVITATION, actor=actor
        )


def hear_request(fact: HeardFact) -> None:
    """Somebody asks to join: the managers are told."""
    request = JoinRequest.objects.select_related("space", "person").filter(pk=fact.ids["request"]).first()
    if request is None:
        return
    services.notify_of_space(
        fact_id=fact.id,
        space=request.space,
        people=_managers(request.space),
        reason=Reason.REQUEST,
        actor=request.person,
    )


def _managers(space: Space) -> list[int]:
    """Keys of those who manage ``space`` and may act."""
    managers = space.memberships.filter(role=Role.MANAGER).values("person_id")
    return list(policy.addressees(space).filter(Q(pk__in=managers)).values_list("pk", flat=True))


def hear_access(fact: HeardFact) -> None:
    """An administrator reads a group by break-glass, or no longer does: its managers are told."""
    space = Space.objects.filter(pk=fact.ids["space"]).first()
    actor = Person.objects.filter(pk=fact.ids["person"]).first()
    if space and actor:
        reason = Reason.LOOKS_IN if fact.name == "access.started" else Reason.LOOKED_IN
        services.notify_of_space(fact_id=fact.id, space=space, people=_managers(space), reason=reason, actor=actor)


def hear_access_asked(fact: HeardFact) -> None:
    """An administrator asks for access by break-glass: the others, who can decide, are told."""
    actor = Person.objects.filter(pk=fact.ids["by"]).first()
    if actor:
        others = Person.objects.active().real().filter(is_administrator=True).values_list("pk", flat=True)
        services.notify_of_matter(
            fact_id=fact.id, about=fact.ids["about"], people=others, reason=Reason.ASKS_ACCESS, actor=actor
        )


def hear_access_decided(fact: HeardFact) -> None:
    """Somebody decided, or it is over: nobody has to any more, and who asked is told what came of it."""
    services.put_away_matter(about=fact.ids["about"], reason=Reason.ASKS_ACCESS)
    reason = {"running": Reason.GOT_ACCESS, "nothing": Reason.GOT_NOTHING, "refused": Reason.NO_ACCESS}.get(
        fact.ids["outcome"]
    )
    actor = Person.objects.filter(pk=fact.ids["by"]).first()
    if reason and actor:
        services.notify_of_matter(
            fact_id=fact.id, about=fact.ids["about"], people=[fact.ids["person"]], reason=reason, actor=actor
        )


def hear_admission(fact: HeardFact) -> None:
    """A manager let somebody in."""
    space = Space.objects.filter(pk=fact.ids["space"]).first()
    actor = Person.objects.filter(pk=fact.ids["by"]).first()
    if space and actor and policy.addressees(space).filter(pk=fact.ids["person"]).exists():
        services.notify_of_space(
            fact_id=fact.id, space=space, people=[fact.ids["person"]], reason=Reason.ADMITTED, actor=actor
        )


def hear_inheritance(fact: HeardFact) -> None:
    """A group's last manager is gone: the member who manages it now is told."""
    space = Space.objects.filter(pk=fact.ids["space"]).first()
    gone = Person.objects.filter(pk=fact.ids["by"]).first()
    if space and gone and policy.addressees(space).filter(pk=fact.ids["person"]).exists():
        services.notify_of_space(
            fact_id=fact.id, space=space, people=[fact.ids["person"]], reason=Reason.INHERITED, actor=gone
        )
