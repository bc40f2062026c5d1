"""Following a topic: its new threads show in the feed of those who follow it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kit import facts
from people.models import Person
from topics.models import Topic, TopicFollow


@transaction.atomic
def follow_topic(*, person: Person, topic: Topic) -> TopicFollow:
    """Follow a topic, subtopics included; twice is once."""
    if not person.may_act:
        raise PermissionDenied
    if topic.retired_at is not None:
        raise ValidationError(_("This topic is no longer in use. Choose another one."), code="retired")
    follow, is_new = TopicFollow.objects.get_or_create(topic=topic, person=person)
    if is_new:
        facts.tell("topic.followed", topic=topic.pk, person=person.pk)
    return follow


@transaction.atomic
def unfollow_topic(*, person: Person, topic: Topic) -> None:
    """Follow a topic no longer."""
    if TopicFollow.objects.filter(topic=topic, person=person).delete()[0]:
        facts.tell("topic.unfollowed", topic=topic.pk, person=person.pk)
