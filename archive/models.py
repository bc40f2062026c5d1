"""The log that is only ever written on, and requests of administrators to read what they are not in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models import Space, TimedAccess
from kit import clock, ids


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


class State(models.TextChoices):
    """Where a request stands. Waiting → running → ended is the whole way; the others end it earlier."""

    WAITING = "waiting", _("Waits for a second administrator")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Over")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Nobody decided in time")
    NOTHING = "nothing", _("Approved; there is nothing to open at this address")


class AccessRequest(models.Model):
    """An administrator asks to read, for a while, what they are not in; another one decides.

    SECURITY: what stands at ``path`` is looked up when two have decided, not before: a request for a hidden group and
    one for an address that never was are the same row.
    """

    public_id = ids.PublicIdField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="access_requests")
    path = models.CharField(max_length=60, help_text="/groups/…/, /threads/…/ or /posts/…/")
    reason = models.TextField()
    hours = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True, help_text="When a running access is over, or was.")
    space = models.ForeignKey(Space, models.SET_NULL, null=True, related_name="+", help_text="What was opened.")
    access = models.OneToOneField(TimedAccess, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "path"], name="access_request_once", condition=models.Q(state="waiting")
            ),
            models.CheckConstraint(
                name="access_request_takes_two",
                condition=~models.Q(asked_by=models.F("decided_by")) | models.Q(decided_by=None),
            ),
        ]
        indexes = [models.Index(fields=["state", "-asked_at"], name="access_request_by_state")]

    def __str__(self) -> str:
        return f"{self.path} for {self.asked_by_id}: {self.state}"
