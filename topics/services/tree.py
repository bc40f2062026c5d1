"""The company's tree of topics: adding, renaming, moving, merging, retiring."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kit import clock, facts
from people.models import Person, fold_name
from people.services.checks import require_administrator
from topics.models import Topic, TopicFollow

DEPTH_LIMIT = 4


@transaction.atomic
def add_topic(*, administrator: Person, label_en: str, label_fr: str, parent: Topic | None = None) -> Topic:
    """A new topic under ``parent``, or at the top."""
    require_administrator(administrator)
    parent = _again(parent)
    if parent is not None and parent.retired_at is not None:
        raise ValidationError(_("This topic is no longer in use. Choose another one."), code="retired")
    _refuse_depth((parent.depth if parent else 0) + 1)
    labels = _checked_labels(label_en, label_fr, parent)
    topic: Topic = Topic.objects.add_child(parent, labels) if parent else Topic.objects.add_root(labels)
    facts.tell("topic.added", topic=topic.pk, by=administrator.pk)
    return topic


@transaction.atomic
def rename_topic(*, administrator: Person, topic: Topic, label_en: str, label_fr: str) -> Topic:
    """Give a topic other labels; what is filed under it stays, its address too."""
    require_administrator(administrator)
    topic = _found(topic)
    labels = _checked_labels(label_en, label_fr, Topic.objects.get_parent(topic), besides=topic)
    topic.label_en, topic.label_fr = labels["label_en"], labels["label_fr"]
    topic.save(update_fields=["label_en", "label_fr"])
    facts.tell("topic.renamed", topic=topic.pk, by=administrator.pk)
    return topic


@transaction.atomic
def move_topic(*, administrator: Person, topic: Topic, parent: Topic | None) -> Topic:
    """Hang a topic, with everything under it, below ``parent``, or at the top."""
    require_administrator(administrator)
    topic, parent = _found(topic), _again(parent)
    if parent is not None and (parent == topic or parent.is_descendant_of(topic)):
        raise ValidationError(_("A topic cannot hang below itself."), code="below itself")
    if parent is not None and parent.retired_at is not None:
        raise ValidationError(_("This topic is no longer in use. Choose another one."), code="retired")
    deepest = max((node.depth for node in Topic.objects.get_descendants(topic)), default=topic.depth)
    _refuse_depth((parent.depth if parent else 0) + 1 + deepest - topic.depth)
    _checked_labels(topic.label_en, topic.label_fr, parent, besides=topic)
    _hang(topic, parent)
    facts.tell("topic.moved", topic=topic.pk, by=administrator.pk)
    return _found(topic)


@transaction.atomic
def merge_topic(*, administrator: Person, topic: Topic, into: Topic) -> Topic:
    """File everything of ``topic`` under ``into``; subtopics and followers come along, the old address leads on.

    ``topic.merged`` is heard in this transaction by those who keep what is filed.
    """
    require_administrator(administrator)
    topic, into = _found(topic), _found(into)
    if into == topic or into.is_descendant_of(topic):
        raise ValidationError(_("Choose a topic that is not this one and not below it."), code="below itself")
    if into.retired_at is not None:
        raise ValidationError(_("This topic is no longer in use. Choose another one."), code="retired")
    for child in Topic.objects.get_children(topic):
        _refuse_depth(into.depth + 1)
        _hang(_found(child), _found(into))
    followers = set(topic.follows.values_list("person_id", flat=True))
    followers -= set(into.follows.values_list("person_id", flat=True))
    TopicFollow.objects.bulk_create([TopicFollow(topic=into, person_id=key) for key in followers])
    topic.follows.all().delete()
    Topic.objects.filter(merged_into=topic).update(merged_into=into)
    Topic.objects.filter(pk=topic.pk).update(merged_into=into, retired_at=clock.now())
    facts.tell("topic.merged", topic=topic.pk, into=into.pk, by=administrator.pk)
    return _found(into)


@transaction.atomic
def retire_topic(*, administrator: Person, topic: Topic) -> None:
    """Offer a topic, and those below it, no longer; what is filed under them stays and is found."""
    require_administrator(administrator)
    topic = _found(topic)
    branch = Topic.objects.get_descendants(topic, include_self=True).filter(retired_at=None)
    retired = list(branch.values_list("pk", flat=True))
    Topic.objects.filter(pk__in=retired).update(retired_at=clock.now())
    for key in retired:
        facts.tell("topic.retired", topic=key, by=administrator.pk)


@transaction.atomic
def unretire_topic(*, administrator: Person, topic: Topic) -> None:
    """Offer a topic again, and those above it; one that was merged stays merged."""
    require_administrator(administrator)
    topic = _found(topic)
    if topic.merged_into_id:
        raise ValidationError(_("This topic was merged into another one."), code="merged")
    line = [topic.pk, *(node.pk for node in Topic.objects.get_ancestors(topic))]
    for key in (
        Topic.objects.filter(pk__in=line, merged_into=None).exclude(retired_at=None).values_list("pk", flat=True)
    ):
        Topic.objects.filter(pk=key).update(retired_at=None)
        facts.tell("topic.unretired", topic=key, by=administrator.pk)


def _found(topic: Topic) -> Topic:
    """The row as it is now: paths change under us whenever a neighbour moves."""
    found: Topic = Topic.objects.get(pk=topic.pk)
    return found


def _again(topic: Topic | None) -> Topic | None:
    return None if topic is None else _found(topic)


def _hang(topic: Topic, parent: Topic | None) -> None:
    if parent is not None:
        Topic.objects.move(topic, parent, pos="sorted-child")
        return
    if topic.depth > 1:
        Topic.objects.move(topic, Topic.objects.filter(depth=1).order_by("path").first(), pos="sorted-sibling")


def _checked_labels(
    label_en: str, label_fr: str, parent: Topic | None, *, besides: Topic | None = None
) -> dict[str, str]:
    english, french = fold_name(label_en), fold_name(label_fr)
    if not english or not french:
        raise ValidationError(_("Give a label in both languages."), code="label")
    limit = Topic._meta.get_field("label_en").max_length
    if max(len(english), len(french)) > limit:
        raise ValidationError(_("A label holds at most %(limit)d characters."), code="label", params={"limit": limit})
    beside = Topic.objects.get_children(parent) if parent else Topic.objects.filter(depth=1)
    beside = beside.exclude(pk=besides.pk if besides else None).filter(merged_into=None)
    if beside.filter(label_en__iexact=english).exists() or beside.filter(label_fr__iexact=french).exists():
        raise ValidationError(_("There is a topic with this label beside it."), code="twice")
    return {"label_en": english, "label_fr": french}


def _refuse_depth(depth: int) -> None:
    if depth > DEPTH_LIMIT:
        raise ValidationError(
            _("The tree is at most %(limit)d levels deep."), code="depth", params={"limit": DEPTH_LIMIT}
        )
