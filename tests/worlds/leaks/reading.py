"""Mistakes of pages, lists and addresses."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404

from groups import policy
from groups import queries as groups
from groups.models import Membership, Space, SpaceType
from groups.queries.groups import with_guests
from groups.views import conversations, directory, group, members
from intranet import errors
from people import queries as people
from people.models import Person
from profiles import queries as profiles
from profiles import views as profile_views
from tests.worlds.leaks.planting import instead, leak, look, rendered
from walls import listing, places
from walls.models import Draft, Picture, Post, Thread
from walls.views import compose, feeds, marks, pictures, posts, threads

Mistake = AbstractContextManager[Any]


@leak("the rule", look("/groups/", "/?tab=all", "/threads/{hidden_thread}/"))
def employees_read_hidden_groups() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, rule: real(viewer, rule) | ({SpaceType.HIDDEN} if viewer.is_employee else set())

    return instead(policy, "_types_without_membership", make)


@leak("the rule", look("/groups/", "/groups/{hidden_space}/", who="ada"))
def administrators_know_hidden_groups() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, rule: real(viewer, rule) | ({SpaceType.HIDDEN} if viewer.is_administrator else set())

    return instead(policy, "_types_without_membership", make)


@leak("existence: lists", look("/groups/", "/groups/?q=aurum"))
def the_directory_lists_every_group() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer: (
            with_guests(Space.objects.groups())
            .annotate(
                members=Count("memberships"),
                is_mine=Exists(Membership.objects.filter(person_id=viewer.pk, space=OuterRef("pk"))),
            )
            .by_name()
        )

    return instead(groups, "groups_known_to", make)


@leak("existence: lists", look("/groups/"))
def the_filter_hidden_is_offered_when_there_are_any() -> Mistake:
    def make(real: Any) -> Any:
        def filters(request: Any, show: str) -> Any:
            found = real(request, show)
            has_any = Space.objects.filter(type=SpaceType.HIDDEN).exists()
            return [*found, {"key": "hidden", "text": "Hidden", "is_current": False}] if has_any else found

        return filters

    return instead(directory, "_filters", make)


@leak("existence: address", look("/groups/{hidden_space}/"))
def a_group_opens_by_its_id() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, public_id, action="know": get_object_or_404(
            policy.with_rights(Space.objects.groups(), viewer), public_id=public_id
        )

    return instead(group, "group_or_404", make)


@leak("existence: 403 against 404", look("/groups/{hidden_space}/"))
def what_may_not_be_opened_is_forbidden_and_not_missing() -> Mistake:
    def make(real: Any) -> Any:
        def find(viewer: Any, public_id: str, action: Any = "know") -> Any:
            if Space.objects.filter(public_id=public_id).exclude(pk__in=policy.spaces_for(viewer, "know")).exists():
                raise SuspiciousOperation
            return real(viewer, public_id, action)

        return find

    return instead(group, "group_or_404", make)


@leak("existence: wording of the error page", look("/groups/{hidden_space}/"))
def the_error_page_names_the_group() -> Mistake:
    def name(answer: Any, request: Any) -> None:
        found = next((space for space in Space.objects.groups() if space.public_id in request.path), None)
        if found:
            answer.content = answer.content.replace(b"</title>", f" · {found.name}</title>".encode())

    return rendered(errors, name)


@leak("existence: header of the error page", look("/threads/{hidden_thread}/"))
def the_error_page_carries_a_header_of_the_thing() -> Mistake:
    def tell_version(answer: Any, request: Any) -> None:
        for thread in Thread.objects.all():
            if thread.public_id in request.path:
                answer["X-Thread-Version"] = str(thread.version)

    return rendered(errors, tell_version)


@leak("existence: canonical slug", look("/groups/{hidden_space}/"))
def a_group_redirects_to_its_name() -> Mistake:
    def make(real: Any) -> Any:
        def render(request: Any, *args: Any, **more: Any) -> Any:
            found = next((space for space in Space.objects.groups() if space.public_id in request.path), None)
            return HttpResponseRedirect(f"{request.path}{found.name}/") if found else real(request, *args, **more)

        return render

    return instead(errors, "render", make)


@leak("existence: totals", look("/people/"))
def the_name_of_the_company_counts_its_groups() -> Mistake:
    def make(real: Any) -> Any:
        def seen(person: Any) -> Any:
            company = real(person)
            company.name = f"{company.name} ({Space.objects.groups().count()} groups)"
            return company

        return seen

    return instead(people, "company_seen_by", make)


@leak("existence: totals", look("/"))
def the_version_of_a_feed_is_a_sequence() -> Mistake:
    return instead(listing, "version_now", lambda real: lambda: Thread.objects.order_by("-pk").values_list("pk")[0][0])


@leak("membership: profile", look("/people/{person}/?tab=groups"))
def a_profile_names_every_group() -> Mistake:
    def make(real: Any) -> Any:
        return lambda person, viewer: (
            Space.objects.groups()
            .filter(memberships__person=person)
            .annotate(is_shared=profiles.Count("memberships", filter=profiles.Q(memberships__person=viewer)))
            .order_by("name", "pk")
        )

    return instead(profiles, "groups_of", make)


@leak("membership: last seen", look("/people/{person}/"))
def a_profile_tells_when_somebody_last_wrote() -> Mistake:
    def make(real: Any) -> Any:
        # Of several posts: other scripts may have let them write in public since.
        posts = Post.objects.order_by("-posted_at")
        return lambda person, viewer: " ".join(
            f"{post.posted_at:%H:%M:%S}" for post in posts.filter(author=person)[:20]
        )

    return instead(profile_views, "_time_there", make)


@leak("membership: points", look("/people/{person}/"))
def a_profile_counts_what_somebody_wrote() -> Mistake:
    return instead(profile_views, "_time_there", lambda real: lambda person, viewer: f"{person.posts.count()} posts")


@leak("membership: works with", look("/people/{person}/"))
def a_profile_lists_whom_somebody_shares_groups_with() -> Mistake:
    def make(real: Any) -> Any:
        def works_with(person: Any, viewer: Any) -> Any:
            near = Membership.objects.filter(space__in=Membership.objects.filter(person=person).values("space_id"))
            count = Membership.objects.filter(pk__in=near).values("person").count()
            return real(person, viewer)[0], list(Person.objects.employees().by_name()[: count % 5])

        return works_with

    return instead(profiles, "works_with", make)


@leak("membership: order of the directory", look("/people/"))
def the_directory_is_ordered_by_activity() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, **asked: real(viewer, **asked).annotate(n=profiles.Count("posts")).order_by("-n", "pk")

    return instead(profiles, "directory", make)


@leak("membership: mention check", look("/compose/people/?q=&space={hidden_space}"))
def who_can_be_mentioned_is_asked_of_any_group() -> Mistake:
    return instead(places, "chosen", lambda real: lambda author, ids: list(Space.objects.filter(public_id__in=ids)))


@leak("membership: readers of a place", look("/compose/audience/?spaces={hidden_space}"))
def the_audience_line_counts_the_readers_of_any_group() -> Mistake:
    return instead(places, "chosen", lambda real: lambda author, ids: list(Space.objects.filter(public_id__in=ids)))


@leak("membership: member list", look("/groups/{hidden_space}/members/"))
def the_member_list_opens_by_id() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, public_id, action="know": get_object_or_404(
            policy.with_rights(Space.objects.groups(), viewer), public_id=public_id
        )

    return instead(members, "group_or_404", make)


@leak("membership: conversations", look("/conversations/{hidden_talk}/"))
def a_conversation_opens_by_its_id() -> Mistake:
    return instead(
        conversations, "conversation_or_404", lambda real: lambda viewer, key: get_object_or_404(Space, public_id=key)
    )


@leak("objects: a thread by its id", look("/threads/{hidden_thread}/"))
def a_thread_opens_with_the_rights_of_its_author() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, key: real(get_object_or_404(Thread, public_id=key).author, key)

    return instead(threads, "find_thread", make)


@leak("objects: a post by its id", look("/posts/{hidden_post}/"))
def a_post_leads_to_its_thread() -> Mistake:
    return instead(posts, "find_post", lambda real: lambda viewer, key: get_object_or_404(Post, public_id=key))


@leak("objects: reading marks", look("/threads/{hidden_thread}/read/", method="post"))
def anything_can_be_marked_as_read() -> Mistake:
    return instead(marks, "find", lambda real: lambda viewer, key: get_object_or_404(Thread, public_id=key))


@leak("objects: drafts", look("/threads/new/?draft={hidden_draft}"))
def a_draft_opens_for_everybody() -> Mistake:
    def make(real: Any) -> Any:
        def asked_for(request: Any) -> Any:
            draft = get_object_or_404(Draft, public_id=request.GET["draft"])
            return compose._in_default_place(
                request.user, compose.Composer.from_draft(request.user, "home", draft.fields)
            )

        return asked_for

    return instead(compose, "_asked_for", make)


@leak("objects: rows of a list", look("/rows/?id={hidden_thread}"))
def a_row_is_drawn_by_its_id() -> Mistake:
    return instead(feeds.feeds, "readable", lambda real: lambda viewer: Thread.objects.all())


@leak("files: original", look("/pictures/{hidden_picture}/"))
def a_picture_opens_by_its_id() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, key: get_object_or_404(Picture, public_id=key)

    return instead(pictures, "readable_picture", make)


@leak("files: thumbnail, by HEAD", look("/pictures/{hidden_picture}/small/", method="head"))
def a_thumbnail_is_not_checked() -> Mistake:
    def make(real: Any) -> Any:
        return lambda viewer, key: get_object_or_404(Picture, public_id=key)

    return instead(pictures, "readable_picture", make)
