"""What one person keeps about a thread: followed or muted, saved, read up to, voted."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kit import clock
from walls.models.threads import Thread


class FollowState(models.TextChoices):
    FOLLOWING = "following"
    MUTED = "muted"


class Follow(models.Model):
    """Somebody follows a thread, or has muted it. No row: neither."""

    SPACE_PATH = "thread__space"
    LABEL_PATH = "thread__label"

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="follows")
    # The index and the constraint below begin with this key: none of its own.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows", db_index=False)
    state = models.CharField(max_length=10, choices=FollowState.choices, default=FollowState.FOLLOWING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="follow_once")]
        # PERF: every feed asks what its viewer muted, mostly nothing, and what they follow.
        indexes = [models.Index(fields=["person", "state", "thread"], name="follow_by_state")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state} {self.thread_id}"


class SavedThread(models.Model):
    """A bookmark; it shows only while its owner may read the thread."""

    SPACE_PATH = "thread__space"
    LABEL_PATH = "thread__label"

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="saved")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_threads")
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="saved_once")]

    def __str__(self) -> str:
        return f"{self.person_id} saved {self.thread_id}"


class ReadMark(models.Model):
    """How far somebody has read a thread: every post up to ``number``."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="read_marks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="read_marks")
    number = models.PositiveIntegerField()
    read_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.thread_id} to {self.number}"


class Vote(models.Model):
    """One voice for an idea."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="votes")
    voted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.thread_id}"
