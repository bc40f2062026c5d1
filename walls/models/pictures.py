"""Pictures in posts: bytes lie content-addressed in the blob store, the right to see them hangs on the thread."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kit import clock, ids
from walls.models.posts import Post
from walls.models.threads import Thread
from walls.queries import PictureQuerySet


class Picture(models.Model):
    """One picture in one place. Before its post is sent only its uploader sees it (``thread`` is empty)."""

    SPACE_PATH = "thread__space"
    LABEL_PATH = "thread__label"

    public_id = ids.PublicIdField()
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, blank=True, related_name="pictures")
    post = models.ForeignKey(Post, models.CASCADE, null=True, blank=True, related_name="pictures")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pictures")
    uploaded_at = models.DateTimeField(default=clock.now)
    sha256 = models.CharField(max_length=64, help_text="Of the re-encoded picture in the blob store.")
    thumbnail_sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField(help_text="pixels")
    description = models.CharField(max_length=200, blank=True)

    objects = PictureQuerySet.as_manager()

    def __str__(self) -> str:
        return self.description or self.public_id
