"""What a person wants to be mailed, and the record of what was."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from django.conf import settings
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from kit import clock

#: nothing is mailed at once that was unread for less
WAITS = dt.timedelta(minutes=15)
SATURDAY = 5


class Notices(models.TextChoices):
    """What is mailed as it happens."""

    NEEDS = "needs", _("What needs me, when I have not read it after 15 minutes")
    EVERYTHING = "everything", _("Everything in my inbox, when I have not read it after 15 minutes")
    NEVER = "never", _("Nothing at once")


class Digest(models.TextChoices):
    """How often what was not mailed at once comes together."""

    WORKDAYS = "workdays", _("On working days")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


class Weekday(models.IntegerChoices):
    MONDAY = 0, WEEKDAYS[0]
    TUESDAY = 1, WEEKDAYS[1]
    WEDNESDAY = 2, WEEKDAYS[2]
    THURSDAY = 3, WEEKDAYS[3]
    FRIDAY = 4, WEEKDAYS[4]
    SATURDAY = 5, WEEKDAYS[5]
    SUNDAY = 6, WEEKDAYS[6]


class MailWish(models.Model):
    """What one person wants to be mailed, by the clock of their time zone; without a row, the defaults hold."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_wish", primary_key=True)
    notices = models.CharField(max_length=10, choices=Notices.choices, default=Notices.NEEDS)
    digest = models.CharField(max_length=10, choices=Digest.choices, default=Digest.WORKDAYS)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    digest_weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, default=Weekday.MONDAY)
    quiet_from = models.PositiveSmallIntegerField(default=19, help_text="Hour; the same as the end: never quiet.")
    quiet_until = models.PositiveSmallIntegerField(default=8)
    is_quiet_on_weekends = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_wish_hours",
                condition=models.Q(digest_hour__lt=24, quiet_from__lt=24, quiet_until__lt=24, digest_weekday__lt=7),
            )
        ]

    def __str__(self) -> str:
        return f"{self.notices}, {self.digest} for {self.person_id}"

    def is_quiet(self, at: dt.datetime) -> bool:
        """True when nothing is mailed at once at that moment (in the person's own zone)."""
        if self.is_quiet_on_weekends and at.weekday() >= SATURDAY:
            return True
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at.hour < self.quiet_until
        return at.hour >= self.quiet_from or at.hour < self.quiet_until

    def digest_before(self, at: dt.datetime) -> dt.datetime | None:
        """The last moment up to ``at`` (in the person's own zone) for which a digest was wished; None for none."""
        for days in range(8 if self.digest != Digest.NEVER else 0):
            day = at.date() - dt.timedelta(days=days)
            slot = dt.datetime.combine(day, dt.time(self.digest_hour), tzinfo=at.tzinfo)
            if self._is_for(day) and slot <= at:
                return slot
        return None

    def _is_for(self, day: dt.date) -> bool:
        if self.digest == Digest.WEEKLY:
            return day.weekday() == self.digest_weekday
        return self.digest == Digest.DAILY or day.weekday() < SATURDAY


def zone_of(name: str) -> dt.tzinfo:
    """The time zone called so; UTC when there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


class MailKind(models.TextChoices):
    NOTICE = "notice"
    DIGEST = "digest"


class Outcome(models.TextChoices):
    WAITING = ""
    SENT = "sent"
    NOTHING = "nothing"  # seen, done, lost or no more wanted before it went out


class Mail(models.Model):
    """One mail: planned once, with what it tells of, and kept so that nothing is told twice. No words stand here."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mails", db_index=False)
    kind = models.CharField(max_length=6, choices=MailKind.choices)
    occasion = models.CharField(max_length=80, help_text="What there is one mail for: an entry's turn, or a day.")
    entries = models.JSONField(default=list, help_text="Keys of the entries it tells of, while they may be seen.")
    since = models.DateTimeField(null=True, help_text="Of a digest: from when on it tells of groups.")
    planned_at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "occasion"], name="mail_once")]
        indexes = [models.Index(fields=["planned_at"], name="mail_planned")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"
