"""The log that is only ever written on, and requests of administrators to read what they are not in."""

from __future__ import annotations

from django.db import models

from kit import ids


class LogEntry(models.Model):
    """One line of the log: what was done, chained to the line before by its hash.

    SECURITY: the database refuses to change or remove a row, or to add one out of turn (migration 0002). No foreign
    key: nothing that happens to an account reaches in here.
    """

    number = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 …: a gap is a loss.")
    at = models.DateTimeField()
    actor = models.CharField(max_length=ids.LENGTH, blank=True, help_text="Public id of who did it; empty: Parvis.")
    kind = models.CharField(max_length=40)
    content = models.TextField(help_text="Canonical JSON (archive.chain).")
    previous = models.CharField(max_length=64, unique=True, help_text="Hash of the entry before.")
    hash = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
