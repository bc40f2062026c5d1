"""What can be asked of the tree and of tags. Topics are the company's words: everybody signed in may know them.

Tags are not: a word used only where one may not read is not shown. Counts come from the floor above, which asks the
rule (slots ``topic.counts`` and ``tag.counts``: called with the viewer, they return readable threads by key).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet

from kit import slots
from kit.prepared import Prepared
from people.models import Person, fold_words
from topics.models import Tag, Topic, TopicFollow, in_language_of_moment

SEPARATOR = " › "


@dataclass(slots=True)
class Branch:
    """A topic with its place in the tree, labelled in the language of the moment.

    ``count`` is of threads filed exactly here, ``total`` with those of everything below.
    """

    topic: Topic
    parent: Branch | None
    children: list[Branch] = field(default_factory=list)
    count: int = 0

    @property
    def label(self) -> str:
        return str(self.topic.label)

    @property
    def full_label(self) -> str:
        return f"{self.parent.full_label}{SEPARATOR}{self.label}" if self.parent else self.label

    @property
    def above(self) -> list[Branch]:
        """The branches from the top down to the parent."""
        return [*self.parent.above, self.parent] if self.parent else []

    @property
    def total(self) -> int:
        return self.count + sum(child.total for child in self.children)

    @property
    def in_order(self) -> list[Branch]:
        """This branch and all below it, alphabetical on every level."""
        return [self, *(below for child in _by_label(self.children) for below in child.in_order)]


def _by_label(branches: list[Branch]) -> list[Branch]:
    return sorted(branches, key=lambda branch: fold_words(branch.label))


def tree(*, viewer: Person | None = None, has_retired: bool = False) -> list[Branch]:
    """Every topic in use in the order of its labels; with ``viewer`` counts of what they may read. One query, or two.

    Merged topics never show; with ``has_retired`` the retired ones do.
    """
    rows = Topic.objects.filter(merged_into=None).order_by("path")
    counts = counts_for(viewer) if viewer else {}
    by_path: dict[str, Branch] = {}
    for topic in rows if has_retired else rows.in_use():
        branch = Branch(topic, by_path.get(topic.path[: -Topic.steplen]), count=counts.get(topic.pk, 0))
        by_path[topic.path] = branch
        if branch.parent:
            branch.parent.children.append(branch)
    roots = [branch for branch in by_path.values() if branch.parent is None]
    return [below for root in _by_label(roots) for below in root.in_order]


def counts_for(viewer: Person) -> dict[int, int]:
    """Readable threads by topic key."""
    counts: dict[int, int] = {}
    for count in slots.filled("topic.counts"):
        counts.update(count(viewer))
    return counts


@dataclass(frozen=True, slots=True)
class Label:
    """A topic as one line: its full label in the language of the moment, and whether the viewer follows it."""

    public_id: str
    text: str
    is_retired: bool
    is_followed: bool


def full_labels() -> dict[int, str]:
    """ "Quality › Supplier audits" by topic key, for the whole tree, retired ones too. One query."""
    rows = Topic.objects.order_by("path").values_list("pk", "path", "label_en", "label_fr")
    texts = _texts((path, english, french) for _pk, path, english, french in rows)
    return {pk: texts[path] for pk, path, _english, _french in rows}


def _texts(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Full labels by path; ``rows`` in the order of their paths."""
    texts: dict[str, str] = {}
    for path, english, french in rows:
        label = in_language_of_moment(english, french)
        above = texts.get(path[: -Topic.steplen])
        texts[path] = f"{above}{SEPARATOR}{label}" if above else label
    return texts


def _label_rows(*, viewer: Any) -> QuerySet:
    follows = TopicFollow.objects.filter(person_id=viewer, topic=OuterRef("pk"))
    topics = Topic.objects.order_by("path").annotate(is_followed=Exists(follows))
    return topics.values_list("pk", "path", "public_id", "label_en", "label_fr", "retired_at", "is_followed")


_LABEL_ROWS = Prepared(_label_rows, viewer=BigIntegerField())


def labels_for(viewer: Person) -> dict[int, Label]:
    """Every topic, retired ones too, as "Quality › Supplier audits" by key; one query for a page.

    A topic shown under a text, the side bar's list and the rows of a feed all ask for this.
    """
    if "_topic_labels" not in viewer.__dict__:
        viewer.__dict__["_topic_labels"] = _LABEL_ROWS.rows(viewer=viewer.pk)
    rows = viewer.__dict__["_topic_labels"]
    texts = _texts((path, english, french) for _pk, path, _id, english, french, *_rest in rows)
    return {
        pk: Label(public_id, texts[path], retired_at is not None, is_followed)
        for pk, path, public_id, _english, _french, retired_at, is_followed in rows
    }


def unread_in_followed(viewer: Person) -> dict[int, int]:
    """Threads with something unread by key of each topic ``viewer`` follows, those below it counted in (slot)."""
    labels = labels_for(viewer)
    paths = {row[0]: row[1] for row in viewer.__dict__["_topic_labels"]}
    counts: dict[int, int] = {}
    for ask in slots.filled("topic.unread"):
        counts.update(ask(viewer))
    return {
        pk: sum(count for below, count in counts.items() if paths.get(below, "").startswith(paths[pk]))
        for pk, label in labels.items()
        if label.is_followed
    }


def topics_matching(words: str, limit: int = 20) -> list[Branch]:
    """Topics in use whose full label in either language holds every one of ``words``."""
    needles = fold_words(words).split()
    found = []
    for branch in tree():
        hay = fold_words(" ".join(part for node in _line(branch) for part in (node.label_en, node.label_fr)))
        if all(needle in hay for needle in needles):
            found.append(branch)
    return found[:limit]


def _line(branch: Branch | None) -> list[Topic]:
    topics = []
    while branch:
        topics.append(branch.topic)
        branch = branch.parent
    return topics


def follows(person: Person, topic: Topic) -> bool:
    """True when ``person`` follows ``topic`` itself."""
    return TopicFollow.objects.filter(person_id=person.pk, topic=topic).exists()


def tag_counts_for(viewer: Person) -> dict[int, int]:
    """Readable threads by tag key; a tag with none is not in it."""
    counts: dict[int, int] = {}
    for count in slots.filled("tag.counts"):
        counts.update(count(viewer))
    return {key: number for key, number in counts.items() if number}


def tags_known_to(viewer: Person) -> list[tuple[Tag, int]]:
    """The tags on threads ``viewer`` may read, with how many, by name."""
    counts = tag_counts_for(viewer)
    return [(tag, counts[tag.pk]) for tag in Tag.objects.filter(pk__in=counts).order_by("name")]
