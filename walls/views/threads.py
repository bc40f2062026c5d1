"""The page of a thread, its folds, and what changed in it since a version."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from kit import clock
from kit.numbers import whole_number
from walls import pages, windows
from walls.fragments import post_fragment
from walls.pages import ThreadPage, find_thread, thread_page
from walls.similar import similar_threads


def _number(request: HttpRequest, name: str, otherwise: int = 0) -> int:
    return whole_number(request.GET.get(name, ""), otherwise)


def drawn(page: ThreadPage) -> ThreadPage:
    """``page`` with its posts as HTML, marked as the viewer's own where they are."""
    for post in page.window.posts:
        post.fragment = post_fragment(post, viewer=page.viewer, mine=page.mine.get(post.pk, ()))
    return page


def render_thread(request: HttpRequest, page: ThreadPage, **more) -> HttpResponse:
    """The whole page; ``more`` adds what a refused form has to say."""
    context = {"page": drawn(page), "thread": page.thread, "printed_at": timezone.localtime(clock.now()), **more}
    return render(request, "walls/thread_detail.html", context)


@require_safe
def thread_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """A thread, around ``?post=number``, else where the viewer stopped reading."""
    thread = find_thread(request.user, public_id)
    page = thread_page(request.user, thread, anchor=_number(request, "post"))
    page.reply.update(_answered(request, page))
    return render_thread(request, page)


def _answered(request: HttpRequest, page: ThreadPage) -> dict[str, object]:
    """Without script: the reply form set to answer (``?reply=id``) or to quote (``?quote=id``) a post."""
    public_id = request.GET.get("quote") or request.GET.get("reply") or ""
    post = next((post for post in page.window.posts if post.public_id == public_id and not post.deleted_at), None)
    if post is None:
        return {}
    if "quote" in request.GET:
        # The quote names its author and leads there: the line "in reply to" would say it a second time.
        cited = "\n".join(f"> {line}" for line in post.text[:500].splitlines())
        return {"source": f"> [{post.author.display_name}](post:{post.public_id})\n{cited}\n\n", "quotes": ""}
    return {"quotes": post.public_id, "quotes_name": post.author.display_name}


@require_GET
def thread_posts(request: HttpRequest, public_id: str) -> HttpResponse:
    """The next 50 posts of a fold (``from`` and ``to``), as they stand in the list."""
    thread = find_thread(request.user, public_id)
    first = _number(request, "from", 2)
    if not request.htmx:
        page = thread_page(request.user, thread, anchor=first + windows.BEFORE_ANCHOR)
        return render_thread(request, page)
    window = windows.stretch(thread, first, _number(request, "to", thread.last_number))
    mine = windows.reactions_of(request.user, window.posts)
    for post in window.posts:
        post.fragment = post_fragment(post, viewer=request.user, mine=mine.get(post.pk, ()))
    return render(request, "walls/_posts.html", {"parts": window.parts, "thread": thread, "new_from": 0})


@require_GET
def thread_changes(request: HttpRequest, public_id: str) -> HttpResponse:
    """What changed visibly after version ``since``: the posts and the thread's own head, as HTML fragments."""
    thread = find_thread(request.user, public_id)
    since = _number(request, "since")
    posts = windows.changed_since(thread, since)
    page = ThreadPage(
        viewer=request.user,
        thread=thread,
        window=windows.Window(parts=list(posts)),
        audience=pages.audience_of(thread),
        mine=windows.reactions_of(request.user, posts),
        topic_path=pages.topic_path_of(thread, request.user),
    )
    response = render(request, "walls/_changes.html", {"page": drawn(page), "thread": thread})
    response["X-Thread-Version"] = str(thread.version)
    return response


@require_GET
def thread_similar(request: HttpRequest, public_id: str) -> HttpResponse:
    """Threads close to this one, fetched after the page so that it never waits for them."""
    thread = find_thread(request.user, public_id)
    found = similar_threads(request.user, thread.title or thread.excerpt, but=thread, limit=4)
    return render(request, "walls/_close.html", {"similar": found})
