"""The company's controlled tree of topics, and free tags."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from kit import clock, ids


class TopicQuerySet(MP_NodeQuerySet):
    def in_use(self):
        """Topics that new threads may be filed under."""
        return self.filter(retired_at=None)


def in_language_of_moment(english: str, french: str) -> str:
    """The label to show."""
    return french if (get_language() or "").startswith("fr") else english


class TopicManager(MP_NodeManager.from_queryset(TopicQuerySet)):
    def get_queryset(self):
        # WHY: treebeard's manager names its own queryset class and would hide the words of ours.
        return TopicQuerySet(self.model, using=self._db).order_by("path")


class Topic(MP_Node):
    """A node of the tree, labelled in every interface language."""

    public_id = ids.PublicIdField()
    label_en = models.CharField(_("label in English"), max_length=80)
    label_fr = models.CharField(_("label in French"), max_length=80)
    retired_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged_from")

    node_order_by = ("label_en",)
    objects = TopicManager()

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("topics:topic-detail", args=[self.public_id])

    @property
    def label(self) -> str:
        """The label in the language of the moment."""
        return in_language_of_moment(self.label_en, self.label_fr)


class Tag(models.Model):
    """A free word. ``name`` is folded (lower case, one form); a merged tag points to the one that lives on."""

    name = models.CharField(max_length=40, unique=True)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged_from")

    class Meta:
        # SECURITY: by name, never by key: keys tell which word was used first, also where nobody may look.
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("topics:tag-detail", args=[self.name])


class TopicFollow(models.Model):
    """Somebody wants to see what is filed under a topic, subtopics included."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="follows")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="topic_follows")
    followed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "topic"], name="topic_follow_once")]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.topic_id}"
