"""What one person is told: one entry per thread, or per group for invitations and requests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groups import policy
from groups.models import Invitation, JoinRequest, Space
from kit import clock, ids
from kit.markdown import excerpt
from walls.models import Post, Thread


class Reason(models.TextChoices):
    """Why somebody is told, strongest first: of two reasons in one thread the stronger stays."""

    MENTION = "mention", _("mentions you")
    DIRECT = "direct", _("wrote to you")
    NAMED = "named", _("named you as a reader")
    REPLY = "reply", _("replied to you")
    REQUEST = "request", _("asks to join")
    INVITATION = "invitation", _("invites you")
    WALL = "wall", _("wrote on your wall")
    ACCEPTED = "accepted", _("accepted your answer")
    PRAISED = "praised", _("praised you")
    ADMITTED = "admitted", _("let you in")
    INHERITED = "inherited", _("has left the company; you manage this group now")
    LOOKS_IN = "looks_in", _("may read here for a limited time, without being a member (break-glass)")
    LOOKED_IN = "looked_in", _("may no longer read here (break-glass is over)")
    ANNOUNCEMENT = "announcement", _("announced")
    FOLLOWED = "followed", _("replied in a thread you follow")


NEEDS_YOU = (
    Reason.MENTION,
    Reason.DIRECT,
    Reason.NAMED,
    Reason.REPLY,
    Reason.REQUEST,
    Reason.INVITATION,
    Reason.WALL,
    Reason.INHERITED,
    Reason.LOOKS_IN,
)
OF_A_GROUP = (Reason.ADMITTED, Reason.INHERITED, Reason.LOOKS_IN, Reason.LOOKED_IN)
STRENGTH = {str(reason): place for place, reason in enumerate(Reason)}


class NotificationQuerySet(models.QuerySet):
    def shown_to(self, person):
        """The inbox of ``person``: what they may still read, newest first. Entries end with the access they tell of."""
        threads = policy.scope(Thread.objects.filter(deleted_at=None), person, "read")
        spaces = policy.spaces_for(person, "know")
        invited = Invitation.objects.filter(person=person, expires_at__gt=clock.now())
        managed = policy.spaces_for(person, "manage")
        asking = JoinRequest.objects.filter(space=models.OuterRef("space"), person=models.OuterRef("actor"))
        return self.filter(
            models.Q(thread__in=threads)
            | models.Q(thread=None, reason=Reason.INVITATION, space__in=invited.values("space"))
            | models.Q(models.Exists(asking), thread=None, reason=Reason.REQUEST, space__in=managed)
            | models.Q(thread=None, reason__in=OF_A_GROUP, space__in=spaces),
            person=person,
            done_at=None,
        ).order_by("-told_at", "-pk")

    def unread(self):
        return self.filter(read_at=None)


class Notification(models.Model):
    """One line of somebody's inbox. Whether it shows is asked of the rule each time it is shown."""

    public_id = ids.PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="notifications")
    space = models.ForeignKey(Space, models.CASCADE, null=True, related_name="notifications")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+", help_text="The newest one.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    facts = models.JSONField(default=list, help_text="Last facts it tells of: hearing one twice adds nothing.")
    count = models.PositiveIntegerField(default=1, help_text="Posts since it was last read.")
    told_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now, help_text="Last change of the row: the badge's version.")
    read_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

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
            models.Index(fields=["person", "-changed_at"], name="notification_version"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} for {self.person_id}"

    @property
    def place(self) -> Space:
        """The group, wall or conversation it happened in."""
        return self.thread.space if self.thread else self.space

    @property
    def address(self) -> str:
        """Where the entry leads."""
        if self.thread is None:
            return self._address_of_space
        return f"/posts/{self.post.public_id}/" if self.post else f"/threads/{self.thread.public_id}/"

    @property
    def _address_of_space(self) -> str:
        # The small space of a restricted thread has no page but the thread's.
        thread = self.space.threads.filter(deleted_at=None).first() if self.space.is_named_readers else None
        return f"/threads/{thread.public_id}/" if thread else f"/groups/{self.space.public_id}/"

    @property
    def title(self) -> str:
        return str(self.thread or self.space)

    @property
    def sentence(self) -> str:
        """Who did what, in the viewer's language."""
        return _("%(name)s %(did)s.") % {"name": self.actor.display_name, "did": self.get_reason_display()}

    @property
    def quote(self) -> str:
        """The first words of the newest post, '' where it was deleted or there is none."""
        return excerpt(self.post.text, 140) if self.post and not self.post.deleted_at else ""

    @property
    def others(self) -> int:
        return self.count - 1
