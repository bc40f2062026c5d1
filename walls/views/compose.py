"""The composer: its page, its audience line, who may be mentioned, what the text will look like, drafts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups import queries as groups
from groups.models import Space, SpaceType
from kit import markdown
from kit.direction import joined
from kit.fields import takes
from people.models import Person
from topics import queries as topics
from walls import places
from walls import services as walls
from walls.forms import FIELDS as COMPOSER_FIELDS
from walls.forms import Composer
from walls.models import Draft, Thread
from walls.models.posts import POST_LIMIT
from walls.models.threads import TITLE_LIMIT
from walls.services import Refused
from walls.similar import similar_threads
from walls.views.answers import back, refusal_only, with_refusal


def composer_context(composer: Composer, **more) -> dict:
    """What ``_composer.html`` draws in full: places, topics, people to name."""
    return {
        "composer": composer,
        "all_places": places.places_for(composer.author),
        "branches": topics.tree(),
        "similar": similar_threads(composer.author, f"{composer.title} {composer.source[:200]}"),
        **more,
    }


@require_http_methods(["GET", "POST"])
@takes(*COMPOSER_FIELDS)
def thread_create(request: HttpRequest) -> HttpResponse:
    """Write a new thread on a page of its own; ``?space=id`` chooses the place, ``?kind=`` and ``?title=`` begin it.

    ``?draft=id`` takes up a draft. ``?shared=kept`` comes from another app by way of the device's worker,
    ``?shared=lost`` without one.
    """
    if request.method == "POST":
        return _post(request)
    context = composer_context(_asked_for(request), shared=request.GET.get("shared", ""))
    return render(request, "walls/compose.html", context)


def _asked_for(request: HttpRequest) -> Composer:
    author = request.user
    if draft_id := request.GET.get("draft"):
        draft = Draft.objects.filter(author=author, public_id=draft_id).first()
        if draft is None:
            raise Http404
        composer = Composer.from_draft(author, draft.place, draft.fields)
        return composer if composer.spaces else _in_default_place(author, composer)
    spaces = places.chosen(author, request.GET.getlist("space")) or default_places(author)
    composer = Composer.fresh(author, spaces)
    kind = request.GET.get("kind", "")
    if kind in dict(composer.kinds):
        composer.kind = kind
    composer.title = " ".join(request.GET.get("title", "").split())[:TITLE_LIMIT]
    return composer


def _in_default_place(author: Person, composer: Composer) -> Composer:
    composer.spaces = default_places(author)
    return composer.with_audience()


def default_places(author: Person) -> list[Space]:
    """The company wall for employees; the first group for a guest."""
    if author.is_employee:
        return list(Space.objects.filter(type=SpaceType.COMMON)[:1])
    return places.places_for(author)[:1]


def _post(request: HttpRequest) -> HttpResponse:
    composer = Composer.sent(request.user, request.POST)
    try:
        composer.refuse_unseen_readers()
        threads = walls.post_thread(**composer.for_service())
    except Refused as refused:
        walls.keep_draft(author=request.user, place=composer.place, fields=composer.as_draft(), reason=refused.sentence)
        response = render(request, "walls/compose.html", composer_context(composer, refused=refused))
        return with_refusal(response, refused)
    walls.drop_draft(author=request.user, place=composer.place)
    _say_posted(request, threads)
    if len(threads) == 1 and not request.POST.get("next"):
        return HttpResponseRedirect(threads[0].get_absolute_url())
    return back(request, threads[0].get_absolute_url())


def _say_posted(request: HttpRequest, threads: list[Thread]) -> None:
    said = ngettext("Posted.", "Posted in %(count)d places.", len(threads)) % {"count": len(threads)}
    untold = sorted({name for thread in threads for name in getattr(thread, "untold", ())})
    if untold:
        said += " " + _("Not told, because they cannot read it there: %(names)s.") % {"names": joined(untold)}
    opening = getattr(threads[0], "opening", None) if len(threads) == 1 else None
    undo = f"undo:/posts/{opening.public_id}/delete/" if opening else ""
    messages.success(request, said, extra_tags=undo)


@require_GET
def compose_audience(request: HttpRequest) -> HttpResponse:
    """The audience line for the chosen places, label and readers, and whether Post waits for "I have seen it"."""
    composer = Composer.sent(request.user, request.GET)
    if not composer.is_label_touched:
        composer.label = ""
        composer.with_audience()
    return render(
        request,
        "walls/_audience.html",
        {
            "audience": composer.audience,
            "must_see": composer.audience.is_wider_than(composer.shown_audience),
            "composer": composer,
            "is_answer": True,
        },
    )


@require_GET
def compose_similar(request: HttpRequest) -> HttpResponse:
    """Threads close to what is being written: "Already asked?"."""
    words = f"{request.GET.get('title', '')} {request.GET.get('body', '')[:200]}"
    return render(request, "walls/_similar.html", {"similar": similar_threads(request.user, words)})


@require_GET
def compose_people(request: HttpRequest) -> HttpResponse:
    """People for @: those who may read every chosen place, the readers named, or the thread replied to."""
    words = request.GET.get("q", "")[:80]
    label = request.GET.get("label", "")
    if thread_id := request.GET.get("thread"):
        thread = Thread.objects.readable_by(request.user).select_related("space").filter(public_id=thread_id).first()
        if thread is None:
            raise Http404
        spaces, label = [thread.space], thread.label
    else:
        spaces = places.chosen(request.user, request.GET.getlist("space"))
    named = None
    if label == "restricted":
        spaces, label, named = [], "", request.GET.getlist("readers")[:200]
    people = places.people_to_mention(request.user, spaces, label, words, named=named)
    options = [(person, markdown.mention(person.display_name, person.public_id)) for person in people]
    return render(request, "walls/_mentions.html", {"options": options})


@require_GET
def compose_named(request: HttpRequest) -> HttpResponse:
    """People to name as readers or to praise, as check boxes for the composer."""
    words = request.GET.get("q", "")[:80]
    people = groups.visible_people(request.user).exclude(pk=request.user.pk)
    for word in words.split()[:4]:
        people = people.filter(display_name__icontains=word)
    name = "praised" if request.GET.get("as") == "praised" else "readers"
    if name == "readers":
        people = people.employees()
    found = list(people.order_by("display_name", "pk")[:12]) if words.strip() else []
    return render(request, "walls/_named_options.html", {"people": found, "name": name})


@require_POST
@takes("body")
def preview(request: HttpRequest) -> HttpResponse:
    """The text as it will look; the same renderer as everywhere."""
    source = request.POST.get("body", "")
    if len(source) > POST_LIMIT:
        return refusal_only(
            Refused("post-too-long", _("A message holds at most %(limit)s characters.") % {"limit": POST_LIMIT})
        )
    return HttpResponse(markdown.render(source).html)


@require_POST
@takes(*COMPOSER_FIELDS, "quotes")
def draft_keep(request: HttpRequest) -> HttpResponse:
    """Keep what is typed on the server: by itself where the device must not, by a button without script."""
    place = request.POST.get("place", "home")[:80]
    if place.startswith("thread:"):
        fields = {"source": request.POST.get("body", ""), "quotes": request.POST.get("quotes", "")}
    else:
        fields = Composer.sent(request.user, request.POST).as_draft()
    is_empty = not (fields.get("source", "").strip() or str(fields.get("title", "")).strip())
    if is_empty:
        walls.drop_draft(author=request.user, place=place)
    else:
        walls.keep_draft(author=request.user, place=place, fields=fields)
    if request.htmx:
        return HttpResponse(status=204)
    return HttpResponseRedirect("/drafts/")


@require_POST
def draft_drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Throw a draft away."""
    draft = Draft.objects.filter(author=request.user, public_id=public_id).first()
    if draft is None:
        raise Http404
    walls.drop_draft(author=request.user, place=draft.place)
    return HttpResponseRedirect("/drafts/")


@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """Everything unsent that the server keeps for the viewer."""
    rows = list(Draft.objects.filter(author=request.user).order_by("-kept_at"))
    named = {row.place.removeprefix("thread:") for row in rows if row.place.startswith("thread:")}
    threads = {t.public_id: t for t in Thread.objects.readable_by(request.user).filter(public_id__in=named)}
    for row in rows:
        row.thread = threads.get(row.place.removeprefix("thread:"))
        row.is_reply = row.place.startswith("thread:")
    return render(request, "walls/drafts.html", {"drafts": rows})
