"""Topics as search sees them: their labels in both languages. The tree is the company's, no secret of a group."""

from __future__ import annotations

from haystack import indexes

from topics.models import Topic
from topics.queries import full_labels


class TopicIndex(indexes.SearchIndex, indexes.Indexable):
    text = indexes.CharField(document=True)
    title = indexes.CharField()

    finds = "topic"
    visited = ("/topics/", "public_id")
    is_for_all = True
    hears = dict.fromkeys(
        ("topic.added", "topic.renamed", "topic.merged", "topic.retired", "topic.unretired"), lambda ids: [ids["topic"]]
    )

    def get_model(self):
        return Topic

    def index_queryset(self, using=None):
        return Topic.objects.filter(retired_at=None)

    def rows(self, viewer):
        return Topic.objects.filter(retired_at=None) if viewer.may_act else Topic.objects.none()

    def prepare_text(self, topic):
        return ""

    def prepare_title(self, topic):
        return f"{topic.label_en} / {topic.label_fr}"

    def option(self, topic):
        """Address, text, icon and detail of one line of a list."""
        return f"/topics/{topic.public_id}/", full_labels().get(topic.pk, topic.label), "folder-tree", ""
