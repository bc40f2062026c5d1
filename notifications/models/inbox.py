"""What one person is told: one entry per thread, or per group for invitations and requests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groups import policy
from groups.models import Invitation, JoinRequest, Label, Space, SpaceType
from groups.rules import GUESTS_READ_LABELS
from kit import clock, ids, slots
from kit.direction import isolated
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
    ASKS_ACCESS = "asks_access", _("asks to read for a limited time, without being a member: you can decide")
    GOT_ACCESS = "got_access", _("approved your request: you may read there for the time you asked for")
    GOT_NOTHING = "got_nothing", _("approved your request; there is nothing to open at that address")
    NO_ACCESS = "no_access", _("refused your request")
    ANNOUNCEMENT = "announcement", _("announced")
    FOLLOWED = "followed", _("replied in a thread you follow")
    POSTED = "posted", _("wrote in a group of which you want to hear everything")


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
    Reason.ASKS_ACCESS,
)
FOLLOWS = (Reason.FOLLOWED, Reason.ACCEPTED, Reason.PRAISED)
OF_A_GROUP = (Reason.ADMITTED, Reason.INHERITED, Reason.LOOKS_IN, Reason.LOOKED_IN)
# Entries about a matter of an upper floor, which says whom it concerns (slot "inbox.about") and where it is shown.
OF_A_MATTER = {
    Reason.ASKS_ACCESS: "access",
    Reason.GOT_ACCESS: "access",
    Reason.GOT_NOTHING: "access",
    Reason.NO_ACCESS: "access",
}
STRENGTH = {str(reason): place for place, reason in enumerate(Reason)}


class NotificationQuerySet(models.QuerySet):
    def shown_to(self, person):
        """The inbox of ``person``: what they may still read and did not put away, newest first."""
        return self.still_known_to(person).filter(done_at=None).order_by("-told_at", "-pk")

    def put_away_by(self, person):
        """What ``person`` put away and may still read, the last one first."""
        return self.still_known_to(person).exclude(done_at=None).order_by("-done_at", "-pk")

    def still_known_to(self, person):
        """The entries of ``person`` that the rule lets them see now: each ends with the access it tells of."""
        threads = policy.scope(Thread.objects.filter(deleted_at=None), person, "read")
        spaces = policy.spaces_for(person, "know")
        invited = Invitation.objects.filter(person=person, expires_at__gt=clock.now())
        managed = policy.spaces_for(person, "manage")
        asking = JoinRequest.objects.filter(space=models.OuterRef("space"), person=models.OuterRef("actor"))
        matters = models.Q()
        for about_whom, _url_name in slots.filled("inbox.about"):
            if (keys := about_whom(person)) is not None:
                matters |= models.Q(thread=None, space=None, about__in=keys)
        return self.filter(
            matters
            | models.Q(thread__in=threads)
            | models.Q(thread=None, reason=Reason.INVITATION, space__in=invited.values("space"))
            | models.Q(models.Exists(asking), thread=None, reason=Reason.REQUEST, space__in=managed)
            | models.Q(thread=None, reason__in=OF_A_GROUP, space__in=spaces),
            person=person,
        )

    def unread(self):
        return self.filter(read_at=None)


class GroupLevel(models.TextChoices):
    """How much of one group somebody wants to hear; no row: as in their preferences."""

    EVERYTHING = "everything", _("Every thread and every reply")
    USUAL = "usual", _("As in my preferences")
    MENTIONS = "mentions", _("Only what names me")


class GroupWish(models.Model):
    """What one person wants to hear of one group. It gives no sight of it: the rule is asked of every entry."""

    # The constraint below begins with this key: no index of its own.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="group_wishes", db_index=False)
    space = models.ForeignKey(Space, models.CASCADE, related_name="wishes")
    level = models.CharField(max_length=10, choices=GroupLevel.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "space"], name="group_wish_once")]

    def __str__(self) -> str:
        return f"{self.level} of {self.space_id} for {self.person_id}"


class Notification(models.Model):
    """One line of somebody's inbox. Whether it shows is asked of the rule each time it is shown."""

    public_id = ids.PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="notifications")
    space = models.ForeignKey(Space, models.CASCADE, null=True, related_name="notifications")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+", help_text="The newest one.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    about = models.CharField(
        max_length=ids.LENGTH, blank=True, default="", help_text="Public id of another matter (OF_A_MATTER)."
    )
    reason = models.CharField(max_length=12, choices=Reason.choices)
    facts = models.JSONField(default=list, help_text="Last facts it tells of: hearing one twice adds nothing.")
    count = models.PositiveIntegerField(default=1, help_text="Posts since it was last read.")
    told_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now, help_text="Last change of the row: the badge's version.")
    read_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    to_mail_since = models.DateTimeField(
        null=True, help_text="Since when it holds something no mail told of; empty: nothing."
    )

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
            models.UniqueConstraint(
                fields=["person", "about", "reason"], name="notification_once_about", condition=~models.Q(about="")
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-told_at"], name="notification_inbox", condition=models.Q(done_at=None)),
            models.Index(fields=["person", "-changed_at"], name="notification_version"),
            models.Index(
                fields=["to_mail_since"],
                name="notification_to_mail",
                condition=models.Q(to_mail_since__isnull=False, read_at=None, done_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} for {self.person_id}"

    @property
    def place(self) -> Space | None:
        """The group, wall or conversation it happened in; None where it is about another matter."""
        return self.thread.space if self.thread else self.space

    @property
    def has_guests(self) -> bool:
        """True where guests of the place read the thread, too."""
        return bool(self.thread and self.thread.label in GUESTS_READ_LABELS and self.thread.space.has_guest_invitations)

    @property
    def is_private(self) -> bool:
        """True where a mail may only say that there is something: hidden places, confidential threads, break-glass."""
        place = self.place
        is_hidden = place is None or place.type == SpaceType.HIDDEN
        return is_hidden or bool(self.thread and self.thread.label == Label.CONFIDENTIAL)

    @property
    def address(self) -> str:
        """Where the entry leads."""
        if self.about:
            return reverse(slots.named("inbox.about")[OF_A_MATTER[Reason(self.reason)]][1])
        if self.thread is None:
            return self._address_of_space
        return f"/posts/{self.post.public_id}/" if self.post else f"/threads/{self.thread.public_id}/"

    @property
    def _address_of_space(self) -> str:
        if self.space is None:
            return "/inbox/"
        # The small space of a restricted thread has no page but the thread's.
        thread = self.space.threads.filter(deleted_at=None).first() if self.space.is_named_readers else None
        return f"/threads/{thread.public_id}/" if thread else f"/groups/{self.space.public_id}/"

    @property
    def title(self) -> str:
        # SECURITY: no name of what was asked for. Who decides may not know of it, and who asked reads it on the page.
        return str(_("Access by break-glass") if self.about else self.thread or self.space)

    @property
    def sentence(self) -> str:
        """Who did what, in the viewer's language."""
        return _("%(name)s %(did)s.") % {"name": isolated(self.actor.display_name), "did": self.get_reason_display()}

    @property
    def quote(self) -> str:
        """The first words of the newest post, '' where it was deleted or there is none."""
        return excerpt(self.post.text, 140) if self.post and not self.post.deleted_at else ""

    @property
    def others(self) -> int:
        return self.count - 1
