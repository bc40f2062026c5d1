"""Posts as search sees them: what is indexed, which facts change it, what the operators and facets mean here."""

from __future__ import annotations

from django.db.models import Q, QuerySet, TextField
from haystack import indexes

from groups.models import Label
from groups.policy import Standing, Viewer, scope
from kit.keys import keys_in, written
from kit.markdown import ADDRESSES
from kit.prepared import Given, Prepared
from search.findables import is_shared
from search.pages import Choices, Page, TopicTree
from topics.models import Tag, Topic
from topics.queries import full_labels, tags_known_to
from walls.fragments import hit_fragment
from walls.models import Kind, Post, Status, Thread

KIND_ICONS = {
    Kind.DISCUSSION: "message-square",
    Kind.QUESTION: "circle-question-mark",
    Kind.IDEA: "lightbulb",
    Kind.ANNOUNCEMENT: "megaphone",
    Kind.PRAISE: "heart-handshake",
}


def _posts_of(ids) -> list[int]:
    return list(Post.objects.filter(thread_id=ids["thread"]).values_list("pk", flat=True))


def _one(ids) -> list[int]:
    return [ids["post"]]


def _post_and_replies_below(ids) -> list[int]:
    """The opening post carries the title that stands in the context of every reply."""
    opens = Post.objects.filter(pk=ids["post"], number=1).exists()
    return _posts_of(ids) if opens else _one(ids)


def _imported(ids) -> list[int]:
    numbers = (ids["first"], ids["last"])
    return list(Post.objects.filter(thread_id=ids["thread"], number__range=numbers).values_list("pk", flat=True))


def _of_person(ids) -> list[int]:
    renamed = "display_name" in ids.get("fields", ())
    return list(Post.objects.filter(author_id=ids["person"]).values_list("pk", flat=True)) if renamed else []


def _tagged(value: str, viewer) -> Q:
    name = value.casefold().lstrip("#")
    # SECURITY: looked for among the words on what the viewer may read: fetching all of them, or finding one that stands
    # elsewhere, would take longer the more hidden groups have words of their own.
    words = [(tag.pk, tag.name) for tag, _count in tags_known_to(viewer)]
    words += Tag.objects.filter(merged_into__in=[pk for pk, _name in words]).values_list("merged_into", "name")
    keys = {pk for pk, other in words if PAGE.folds(other, name)}
    return Q(thread_id__in=Thread.tags.through.objects.filter(tag_id__in=keys).values("thread_id"))


def _has(value: str, viewer) -> Q:
    return {
        "picture": Q(html__contains="<img"),
        "link": Q(html__contains="<a href=") & Q(html__contains="http"),
    }[value]


def _is(value: str, viewer) -> Q:
    return {
        "archived": Q(thread__status=Status.ARCHIVED) | Q(thread__space__archived_at__isnull=False),
        "unanswered": Q(thread__kind=Kind.QUESTION, thread__status=Status.OPEN, thread__accepted=None),
        "answered": Q(thread__kind=Kind.QUESTION, thread__status=Status.ANSWERED),
        "open": Q(thread__status=Status.OPEN),
        "closed": Q(thread__status=Status.CLOSED),
        "mine": Q(author=viewer),
        "followed": Q(thread__follows__person=viewer, thread__follows__state="following"),
        "saved": Q(thread__saved__person=viewer),
        "pinned": Q(thread__pinned_at__isnull=False),
        "edited": Q(edited_at__isnull=False),
        "reply": Q(number__gt=1),
        "thread": Q(number=1),
    }[value]


PAGE = Page(
    group="thread",
    author="author",
    space="thread__space",
    moment="posted_at",
    activity="thread__active_at",
    tie="thread__public_id",
    opening=Q(number=1),
    choices={
        "kind": Choices.of(
            Kind,
            "thread__kind",
            {Kind.IDEA: ("idée",), Kind.ANNOUNCEMENT: ("annonce",), Kind.PRAISE: ("bravo", "merci")},
        ),
        "status": Choices.of(
            Status,
            "thread__status",
            {
                Status.OPEN: ("en cours", "ouvert"),
                Status.ANSWERED: ("résolue", "résolu"),
                Status.CLOSED: ("clos", "fermé"),
                Status.ARCHIVED: ("archivé",),
            },
        ),
        "label": Choices.of(
            Label,
            "thread__label",
            {Label.SHARED: ("partagé",), Label.INTERNAL: ("interne",), Label.CONFIDENTIAL: ("confidentiel",)},
        ),
        "has": Choices({"picture": ("image", "photo"), "link": ("lien",)}, condition=_has, is_of_post=True),
        "is": Choices(
            {
                "archived": ("archivé",),
                "unanswered": ("sans-réponse",),
                "answered": ("résolue", "résolu"),
                "open": ("en-cours", "ouvert"),
                "closed": ("clos",),
                "mine": ("à-moi", "moi", "de-moi"),
                "followed": ("suivi",),
                "saved": ("gardé",),
                "pinned": ("épinglé",),
                "edited": ("modifié",),
                "reply": ("réponse",),
                "thread": ("fil",),
            },
            condition=_is,
            post_values=frozenset({"mine", "edited", "reply"}),
        ),
    },
    topics=TopicTree("thread__topic", Topic),
    free={"tag": _tagged},
    facets=("kind", "status"),
)


_COLUMNS = (
    *("public_id", "number", "author_id", "thread_id", "text", "text_language", "posted_at"),
    *(f"thread__{name}" for name in ("public_id", "title", "excerpt", "text_language", "kind", "status", "label")),
    *(f"thread__{name}" for name in ("reply_count", "accepted_id", "topic_id", "author_id", "space_id")),
    *(f"thread__space__{name}" for name in ("public_id", "type", "name", "is_named_readers", "owner")),
    *(f"{path}__display_name" for path in ("author", "thread__author", "thread__space__owner")),
)


def _findable_by(viewer: Viewer) -> QuerySet[Post]:
    return scope(Post.objects.standing().filter(thread__deleted_at=None), viewer)


def _present(standing: Standing, keys: Given) -> QuerySet[Post]:
    rows = _findable_by(standing).filter(pk__in=keys_in(keys))
    return rows.select_related("author", "thread__author", "thread__space__owner").only(*_COLUMNS)


_PRESENT = Prepared(_present, keys=TextField())


class PostIndex(indexes.SearchIndex, indexes.Indexable):
    """Every standing post. Its thread's title is its title when it opens the thread, else it is context."""

    text = indexes.CharField(document=True, model_attr="text")
    title = indexes.CharField()
    context = indexes.CharField()
    space = indexes.IntegerField(model_attr="thread__space_id")
    space_type = indexes.CharField(model_attr="thread__space__type")
    is_shared = indexes.BooleanField()

    finds = "thread"
    visited = ("/threads/", "thread__public_id")
    gate_columns = ("thread__space_id", "thread__space__type", "thread__label")
    page = PAGE
    hears = {
        "thread.posted": _one,
        "thread.imported": _imported,
        "thread.reclassified": _posts_of,
        "thread.moved": _posts_of,
        "post.posted": _one,
        "post.edited": _post_and_replies_below,
        "post.deleted": _post_and_replies_below,
        "post.restored": _post_and_replies_below,
        "person.changed": _of_person,
    }
    waits = frozenset({"person.changed"})

    def get_model(self):
        return Post

    def index_queryset(self, using=None):
        return Post.objects.standing().filter(thread__deleted_at=None).select_related("thread__space", "author")

    def rows(self, viewer):
        return _findable_by(viewer)

    def prepare_title(self, post):
        return post.thread.title if post.number == 1 else ""

    def prepare_context(self, post):
        return post.author.display_name if post.number == 1 else f"{post.thread.title} {post.author.display_name}"

    def prepare_is_shared(self, post):
        return is_shared(post.thread.label)

    def present(self, keys, viewer):
        """The posts with these keys that ``viewer`` may read, with all that a row of results shows, by key."""
        found = {post.pk: post for post in _PRESENT.rows(Standing.of(viewer), viewer=viewer.pk, keys=written(keys))}
        labels = full_labels() if any(post.thread.topic_id for post in found.values()) else {}
        for post in found.values():
            post.topic_path = labels.get(post.thread.topic_id, "")
            post.url = ADDRESSES["thread" if post.number == 1 else "post"].format(
                id=post.thread.public_id if post.number == 1 else post.public_id
            )
        return found

    def draw(self, hit, marker):
        """One row of results."""
        return hit_fragment(hit.row, marker=marker, matching=hit.matching)

    def option(self, post):
        """Address, text, icon and detail of one line of a list."""
        thread = post.thread
        return ADDRESSES["thread"].format(id=thread.public_id), str(thread), KIND_ICONS[thread.kind], str(thread.space)
