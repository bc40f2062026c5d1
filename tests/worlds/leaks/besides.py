"""Mistakes beside the pages: cost, caches, headers, ids, names, notices."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpResponse

from groups import policy
from groups import queries as group_queries
from groups import services as groups
from groups.models import Invitation, Membership, Space, SpaceType
from groups.views import group
from kit import fragments, ids, slots
from notifications import models as notices
from notifications import queries as inbox
from notifications import services as notify
from notifications.models import Notification, Reason
from notifications.views import told
from people.models import Person
from tests.worlds.addresses import Known
from tests.worlds.company import mention, message
from tests.worlds.leaks.planting import instead, leak, look
from tests.worlds.recording import Answer
from tests.worlds.world import World
from walls.models import Post, Thread
from walls.views import feeds

Mistake = AbstractContextManager[Any]


# Cost, caches, headers ------------------------------------------------------------------------------------------------
def _when_it_exists(then: Any) -> Mistake:
    """Whoever asks for a group that is there, but not for them, waits for ``then``."""

    def make(real: Any) -> Any:
        def find(viewer: Any, public_id: str, action: Any = "know") -> Any:
            try:
                return real(viewer, public_id, action)
            except Exception:
                then(public_id)
                raise

        return find

    return instead(group, "group_or_404", make)


@leak("side channel: statements", look("/groups/{hidden_space}/"))
def a_group_that_exists_costs_a_query_more() -> Mistake:
    def then(public_id: str) -> None:
        if Space.objects.filter(public_id=public_id).exists():
            Membership.objects.filter(space__public_id=public_id).count()

    return _when_it_exists(then)


@leak("side channel: caches", look("/groups/{hidden_space}/"))
def a_group_that_exists_costs_a_look_into_the_cache() -> Mistake:
    def then(public_id: str) -> None:
        if Space.objects.filter(public_id=public_id).exists():
            cache.get(f"group:{public_id}")

    return _when_it_exists(then)


def _two_look(world: World, known: Known) -> list[Answer]:
    """Somebody from inside opens a page that everybody has, then somebody from outside the same."""
    world.clock.next_look()
    for who in ("hugo", "emil"):  # to whom the same is new: nothing
        world.look(who, f"/threads/{known.own['question']}/read/", "post")
    world.look("hugo", "/people/")
    return [world.look("emil", "/people/")]


@leak("side channel: cached fragments", _two_look)
def a_block_of_the_side_bar_is_kept_for_all_who_have_the_same() -> Mistake:
    """The mistake that the two worlds found in the product."""

    def make(real: Any) -> Any:
        return lambda template, context, shows: real(template, context, [name for name in shows if name != "viewer"])

    return instead(fragments, "kept", make)


def _home_after_home(world: World, known: Known) -> list[Answer]:
    world.clock.next_look()
    world.look("hugo", "/")
    return [world.look("emil", "/")]


@leak("side channel: shared cache", _home_after_home)
def one_page_is_kept_for_the_whole_site() -> Mistake:
    kept: dict[str, bytes] = {}

    def make(real: Any) -> Any:
        def render(request: Any, template: str, context: Any = None, **more: Any) -> Any:
            if template not in kept:
                kept[template] = real(request, template, context, **more).content
            return HttpResponse(kept[template])

        return render

    return instead(feeds, "render", make)


@leak("side channel: ETag", look("/"))
def an_etag_counts_every_post() -> Mistake:
    def make(real: Any) -> Any:
        def render(*args: Any, **more: Any) -> Any:
            answer = real(*args, **more)
            answer["ETag"] = f'"{Post.objects.order_by("-pk").values_list("pk", flat=True).first()}"'
            return answer

        return render

    return instead(feeds, "render", make)


# Ids and names --------------------------------------------------------------------------------------------------------
def _emil_posts(world: World, known: Known) -> list[Answer]:
    world.clock.next_public()
    return [world.look("emil", "/threads/new/", "post", message(world, ["common"], "Lunch", "At noon."))]


@leak("existence: sequential ids", _emil_posts, stays=True)
def public_ids_count() -> Mistake:
    return instead(ids, "_bits", lambda real: lambda count: 1_000 + Thread.objects.count() * 100 + Post.objects.count())


def _name(name: str) -> Any:
    def script(world: World, known: Known) -> list[Answer]:
        world.clock.next_public()
        sent = {"name": name, "type": "open", "default_label": "internal"}
        return [world.look("ada", "/groups/new/", "post", sent)]

    return script


@leak("existence: name collision", _name("Aurum takeover"))
def names_of_groups_are_unique_over_hidden_ones() -> Mistake:
    def make(real: Any) -> Any:
        def create(*, creator: Any, name: str, **more: Any) -> Any:
            if Space.objects.filter(name=name, type=SpaceType.HIDDEN).exists():
                raise ValidationError("There is a group of this name.")
            return real(creator=creator, name=name, **more)

        return create

    return instead(groups, "create_group", make)


@leak("people and admin: lists", look("/people/{person}/", who="ada"))
def an_administrator_is_shown_the_groups_of_a_person() -> Mistake:
    def aside(request: Any, person: Any) -> str:
        return ", ".join(space.name for space in Space.objects.groups().filter(memberships__person=person))

    @contextlib.contextmanager
    def filled() -> Any:
        slots.fill("profile.aside", "planted", aside)
        try:
            yield
        finally:
            slots._filled["profile.aside"].pop("planted")

    return filled()


@leak("membership: invitations", look("/invitations/"))
def invitations_of_everybody_are_listed() -> Mistake:
    def make(real: Any) -> Any:
        def listed(viewer: Any) -> Any:
            return Invitation.objects.select_related("space", "invited_by")

        return listed

    return instead(group_queries, "invitations_for", make)


# Notices --------------------------------------------------------------------------------------------------------------
def _hugo_mentions_emil(*asked: str) -> Any:
    """In private somebody from outside is named; then they look."""

    def script(world: World, known: Known) -> list[Answer]:
        world.clock.next_public()

        def name_them(inside: World) -> None:
            thread = inside.things["hidden thread"]
            inside.act("hugo", f"/threads/{thread}/reply/", {"body": f"{mention(inside, 'emil')} must not know"})

        if world.private is not None:
            world.play_privately(name_them)
        return [world.look("emil", address) for address in asked]

    return script


@leak("mail and notices: rights at the time of telling", _hugo_mentions_emil("/inbox/", "/inbox/count/"))
def all_are_told_whatever_they_may_read() -> Mistake:
    def make(real: Any) -> Any:
        def told(*, reasons: Any, **more: Any) -> Any:
            return real(
                reasons={**reasons, **{person.pk: Reason.MENTION for person in Person.objects.active()}}, **more
            )

        return told

    stack = contextlib.ExitStack()
    stack.enter_context(instead(policy, "addressees", lambda real: lambda thing: Person.objects.active()))
    stack.enter_context(instead(notify, "notify_of_post", make))
    stack.enter_context(_everything_shown())
    return stack


def _everything_shown() -> Mistake:
    return instead(
        notices.NotificationQuerySet,
        "shown_to",
        lambda real: lambda self, viewer: self.filter(person=viewer, done_at=None),
    )


@leak("membership: levels", look("/preferences/told/groups/{hidden_space}/", method="post"))
def what_is_told_of_a_group_is_said_by_its_id() -> Mistake:
    return instead(told, "get_object_or_404", lambda real: lambda spaces, **key: real(Space, **key))


@leak("mail and notices: counters", look("/inbox/count/", "/inbox/"))
def the_badge_counts_what_others_have_not_read() -> Mistake:
    return instead(inbox, "unread_count", lambda real: lambda viewer: Notification.objects.filter(read_at=None).count())


@leak("mail and notices: mail", _hugo_mentions_emil("/nowhere/"))
def a_mail_goes_to_everybody() -> Mistake:
    """The mail box of a world is part of every script (see ``test_leaks``)."""

    def make(real: Any) -> Any:
        def told(*, post: Any, **more: Any) -> Any:
            for person in Person.objects.active():
                EmailMessage("You were mentioned", "Somewhere.", to=[person.email]).send()
            return real(post=post, **more)

        return told

    return instead(notify, "notify_of_post", make)
