"""The tree of topics and the tags, for administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kit.direction import isolated
from kit.fields import takes
from people.administration import admin_tabs, administrators_only
from topics import queries, services
from topics.forms import LabelForm, MergeForm, MoveForm, TagForm, TopicForm
from topics.models import Topic


@administrators_only
@require_http_methods(["GET", "POST"])
@takes(*TopicForm.base_fields)
def topics(request: HttpRequest) -> HttpResponse:
    """The tree in both languages, with counts; and a new topic."""
    form = TopicForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            topic = services.add_topic(administrator=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("“%(topic)s” is in the tree.") % {"topic": isolated(topic.label)})
            return redirect("topics:admin-topics")
    context = {
        "form": form,
        "branches": queries.tree(viewer=request.user, has_retired=True),
        "section_tabs": admin_tabs("topics", request.user),
    }
    return render(request, "topics/admin/topics.html", context, status=422 if form.errors else 200)


def _topic_or_404(public_id: str) -> Topic:
    return get_object_or_404(Topic, public_id=public_id, merged_into=None)


@administrators_only
@require_http_methods(["GET"])
def topic(request: HttpRequest, public_id: str) -> HttpResponse:
    """One topic: rename, move, merge, retire."""
    return _page(request, _topic_or_404(public_id))


def _page(request: HttpRequest, found: Topic, *, status: int = 200, **forms: Any) -> HttpResponse:
    parent = Topic.objects.get_parent(found)
    labels = {"label_en": found.label_en, "label_fr": found.label_fr}
    branches = {branch.topic.pk: branch for branch in queries.tree(viewer=request.user, has_retired=True)}
    context = {
        "topic": found,
        "branch": branches[found.pk],
        "rename_form": LabelForm(initial=labels),
        "move_form": MoveForm(topic=found, initial={"parent": parent.public_id if parent else ""}),
        "merge_form": MergeForm(topic=found),
        "section_tabs": admin_tabs("topics", request.user),
        **forms,
    }
    return render(request, "topics/admin/topic.html", context, status=status)


@administrators_only
@require_POST
@takes(*LabelForm.base_fields, *MoveForm.base_fields, *MergeForm.base_fields)
def topic_do(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Rename, move, merge, retire or bring back one topic."""
    found = _topic_or_404(public_id)
    doers: dict[str, Callable[[HttpRequest, Topic], HttpResponse]] = {
        "rename": _rename,
        "move": _move,
        "merge": _merge,
        "retire": _retire,
        "unretire": _unretire,
    }
    if verb not in doers:
        raise Http404
    return doers[verb](request, found)


def _attempt(
    request: HttpRequest, found: Topic, key: str, form: Any, act: Callable[[], Any], done: str, then: str = ""
) -> HttpResponse:
    try:
        act()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, found, status=422, **{key: form})
    messages.success(request, done)
    return redirect(then or "topics:admin-topics")


def _rename(request: HttpRequest, found: Topic) -> HttpResponse:
    form = LabelForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, rename_form=form)
    return _attempt(
        request,
        found,
        "rename_form",
        form,
        lambda: services.rename_topic(administrator=request.user, topic=found, **form.cleaned_data),
        _("The topic has its new labels."),
    )


def _move(request: HttpRequest, found: Topic) -> HttpResponse:
    form = MoveForm(request.POST, topic=found)
    if not form.is_valid():
        return _page(request, found, status=422, move_form=form)
    return _attempt(
        request,
        found,
        "move_form",
        form,
        lambda: services.move_topic(administrator=request.user, topic=found, parent=form.cleaned_data["parent"]),
        _("“%(topic)s” has its new place.") % {"topic": isolated(found.label)},
    )


def _merge(request: HttpRequest, found: Topic) -> HttpResponse:
    form = MergeForm(request.POST, topic=found)
    if not form.is_valid() or form.cleaned_data["into"] is None:
        return _page(request, found, status=422, merge_form=form)
    into = form.cleaned_data["into"]
    return _attempt(
        request,
        found,
        "merge_form",
        form,
        lambda: services.merge_topic(administrator=request.user, topic=found, into=into),
        _("Everything of “%(topic)s” is filed under “%(into)s”.")
        % {"topic": isolated(found.label), "into": isolated(into.label)},
    )


def _retire(request: HttpRequest, found: Topic) -> HttpResponse:
    services.retire_topic(administrator=request.user, topic=found)
    messages.success(request, _("“%(topic)s” is offered no longer.") % {"topic": isolated(found.label)})
    return redirect("topics:admin-topics")


def _unretire(request: HttpRequest, found: Topic) -> HttpResponse:
    services.unretire_topic(administrator=request.user, topic=found)
    messages.success(request, _("“%(topic)s” is offered again.") % {"topic": isolated(found.label)})
    return redirect("topics:admin-topics")


@administrators_only
@require_http_methods(["GET"])
def tags(request: HttpRequest) -> HttpResponse:
    """The tags on threads the administrator may read; those of hidden groups are not theirs to know."""
    words = services.fold_tag(request.GET.get("q", ""))
    known = [(tag, count) for tag, count in queries.tags_known_to(request.user) if words in tag.name]
    context = {"tags": known[:500], "q": words, "section_tabs": admin_tabs("tags", request.user)}
    is_part = request.htmx and request.htmx.target == "tag-list"
    return render(request, "topics/admin/_tag_list.html" if is_part else "topics/admin/tags.html", context)


@administrators_only
@require_POST
@takes(*TagForm.base_fields)
def tag_merge(request: HttpRequest, name: str) -> HttpResponse:
    """Give a tag another word; if that word is a tag already, the two become one."""
    known = {tag.name: tag for tag, _count in queries.tags_known_to(request.user)}
    if name not in known:
        raise Http404
    form = TagForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Give the tag a name."))
        into = services.merge_tag(administrator=request.user, tag=known[name], name=form.cleaned_data["name"])
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("“%(old)s” is “%(new)s” now.") % {"old": name, "new": into.name})
    return redirect("topics:admin-tags")
