"""What one person is told: one entry per thread, or per group for invitations and requests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groups.models import Space
from kit import clock, ids
from walls.models import Post, Thread


class Reason(models.TextChoices):
    MENTION = "mention", _("mentions you")
    REPLY = "reply", _("replied to you")
    FOLLOWED = "followed", _("replied in a thread you follow")
    ACCEPTED = "accepted", _("accepted your answer")
    PRAISED = "praised", _("praised you")
    INVITATION = "invitation", _("invites you to a group")
    REQUEST = "request", _("asks to join your group")
    ADMITTED = "admitted", _("let you into a group")
    ANNOUNCEMENT = "announcement", _("announced")


class Notification(models.Model):
    """One line of somebody's inbox. Whether it shows is asked of the rule each time it is shown."""

    public_id = ids.PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="notifications")
    space = models.ForeignKey(Space, models.CASCADE, null=True, related_name="notifications")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+", help_text="The newest one.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    last_fact = models.BigIntegerField(default=0, help_text="Newest fact it tells of: hearing one twice adds nothing.")
    count = models.PositiveIntegerField(default=1, help_text="Posts since it was last read.")
    told_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "thread"], name="notification_once_thread", condition=models.Q(thread__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["person", "space", "reason", "actor"],
                name="notification_once_space",
                condition=models.Q(thread=None),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-told_at"], name="notification_inbox", condition=models.Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.reason} for {self.person_id}"
