"""Where imported rows came from, so that an import can be repeated and resumed."""

from __future__ import annotations

from django.db import models

from kit import clock


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
