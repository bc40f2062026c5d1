"""The Person table, the company they work for, and the links that let a new person in."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kit import clock, ids

NAME_LIMIT = 80
# What nobody sees although Unicode counts it among letters, marks and signs: a joiner, fillers, two vowels, a blank.
_UNSEEN = dict.fromkeys([0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800])


def fold_name(name: str) -> str:
    """``name`` in NFKC without signs that nobody sees or that turn the text around them, and without double spaces.

    Empty where nothing is left that stands by itself, as of accents alone.
    """
    cleaned = unicodedata.normalize("NFKC", name).translate(_UNSEEN)
    # Category C: controls, also those of the direction of writing, halves of characters, and what is no character yet.
    kept = " ".join("".join(c for c in cleaned if unicodedata.category(c)[0] != "C" or c == " ").split())
    return "" if all(unicodedata.category(c)[0] in "MZ" for c in kept) else kept


def fold_words(text: str) -> str:
    """``text`` as it is looked for: lower case, without accents ("Élodie" is found by "elod")."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'").split())


def digest(token: str) -> str:
    """What is stored of a secret link: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    FRENCH = "fr", "Français"


class Theme(models.TextChoices):
    SYSTEM = "system", _("Like the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class NotificationLevel(models.TextChoices):
    EVERYTHING = "everything", _("Everything in what I follow")
    REPLIES = "replies", _("Mentions and replies to me")
    MENTIONS = "mentions", _("Mentions only")


class PersonQuerySet(models.QuerySet):
    def active(self, at=None):
        """Accounts that are open ``at`` a moment, now when nothing is said: switched on, guests before their end."""
        moment = clock.now() if at is None else at
        return self.filter(is_active=True).filter(models.Q(ends_at=None) | models.Q(ends_at__gt=moment))

    def matching(self, words: str):
        """People in whose name, headline, department, place or employer every one of ``words`` occurs."""
        people = self
        for word in fold_words(words).split()[:8]:
            people = people.filter(folded__contains=word)
        return people

    def by_name(self):
        """In the order of a directory: accents and capitals do not move a name."""
        return self.order_by("folded", "pk")

    def real(self):
        """Accounts of somebody: no robots, no bearers of imported names."""
        return self.filter(is_robot=False, is_stand_in=False)

    def employees(self):
        return self.filter(is_employee=True)

    def guests(self):
        return self.filter(is_employee=False)


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):
    """Accounts are made by ``people.services``; this manager only finds them by mail."""

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class Person(AbstractBaseUser):
    """An account: an employee, or a guest of a group (partner, supplier, customer).

    An *inactive stand-in* carries the name of somebody whose discussions were imported; a *robot* is the named
    person in whose name a script acts. Neither can sign in.
    """

    # SECURITY: reset links carry this key in base 36; a random one counts nobody.
    id = models.BigIntegerField(primary_key=True, default=ids.random_key, editable=False)
    public_id = ids.PublicIdField()
    email = models.EmailField(_("mail address"), max_length=254)
    display_name = models.CharField(_("name"), max_length=NAME_LIMIT)
    is_employee = models.BooleanField(_("employee"), default=True)
    employer = models.CharField(_("employer"), max_length=NAME_LIMIT, blank=True)
    sponsor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sponsored", verbose_name=_("sponsor")
    )
    ends_on = models.DateField(_("guest until"), null=True, blank=True, help_text="Last day of access, inclusive.")
    # WHY: docs/decisions/0032; kept by save(), so that no question about access needs a calendar.
    ends_at = models.DateTimeField(null=True, editable=False, help_text="The end of that day where the sponsor is.")

    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    is_editor = models.BooleanField(default=False, help_text="May announce on the company wall.")
    is_stand_in = models.BooleanField(default=False)
    is_robot = models.BooleanField(default=False)

    language = models.CharField(max_length=5, choices=Language.choices, default=Language.ENGLISH)
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    density = models.CharField(max_length=12, choices=Density.choices, default=Density.COMFORTABLE)
    notification_level = models.CharField(
        max_length=12, choices=NotificationLevel.choices, default=NotificationLevel.EVERYTHING
    )
    has_single_keys = models.BooleanField(default=True)
    own_keys = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="Keys of the shortcuts that were changed, by name."
    )

    headline = models.CharField(_("headline"), max_length=160, blank=True)
    about = models.TextField(_("about"), blank=True, validators=[MaxLengthValidator(2000)])
    department = models.CharField(_("department"), max_length=NAME_LIMIT, blank=True)
    place = models.CharField(_("place"), max_length=NAME_LIMIT, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("manager")
    )
    photo = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the picture in the blob store.")

    folded = models.CharField(max_length=600, editable=False, help_text="What the directory looks through.")
    epoch = models.PositiveIntegerField(default=1, help_text="Raised by every loss of rights of this person.")
    joined_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_mail_once", condition=~models.Q(email="")),
            models.UniqueConstraint(
                fields=["display_name"], name="person_robot_once", condition=models.Q(is_robot=True)
            ),
            models.CheckConstraint(
                # SECURITY: a last day without its moment would never end.
                name="person_last_day_has_its_end",
                condition=models.Q(ends_on=None, ends_at=None) | models.Q(ends_on__isnull=False, ends_at__isnull=False),
            ),
            models.CheckConstraint(
                name="person_guest_is_no_administrator",
                condition=models.Q(is_employee=True) | models.Q(is_administrator=False, is_editor=False),
            ),
        ]
        indexes = [
            models.Index(fields=["folded"], name="person_by_name"),
            # PERF: "68 employees can read this" stands on every page with a form; counted from the index alone.
            models.Index(
                fields=["is_employee", "is_active", "is_robot", "is_stand_in", "ends_at"], name="person_readers"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def save(self, *args, **kwargs):
        self.display_name = fold_name(self.display_name)
        said = (self.display_name, self.headline, self.department, self.place, self.employer)
        self.folded = fold_words(" ".join(said))[:600]
        self.ends_at = self.ends_on and clock.end_of(self.ends_on, (self.sponsor or self).time_zone)
        if kwargs.get("update_fields") is not None:
            kept = {"folded", "ends_at"} if {"ends_on", "sponsor"} & {*kwargs["update_fields"]} else {"folded"}
            kwargs["update_fields"] = {*kwargs["update_fields"], *kept}
        super().save(*args, **kwargs)

    @property
    def photo_url(self) -> str:
        """Where the photo is, for whoever may see the person; "" without one."""
        # The name of the address is known here, its view is not: ``profiles`` asks who may see whom.
        return reverse("profiles:photo", args=[self.public_id, self.photo[:16]]) if self.photo else ""

    @property
    def initials(self) -> str:
        words = [word for word in self.display_name.replace("-", " ").split() if word[0].isalnum()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"

    @property
    def is_guest(self) -> bool:
        return not self.is_employee

    @property
    def may_act(self) -> bool:
        """True while the account is open: active, and a guest's end date not passed. A robot may act."""
        return self.is_active and (self.ends_at is None or self.ends_at > clock.now())

    @property
    def may_sign_in(self) -> bool:
        """True for an open account of a real person."""
        return self.may_act and not (self.is_stand_in or self.is_robot)

    @property
    def may_use_password(self) -> bool:
        """True when a password opens this account: local sign-in can be switched off, for all or for employees."""
        return settings.LOCAL_SIGN_IN == "yes" or (settings.LOCAL_SIGN_IN == "guests" and self.is_guest)

    @property
    def may_connect(self) -> bool:
        """True where there is a provider whose accounts open accounts here."""
        return settings.HAS_SIGN_ON

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name.split(" ")[0]


class GroupCreators(models.TextChoices):
    EMPLOYEES = "employees", _("Every employee")
    ADMINISTRATORS = "administrators", _("Administrators only")


class Company(models.Model):
    """The one row about the company this installation serves."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LIMIT, default="Parvis")
    logo = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the picture in the blob store.")
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.ENGLISH)
    has_english = models.BooleanField(default=True)
    has_french = models.BooleanField(default=True)
    group_creators = models.CharField(max_length=16, choices=GroupCreators.choices, default=GroupCreators.EMPLOYEES)
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(name="company_only_one", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return self.name

    @property
    def logo_url(self) -> str:
        """Where the sign is, for everybody; "" without one."""
        return reverse("people:logo", args=[self.logo[:16]]) if self.logo else ""


class AccountInvitation(models.Model):
    """A link that lets one new person make an account; only the digest of its secret is kept."""

    public_id = ids.PublicIdField()
    secret_digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)
    display_name = models.CharField(max_length=NAME_LIMIT, blank=True)
    is_employee = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False, help_text="Only the link of the first start.")
    employer = models.CharField(max_length=NAME_LIMIT, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=5, choices=Language.choices, default=Language.ENGLISH)
    invited_by = models.ForeignKey(Person, models.CASCADE, null=True, related_name="account_invitations")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_by = models.OneToOneField(
        Person, models.CASCADE, null=True, blank=True, related_name="accepted_account_invitation"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.email or self.public_id

    @property
    def is_open(self) -> bool:
        return self.accepted_by_id is None and self.withdrawn_at is None and clock.now() < self.expires_at
