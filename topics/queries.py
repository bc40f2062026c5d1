"""What can be asked of the tree and of tags. Topics are the company's words: everybody signed in may know them.

Tags are not: a word used only where one may not read is not shown. Counts come from the floor above, which asks the
rule (slots ``topic.counts`` and ``tag.counts``: called with the viewer, they return readable threads by key).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from kit import slots
from people.models import Person, fold_words
from topics.models import Tag, Topic, TopicFollow

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


def full_labels() -> dict[int, str]:
    """ "Quality › Supplier audits" by topic key, for the whole tree, retired ones too. One query."""
    by_path: dict[str, str] = {}
    labels: dict[int, str] = {}
    for topic in Topic.objects.order_by("path"):
        above = by_path.get(topic.path[: -Topic.steplen])
        by_path[topic.path] = labels[topic.pk] = f"{above}{SEPARATOR}{topic.label}" if above else topic.label
    return labels


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


def followed_by(person: Person) -> QuerySet[TopicFollow]:
    """What ``person`` follows, with the topics, those still in use."""
    return TopicFollow.objects.filter(person_id=person.pk, topic__retired_at=None).select_related("topic")


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
