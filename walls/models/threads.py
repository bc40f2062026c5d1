"""The thread: an opening post with replies, one address, one classification."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groups.models import Label, Space
from kit import clock, ids, markdown
from topics.models import Tag, Topic
from walls.queries import ThreadQuerySet

TITLE_LIMIT = 200


class Kind(models.TextChoices):
    DISCUSSION = "discussion", _("Discussion")
    QUESTION = "question", _("Question")
    IDEA = "idea", _("Idea")
    ANNOUNCEMENT = "announcement", _("Announcement")
    PRAISE = "praise", _("Praise")


class Status(models.TextChoices):
    """open → answered (a question) → closed → archived; each may go back to open, see ``services.threads``."""

    OPEN = "open", pgettext_lazy("thread", "Open")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", pgettext_lazy("thread", "Closed")
    ARCHIVED = "archived", _("Archived")


class Thread(models.Model):
    """One conversation. ``version`` rises with every visible change, under the row's lock."""

    SPACE_PATH = "space"
    LABEL_PATH = "label"

    # Not columns: what `post_thread` answers beside the row.
    opening: Any
    untold: list[str]

    public_id = ids.PublicIdField()
    # The indexes below begin with these keys: none of their own.
    space = models.ForeignKey(Space, models.PROTECT, related_name="threads", db_index=False)
    label = models.CharField(max_length=12, choices=Label.choices, default=Label.INTERNAL)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.DISCUSSION)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    title = models.CharField(max_length=TITLE_LIMIT, blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="threads", db_index=False)
    tags = models.ManyToManyField(Tag, blank=True, related_name="threads")
    praised = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="praises")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="threads", db_index=False)
    opened_at = models.DateTimeField(default=clock.now)

    # Kept by the services, so that a feed row needs no counting.
    active_at = models.DateTimeField(default=clock.now, help_text="Last post: the order of every feed.")
    version = models.PositiveIntegerField(default=1)
    last_number = models.PositiveIntegerField(default=0, help_text="Highest post number ever given; never reused.")
    reply_count = models.PositiveIntegerField(default=0, help_text="Replies that were not deleted.")
    reaction_count = models.PositiveIntegerField(default=0, help_text="Reactions to the opening post.")
    vote_count = models.PositiveIntegerField(default=0)
    excerpt = models.CharField(max_length=320, blank=True, help_text="Plain first words of the opening post.")
    text_language = models.CharField(max_length=5, blank=True)
    cover = models.CharField(max_length=26, blank=True, help_text="Public id of the opening post's first picture.")
    last_author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    accepted = models.ForeignKey("walls.Post", models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="Its opening post was deleted: a tombstone.")
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    tie = models.CharField(max_length=26, blank=True, help_text="Shared by the threads one message to two walls made.")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        indexes = [
            # PERF: a feed sorts the keys of all its walls, and the side bar counts what is new on them: with the last
            # columns neither needs a look at the rows.
            models.Index(fields=["space", "-active_at", "-id", "deleted_at", "last_number"], name="thread_wall"),
            models.Index(fields=["-active_at", "-id", "space", "deleted_at"], name="thread_newest"),
            models.Index(fields=["topic", "-active_at", "-id", "space", "deleted_at"], name="thread_topic"),
            models.Index(fields=["author", "-opened_at"], name="thread_author"),
            models.Index(fields=["tie"], name="thread_tie", condition=~models.Q(tie="")),
            # No partial index: SQLite uses those only for conditions written out, and ours are bound values.
            models.Index(fields=["kind", "status", "reply_count", "-active_at"], name="thread_unanswered"),
        ]

    def __str__(self) -> str:
        return self.title or markdown.excerpt(self.excerpt, 80)

    def get_absolute_url(self) -> str:
        return f"/threads/{self.public_id}/"

    @property
    def takes_replies(self) -> bool:
        """False once closed, archived or deleted."""
        return self.deleted_at is None and self.status not in (Status.CLOSED, Status.ARCHIVED)
