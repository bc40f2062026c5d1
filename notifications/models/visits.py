"""When somebody was here last, and the last time they were away for days."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models

from kit import clock

#: whoever opened no page for so long was away; longer than a weekend
AWAY_FROM = dt.timedelta(days=3)
#: for so long after they are back they are offered what happened meanwhile
OFFERED_FOR = dt.timedelta(days=7)


class Visit(models.Model):
    """One row a person. Nobody but themselves is told of it."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="visit", primary_key=True)
    seen_at = models.DateTimeField(default=clock.now, help_text="Noted every ten minutes at most.")
    away_since = models.DateTimeField(null=True, help_text="When they were here before the last days away.")
    back_at = models.DateTimeField(null=True)
    caught_up_at = models.DateTimeField(null=True, help_text="When they marked what happened meanwhile as read.")
    before = models.JSONField(
        default=dict, help_text="For undo, by thread key: the number read before, and the one marked."
    )
    entries_at = models.BigIntegerField(default=0, help_text="For undo: the moment their entries were marked at.")

    def __str__(self) -> str:
        return f"{self.person_id} at {self.seen_at:%Y-%m-%d %H:%M}"

    @property
    def is_recent(self) -> bool:
        """True for some days after somebody is back from an absence."""
        return bool(self.away_since and self.back_at and clock.now() - self.back_at < OFFERED_FOR)

    @property
    def is_offered(self) -> bool:
        """The same, until they said that they caught up."""
        return self.is_recent and self.caught_up_at is None
