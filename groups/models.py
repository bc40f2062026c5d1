"""Spaces and who belongs to them. Every readable thing stands in exactly one Space."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kit import clock, ids
from people.models import NAME_LIMIT, fold_name, fold_words


class SpaceType(models.TextChoices):
    COMMON = "common", _("Company wall")
    PERSONAL = "personal", _("Personal wall")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    HIDDEN = "hidden", _("Hidden")
    PAGE = "page", _("Company page")
    DIRECT = "direct", _("Private conversation")


GROUP_TYPES = (SpaceType.OPEN, SpaceType.CLOSED, SpaceType.HIDDEN)
MEMBER_TYPES = (*GROUP_TYPES, SpaceType.DIRECT)
# Where a guest can be at all: never in a hidden group, and the company's own walls are its employees'.
GUEST_TYPES = (SpaceType.OPEN, SpaceType.CLOSED, SpaceType.DIRECT)

ICONS = {
    SpaceType.COMMON: "landmark",
    SpaceType.PERSONAL: "user-round",
    SpaceType.OPEN: "hash",
    SpaceType.CLOSED: "lock",
    SpaceType.HIDDEN: "eye-off",
    SpaceType.PAGE: "book-open",
    SpaceType.DIRECT: "messages-square",
}


class Label(models.TextChoices):
    """Confidentiality of a thread. ``restricted`` is no fifth value: it is a Space of named readers."""

    SHARED = "shared", _("Shared with guests")
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")


class Role(models.TextChoices):
    GUEST = "guest", _("Guest")
    MEMBER = "member", _("Member")
    MANAGER = "manager", _("Manager")


class SpaceQuerySet(models.QuerySet["Space"]):
    def groups(self) -> Self:
        """Open, closed and hidden groups, without the small spaces of restricted threads."""
        return self.filter(type__in=GROUP_TYPES, is_named_readers=False)

    def living(self) -> Self:
        return self.filter(archived_at=None)

    def matching(self, words: str) -> Self:
        """Spaces in whose name or purpose every one of ``words`` occurs, accents and capitals aside."""
        spaces = self
        for word in fold_words(words).split()[:8]:
            spaces = spaces.filter(folded__contains=word)
        return spaces

    def by_name(self) -> Self:
        """In the order of a directory: accents and capitals do not move a name."""
        return self.order_by("folded", "pk")


class Space(models.Model):
    """What has readers: the company, a person's wall, a group, a private conversation."""

    # 32 bits: the PostgreSQL index of space and text keeps these keys in an int[] (intarray).
    id = models.AutoField(primary_key=True)
    public_id = ids.PublicIdField()
    type = models.CharField(max_length=10, choices=SpaceType.choices)
    name = models.CharField(_("name"), max_length=NAME_LIMIT, blank=True)
    purpose = models.TextField(_("purpose"), max_length=1000, blank=True)
    folded = models.CharField(max_length=600, editable=False, help_text="What the directory looks through.")
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="personal_space",
        help_text="Whose wall a personal space is.",
    )
    is_named_readers = models.BooleanField(default=False, help_text="The small hidden space of one restricted thread.")
    default_label = models.CharField(max_length=12, choices=Label.choices, default=Label.INTERNAL)
    has_guest_invitations = models.BooleanField(default=False, help_text="Managers may invite guests.")
    people_key = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text="Digest of who is in a private conversation; empty once somebody has left it.",
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="created_spaces")
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=1, help_text="Raised by every loss of rights in this space.")

    objects = SpaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type"], condition=Q(type="common"), name="space_one_common"),
            models.CheckConstraint(
                name="space_owner_if_personal",
                condition=Q(type="personal", owner__isnull=False) | (~Q(type="personal") & Q(owner=None)),
            ),
            models.CheckConstraint(
                name="space_named_readers_hidden", condition=Q(is_named_readers=False) | Q(type="hidden")
            ),
            models.CheckConstraint(name="space_people_key_if_direct", condition=Q(people_key=None) | Q(type="direct")),
            models.CheckConstraint(
                name="space_hidden_has_no_guests", condition=~Q(type="hidden", has_guest_invitations=True)
            ),
        ]
        indexes = [models.Index(fields=["type", "archived_at"], name="space_by_type")]

    def __str__(self) -> str:
        return self.name or str(self.get_type_display())

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = fold_name(self.name)
        self.folded = fold_words(f"{self.name} {self.purpose}")[:600]
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Its page: a group's, a conversation's, the company wall or a person's page."""
        if self.type == SpaceType.DIRECT:
            return reverse("groups:direct-detail", args=[self.public_id])
        if self.type == SpaceType.PERSONAL and self.owner:
            return f"/people/{self.owner.public_id}/"
        if self.type == SpaceType.COMMON:
            return "/wall/"
        return reverse("groups:group-detail", args=[self.public_id])

    @property
    def icon(self) -> str:
        """The icon that tells its type, without looking at who is in it."""
        return ICONS[SpaceType(self.type)]

    @property
    def is_group(self) -> bool:
        return self.type in GROUP_TYPES and not self.is_named_readers

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class Membership(models.Model):
    """Somebody is in: the row means *accepted*. Invited and asking people have rows of their own elsewhere."""

    # The index and the constraint below begin with these keys: none of their own.
    space = models.ForeignKey(Space, models.CASCADE, related_name="memberships", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", db_index=False)
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "space"], name="membership_once")]
        indexes = [models.Index(fields=["space", "role"], name="membership_by_role")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.space_id} as {self.role}"


class Invitation(models.Model):
    """A manager asks somebody with an account into a group; nobody is in before they accept."""

    public_id = ids.PublicIdField()
    space = models.ForeignKey(Space, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sent_invitations")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "person"], name="invitation_once")]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.space_id}"


class JoinRequest(models.Model):
    """Somebody asks to join a closed group; a manager accepts or declines."""

    public_id = ids.PublicIdField()
    space = models.ForeignKey(Space, models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests")
    message = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "person"], name="join_request_once")]

    def __str__(self) -> str:
        return f"{self.person_id} to {self.space_id}"


class TimedAccess(models.Model):
    """Break-glass: an administrator reads a space until a moment, without being in it.

    Made by ``archive`` when two administrators have decided so, and gone when it is over. While it lies here past
    its end it gives nothing (the rule looks at the clock), and counts for :func:`groups.timed.rights_epoch`.
    """

    # The indexes below begin with these keys: none of their own.
    space = models.ForeignKey(Space, models.CASCADE, related_name="timed_accesses", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="timed_accesses", db_index=False)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.TextField(help_text="As it was asked for; the managers of the group read it.")
    started_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["space", "ends_at"], name="timed_access_by_space"),
            models.Index(fields=["person", "ends_at"], name="timed_access_by_person"),
        ]
        constraints = [
            models.CheckConstraint(name="timed_access_takes_two", condition=~Q(person=models.F("approved_by"))),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.space_id} until {self.ends_at:%Y-%m-%d %H:%M}"
