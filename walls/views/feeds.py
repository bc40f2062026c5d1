"""Home, the company wall, saved threads, and the walls that other pages show in their slots."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from groups import policy
from groups.models import Space, SpaceType
from kit import slots
from people.models import Density, Person
from topics.models import Tag, Topic
from walls import feeds, listing, moves, rights
from walls.forms import Composer
from walls.listing import Feed
from walls.views.compose import default_places

TABS = {
    "following": feeds.FOLLOWING,
    "company": feeds.COMPANY_WALL,
    "unanswered": feeds.UNANSWERED,
    "all": feeds.EVERYTHING,
}


def _is_compact(request: HttpRequest) -> bool:
    return request.user.density == Density.COMPACT


def _rows(request: HttpRequest, feed: Feed, next_url: str, **more) -> dict:
    return {
        "feed": feed,
        "is_compact": _is_compact(request),
        "next_url": f"{next_url}{'&' if '?' in next_url else '?'}after={feed.next_cursor}" if feed.next_cursor else "",
        "path": request.get_full_path(),
        "watch_walls": "",
        "feed_version": listing.version_now(),
        **more,
    }


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The union of the walls one reads, in tabs; for a guest there is one tab."""
    viewer = request.user
    tab = request.GET.get("tab", "")
    if tab not in TABS or (viewer.is_guest and tab == "company"):
        tab = "following"
    cursor = request.GET.get("after", "")
    feed = TABS[tab].page(viewer, cursor)
    address = reverse("walls:home") + (f"?tab={tab}" if tab != "following" else "")
    context = _rows(request, feed, address, shows_place=True, tab=tab)
    if request.htmx and cursor:
        return render(request, "walls/_more_rows.html", context)
    context |= {
        "watch_walls": feeds.walls_watched(viewer),
        "tabs": _tabs(viewer, tab),
        "composer": Composer.fresh(viewer, default_places(viewer), place="home") if not cursor else None,
        "aside": [show(request) for show in slots.filled("home.aside")],
        "waiting": feeds.unanswered_in_my_topics(viewer) if tab == "following" else [],
    }
    return render(request, "walls/home.html", context)


def _tabs(viewer: Person, tab: str) -> list[dict]:
    names = {"following": _("Following"), "company": _("Company wall"), "unanswered": _("Unanswered")}
    if viewer.is_guest:
        del names["company"]
    counts = {"unanswered": feeds.count_of_unanswered(viewer)}
    base = reverse("walls:home")
    return [
        {
            "url": base if key == "following" else f"{base}?tab={key}",
            "text": name,
            "is_current": key == tab,
            "count": counts.get(key),
            "most": feeds.COUNTED - 1,
        }
        for key, name in names.items()
    ]


@require_GET
def company_wall(request: HttpRequest) -> HttpResponse:
    """The wall of the company; guests have none."""
    space = Space.objects.filter(type=SpaceType.COMMON).first()
    if space is not None:
        policy.require(request.user, "read", space)
    cursor = request.GET.get("after", "")
    feed = feeds.COMPANY_WALL.wall(request.user, cursor)
    if space is not None:
        moves.with_lines(feed, request.user, space, cursor)
    context = _rows(request, feed, reverse("walls:company-wall"), shows_place=False)
    context["watch_walls"] = f"wall:{space.public_id}" if space else ""
    if request.htmx and cursor:
        return render(request, "walls/_more_rows.html", context)
    context |= {"composer": Composer.fresh(request.user, [space]) if space and not cursor else None, "space": space}
    return render(request, "walls/company_wall.html", context)


@require_GET
def saved(request: HttpRequest) -> HttpResponse:
    """What the viewer saved and may still read."""
    cursor = request.GET.get("after", "")
    feed = feeds.SAVED.page(request.user, cursor)
    context = _rows(request, feed, reverse("walls:saved"), shows_place=True)
    if request.htmx and cursor:
        return render(request, "walls/_more_rows.html", context)
    return render(request, "walls/saved.html", context)


@require_GET
def feed_rows(request: HttpRequest) -> HttpResponse:
    """The rows of threads (``id``, repeated) as they stand now, for a list that is shown; what is lost is left out."""
    wanted = request.GET.getlist("id")[:60]
    rows = listing.for_rows(feeds.readable(request.user).filter(public_id__in=wanted), request.user)
    context = {"threads": listing.dress(rows, request.user), "is_compact": _is_compact(request), "shows_place": True}
    return render(request, "walls/_bare_rows.html", context)


# Walls inside other pages -------------------------------------------------------------------------------------------
def wall_of_space(request: HttpRequest, space: Space) -> SafeString:
    """The wall of a group or a conversation: composer where one may write, pinned threads, threads."""
    feed = feeds.WALL.wall(request.user, _cursor(request), space=space.pk)
    return _wall(request, feed, space=space)


def wall_of_person(request: HttpRequest, person: Person) -> SafeString:
    """The wall of a person: what stands on it; a guest has none, and shows what they wrote elsewhere."""
    space = getattr(person, "personal_space", None)
    if space is None or request.user.is_guest:
        return _wall(request, feeds.WRITTEN_BY.page(request.user, _cursor(request), author=person.pk))
    return wall_of_space(request, space)


def wall_of_topic(request: HttpRequest, topic: Topic) -> SafeString:
    """What is filed under a topic or below it."""
    return _wall(request, feeds.FILED_UNDER.page(request.user, _cursor(request), path=topic.path))


def wall_of_tag(request: HttpRequest, tag: Tag) -> SafeString:
    """What carries a tag."""
    return _wall(request, feeds.TAGGED.page(request.user, _cursor(request), tag=tag.pk))


def _cursor(request: HttpRequest) -> str:
    return request.GET.get("after", "")


def _wall(request: HttpRequest, feed: Feed, *, space: Space | None = None) -> SafeString:
    cursor = _cursor(request)
    if space is not None:
        moves.with_lines(feed, request.user, space, cursor)
    context = _rows(request, feed, request.path, shows_place=space is None, space=space)
    if space is not None:
        context["watch_walls"] = f"wall:{space.public_id}"
        context["is_left"] = rights.is_left(space)
    if space is not None and not cursor and not rights.is_left(space) and policy.can(request.user, "write", space):
        context["composer"] = Composer.fresh(request.user, [space])
    # The page around it hands on "Show 30 more" as it is: rows only.
    template = "walls/_more_rows.html" if cursor and request.htmx else "walls/_wall.html"
    # SECURITY: a rendered template of ours.
    return mark_safe(render_to_string(template, context, request=request))
