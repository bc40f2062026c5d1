"""Where imported rows came from, so that an import can be repeated and resumed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kit import clock, ids


class Archive(models.Model):
    """One archive of another system that came in here, or is coming in."""

    source = models.CharField(max_length=80, unique=True, help_text="Which system and which archive.")
    secret = models.CharField(
        max_length=64,
        default=ids.token,
        editable=False,
        help_text="Gives its threads and posts their public ids before they are written.",
    )
    robot = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", help_text="Who writes it.")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    begun_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, help_text="When its last run came to its end.")

    def __str__(self) -> str:
        return self.source


class SourceRecord(models.Model):
    """One thing of another system and the row it became here."""

    source = models.CharField(max_length=80, help_text="Which system and which archive.")
    kind = models.CharField(max_length=20, help_text="person, group, thread or post.")
    source_id = models.CharField(max_length=200)
    row_id = models.BigIntegerField(help_text="Primary key of the row it became.")
    imported_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "source_id"], name="source_record_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.source_id}"
