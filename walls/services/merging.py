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
    carried = Thread.tags.through.objects.filter(tag_id=fact.ids["tag"])
    threads = list(carried.values_list("thread_id", flat=True))
    both = Thread.tags.through.objects.filter(tag_id=fact.ids["into"], thread_id__in=carried.values("thread_id"))
    carried.filter(thread_id__in=list(both.values_list("thread_id", flat=True))).delete()
    carried.update(tag_id=fact.ids["into"])
    for start in range(0, len(threads), 500):
        Thread.objects.filter(pk__in=threads[start : start + 500]).update(version=F("version") + 1)
