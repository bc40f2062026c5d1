"""Mistakes round what goes from one place to another (moves, ties, quotes, links, files, mails) and of what
administrators see."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import OuterRef

from groups import services as groups
from groups.models import Membership, Space, SpaceType
from groups.views import group
from intranet import errors
from kit import markdown
from people import mail
from people.views.administration import company as company_page
from people.views.administration import people as people_page
from tests.worlds.addresses import RANGE, Known
from tests.worlds.company import message, picture
from tests.worlds.leaks.planting import Script, instead, keys, leak, look, rendered
from tests.worlds.recording import Answer
from tests.worlds.world import NOBODY, World
from walls import pages
from walls import services as walls
from walls.models import Move, Picture, Post, Thread
from walls.services import posts
from walls.views import compose, pictures, replies, threads

Mistake = AbstractContextManager[Any]


def _elsewhere(world: World) -> str:
    """A place that Emil may not know: the secret one in the one world, another hidden group in the other."""
    sent = {"name": "Side room", "type": "hidden", "default_label": "internal"}
    world.act("hanna", "/groups/new/", sent, called="side room")
    return world.things["hidden space" if world.private is not None else "side room"]


# Moves and ties -------------------------------------------------------------------------------------------------------
def _moved(world: World, known: Known) -> list[Answer]:
    sent = {**message(world, [], "Canteen", "Soup on Mondays."), "spaces": [_elsewhere(world)]}
    world.act("hanna", "/threads/new/", sent, called="moved here")
    thread = world.things["moved here"]
    world.act("hanna", f"/threads/{thread}/move/", {"space": known.own["open"]})
    return [world.look("emil", f"/threads/{thread}/"), world.look("emil", f"/groups/{known.own['open']}/")]


@leak("objects: moves", _moved, stays=True)
def a_moved_thread_says_where_it_was() -> Mistake:
    def moved(page: Any) -> Any:
        return Move.objects.filter(thread=page.thread).select_related("from_space__owner", "moved_by").first()

    return instead(pages.ThreadPage, "moved", lambda real: property(moved))


def _tied(world: World, known: Known) -> list[Answer]:
    sent = {**message(world, [], "Fire drill", "On Friday."), "spaces": [known.own["open"], _elsewhere(world)]}
    answer = world.act("hanna", "/threads/new/", sent, called="tied here")
    assert answer.status == 302
    first = Thread.objects.filter(title="Fire drill", space__public_id=known.own["open"]).latest("pk")
    return [world.look("emil", f"/threads/{first.public_id}/")]


@leak("objects: ties", _tied, stays=True)
def a_message_to_two_walls_names_both() -> Mistake:
    def others(tie: Any, pk: Any) -> Any:
        return Thread.objects.filter(tie=tie).exclude(pk=pk).exclude(tie="")

    stack = contextlib.ExitStack()
    stack.enter_context(instead(pages, "_tied", lambda real: lambda viewer: others(OuterRef("tie"), OuterRef("pk"))))
    tied = instead(pages, "tied_to", lambda real: lambda thread, viewer: list(others(thread.tie, thread.pk)))
    stack.enter_context(tied)
    return stack


# Quotes, links, parts -------------------------------------------------------------------------------------------------
def _quotes(world: World, known: Known) -> list[Answer]:
    world.clock.next_public()
    where = f"/threads/{known.own['question']}/"
    sent = {"body": "As was said.", "quotes": keys(known)["hidden_post"]}
    return [world.look("emil", f"{where}reply/", "post", sent), world.look("emil", where)]


@leak("objects: quotes", _quotes, stays=True)
def a_reply_quotes_any_post() -> Mistake:
    stack = contextlib.ExitStack()
    stack.enter_context(instead(posts, "_quoted", lambda real: lambda thread, quotes, cited: quotes))
    found = instead(replies, "_quoted", lambda real: lambda thread, key: Post.objects.filter(public_id=key).first())
    stack.enter_context(found)
    return stack


def _previews(world: World, known: Known) -> list[Answer]:
    world.clock.next_look()
    text = f"See [x](thread:{known.hidden['hidden thread']})."
    return [world.look("emil", "/compose/preview/", "post", {"body": text})]


@leak("objects: back-links", _previews)
def a_link_is_shown_with_the_title_of_its_thread() -> Mistake:
    def render(source: str, **more: Any) -> Any:
        titles = [thread.title for thread in Thread.objects.all() if thread.public_id in source]
        return SimpleNamespace(html=f"{markdown.render(source, **more).html}{titles}")

    return instead(compose, "markdown", lambda real: SimpleNamespace(render=render))


@leak("objects: changes", look("/threads/{hidden_thread}/changes/?since=0", "/threads/{hidden_thread}/posts/"))
def what_changed_is_told_with_the_rights_of_the_author() -> Mistake:
    def make(real: Any) -> Any:
        def find(viewer: Any, key: str) -> Any:
            thread = Thread.objects.filter(public_id=key).first()
            return real(thread.author if thread else viewer, key)

        return find

    return instead(threads, "find_thread", make)


# Files ----------------------------------------------------------------------------------------------------------------
def _in_part(world: World, known: Known) -> list[Answer]:
    world.clock.next_look()
    return [world.look("emil", f"/pictures/{known.hidden['hidden picture']}/", **RANGE)]


@leak("files: by Range", _in_part)
def a_part_of_a_picture_is_not_checked() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, key: Picture.objects.filter(public_id=key).first() or real(viewer, key)

    return instead(pictures, "readable_picture", make)


def _uploads(world: World, known: Known) -> list[Answer]:
    world.clock.next_public()
    return [world.look("emil", "/pictures/", "post", {"picture": picture("gold")})]


@leak("files: upload of what is there already", _uploads, stays=True)
def the_same_picture_is_kept_once_for_everybody() -> Mistake:
    def make(real: Any) -> Any:
        def add(**given: Any) -> Any:
            made = real(**given)
            return Picture.objects.filter(sha256=made.sha256).earliest("pk")

        return add

    return instead(walls, "add_picture", make)


# Existence ------------------------------------------------------------------------------------------------------------
@leak("existence: cookies", look("/groups/{hidden_space}/"))
def the_error_page_sets_a_cookie_where_something_is() -> Mistake:
    def set_cookie(answer: Any, request: Any) -> None:
        if any(space.public_id in request.path for space in Space.objects.groups()):
            answer.set_cookie("seen", "1")

    return rendered(errors, set_cookie)


def _renames(world: World, known: Known) -> list[Answer]:
    world.clock.next_public()
    sent = {"name": "Aurum takeover", "purpose": "Porosity", "default_label": "shared", "has_guest_invitations": "on"}
    return [world.look("mona", f"/groups/{known.own['open']}/manage/", "post", sent)]


@leak("existence: name collision", _renames, stays=True)
def a_group_cannot_take_the_name_of_a_hidden_one() -> Mistake:
    def make(real: Any) -> Any:
        def edit(*, space: Space, name: str = "", **more: Any) -> Any:
            if Space.objects.filter(name=name, type=SpaceType.HIDDEN).exists():
                raise ValidationError("There is a group of this name.")
            return real(space=space, name=name, **more)

        return edit

    return instead(groups, "edit_group", make)


@leak("side channel: rows", look("/groups/{hidden_space}/"))
def a_group_is_fetched_before_it_is_asked_who_may_know_it() -> Mistake:
    def make(real: Any) -> Any:
        def find(viewer: Any, public_id: str, action: Any = "know") -> Any:
            list(Space.objects.filter(public_id=public_id))
            return real(viewer, public_id, action)

        return find

    return instead(group, "group_or_404", make)


# Administrators -------------------------------------------------------------------------------------------------------
def _with_header(owner: Any, count: Any) -> Mistake:
    def tell_count(answer: Any, request: Any) -> None:
        answer["X-Count"] = str(count())

    return rendered(owner, tell_count)


def _by_ada(*asked: str) -> Script:
    return look(*asked, who="ada")


@leak("people and admin: lists", _by_ada("/admin/people/"))
def the_list_of_accounts_counts_memberships() -> Mistake:
    return _with_header(people_page, Membership.objects.count)


@leak("people and admin: reports", _by_ada("/admin/company/"))
def the_page_of_the_company_counts_posts() -> Mistake:
    return _with_header(company_page, Post.objects.count)


@leak("people and admin: one account", _by_ada("/admin/people/{member}/"))
def the_page_of_an_account_counts_its_posts() -> Mistake:
    return _with_header(people_page, lambda: Post.objects.filter(author__display_name="Hugo Hidden").count())


# Mails ----------------------------------------------------------------------------------------------------------------
def _forgets(world: World, known: Known) -> list[Answer]:
    """Whoever forgot their password is written to; the mail is part of what is compared."""
    return [world.act(NOBODY, "/account/password/reset/", {"email": "emil@example.test"})]


@leak("mail and notices: headers", _forgets, stays=True)
def the_message_id_counts_every_fact() -> Mistake:
    """The mistake that the two worlds found in the product."""
    return instead(mail, "_id_of", lambda real: lambda fact: f"<fact-{fact.id}@parvis.test>")
