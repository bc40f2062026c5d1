"""One post: its address, editing with a look at what others did, taking back, bringing back, history, reactions."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.fields import takes
from kit.numbers import whole_number
from people.models import Person
from walls import rights
from walls import services as walls
from walls.fragments import post_fragment
from walls.models import Post
from walls.services import EditConflict, Refused
from walls.views.answers import post_address, refusal_only, with_refusal
from walls.windows import reactions_of, with_authors


def find_post(viewer: Person, public_id: str) -> Post:
    """The post called ``public_id`` if ``viewer`` may read its thread; Http404 otherwise."""
    posts = with_authors(Post.objects.readable_by(viewer)).select_related(
        "author", "edited_by", "deleted_by", "quotes__author", "thread__space", "thread__author"
    )
    post = posts.filter(public_id=public_id).first()
    if post is None:
        raise Http404
    return post


def _fragment(request: HttpRequest, post: Post) -> HttpResponse:
    """The post as it stands now, for the viewer."""
    fresh = find_post(request.user, post.public_id)
    mine = reactions_of(request.user, [fresh]).get(fresh.pk, ())
    response = HttpResponse(post_fragment(fresh, viewer=request.user, mine=mine))
    response["X-Thread-Version"] = str(fresh.thread.version)
    return response


def _answer(request: HttpRequest, post: Post) -> HttpResponse:
    return _fragment(request, post) if request.htmx else HttpResponseRedirect(post_address(post, post.thread))


@require_safe
def post_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The permanent address of a post: leads to its place in the thread."""
    post = find_post(request.user, public_id)
    if request.htmx:
        return _fragment(request, post)
    address = f"{post.thread.get_absolute_url()}?post={post.number}"
    for verb in ("reply", "quote"):
        if verb in request.GET:
            return HttpResponseRedirect(f"{address}&{verb}={post.public_id}#reply")
    return HttpResponseRedirect(f"{address}#post-{post.public_id}")


@require_http_methods(["GET", "POST"])
@takes("body", "title", "revision", "also")
def post_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Edit a post; when somebody was quicker, their text stands beside one's own and one chooses."""
    post = find_post(request.user, public_id)
    if post.deleted_at is not None or not rights.may_edit(request.user, post):
        raise PermissionDenied
    if request.method == "GET":
        given = {"source": post.source, "title": post.thread.title, "revision": post.revision}
        return _edit_form(request, post, given)
    given = {
        "source": request.POST.get("body", ""),
        "title": request.POST.get("title", post.thread.title if post.opens else ""),
        "revision": whole_number(request.POST.get("revision", "")),
        "also": request.POST.getlist("also"),
    }
    try:
        post = walls.edit_everywhere(
            editor=request.user,
            post=post,
            source=given["source"],
            title=given["title"],
            based_on_revision=given["revision"],
            also=_revisions(given["also"]),
        )
    except EditConflict as conflict:
        # The next press overwrites what is shown now, knowingly.
        given["revision"] = conflict.post.revision
        return with_refusal(_edit_form(request, conflict.post, given, theirs=conflict.post, refused=conflict), conflict)
    except Refused as refused:
        return with_refusal(_edit_form(request, post, given, refused=refused), refused)
    return _answer(request, post)


def _revisions(tokens: list[str]) -> dict[str, int]:
    """Public id of a thread → revision, from what :attr:`walls.services.Copy.token` gave the form."""
    parts = (token.partition(":") for token in tokens)
    return {public_id: whole_number(revision) for public_id, _colon, revision in parts}


def _edit_form(request: HttpRequest, post: Post, given: dict, **more) -> HttpResponse:
    template = "walls/_edit_form.html" if request.htmx else "walls/post_edit.html"
    # A copy that was changed meanwhile has another token: nobody replaces what they have not seen.
    copies = [
        (copy, copy.token in given["also"] if "also" in given else copy.is_in_step)
        for copy in walls.copies_of(post, request.user)
    ]
    return render(request, template, {"post": post, "thread": post.thread, "given": given, "copies": copies, **more})


@require_POST
@takes("next")
def post_delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a post back; the line in its place offers to undo."""
    post = find_post(request.user, public_id)
    return _answer(request, walls.delete_post(by=request.user, post=post))


@require_POST
@takes("next")
def post_restore(request: HttpRequest, public_id: str) -> HttpResponse:
    """Undo :func:`post_delete`."""
    post = find_post(request.user, public_id)
    try:
        post = walls.restore_post(by=request.user, post=post)
    except Refused as refused:
        return refusal_only(refused)
    return _answer(request, post)


@require_POST
@takes("emoji", "emoji_off", "next")
def post_react(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put one emoji under a post (``emoji``) or take it back (``emoji_off``)."""
    post = find_post(request.user, public_id)
    try:
        if emoji := request.POST.get("emoji_off"):
            walls.unreact(person=request.user, post=post, emoji=emoji)
        else:
            walls.react(person=request.user, post=post, emoji=request.POST.get("emoji", ""))
    except Refused as refused:
        return refusal_only(refused)
    return _answer(request, post)


@require_POST
@takes("next")
def post_accept(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make the post the accepted answer of its question."""
    post = find_post(request.user, public_id)
    try:
        walls.accept_answer(by=request.user, post=post)
    except Refused as refused:
        return refusal_only(refused)
    return HttpResponseRedirect(post.thread.get_absolute_url())


@require_safe
def post_history(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every text the post has had, newest first; nothing of a deleted one."""
    post = find_post(request.user, public_id)
    if post.deleted_at is not None:
        raise Http404
    revisions = post.revisions.select_related("edited_by").order_by("-number")
    return render(
        request, "walls/post_history.html", {"post": post, "thread": post.thread, "revisions": list(revisions)}
    )
