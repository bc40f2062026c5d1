"""The outbox: facts written in the transaction of the change they tell of."""

from __future__ import annotations

from django.db import models

from kit import clock


class Fact(models.Model):
    """Something that happened: a name and ids, kept until every later subscriber has heard it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    ids = models.JSONField(default=dict)
    told_at = models.DateTimeField(default=clock.now)
    heard_by = models.JSONField(default=list, help_text="Names of the subscribers that are done.")
    heard_at = models.DateTimeField(null=True, help_text="When the last of them was done.")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    lease = models.CharField(
        max_length=26, blank=True, default="", db_default="", help_text="Who delivers it at this moment: a random word."
    )
    leased_until = models.DateTimeField(null=True, help_text="When others may take it up; empty: they may now.")
    last_error = models.TextField(blank=True, help_text="Class of the last failure; its text may quote a post.")
    dead_at = models.DateTimeField(null=True, help_text="When delivery was given up; an administrator can retry.")

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="fact_waiting",
                condition=models.Q(heard_at=None, dead_at=None),
            ),
            models.Index(fields=["told_at"], name="fact_told"),
            models.Index(fields=["-dead_at", "-id"], name="fact_given_up", condition=models.Q(dead_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
