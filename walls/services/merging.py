"""When topics or tags become one, what is filed under them follows in the same transaction."""

from __future__ import annotations

from django.db.models import F

from kit.facts import HeardFact
from walls.models import Thread


def hear_topic_merged(fact: HeardFact) -> None:
    """File everything of the merged topic under the one that lives on; each thread takes its next version."""
    filed = Thread.objects.filter(topic_id=fact.ids["topic"])
    filed.update(topic_id=fact.ids["into"], version=F("version") + 1)


def hear_tag_merged(fact: HeardFact) -> None:
    """Let every thread carry the new word instead of the old one, once; each thread takes its next version."""
    # SECURITY: threads are never listed here: how many carry it, where nobody may look, would show in what is asked.
    carried = Thread.tags.through.objects.filter(tag_id=fact.ids["tag"])
    Thread.objects.filter(pk__in=carried.values("thread_id")).update(version=F("version") + 1)
    both = Thread.tags.through.objects.filter(tag_id=fact.ids["into"])
    carried.filter(thread_id__in=both.values("thread_id")).delete()
    carried.update(tag_id=fact.ids["into"])
