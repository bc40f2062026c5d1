"""What an inbox shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BigIntegerField, QuerySet
from django.utils.translation import gettext as _

from groups.models import Space
from groups.policy import scope
from kit.prepared import Prepared
from notifications.models import (
    FOLLOWS,
    NEEDS_YOU,
    Digest,
    GroupLevel,
    GroupWish,
    MailWish,
    Notices,
    Notification,
)
from notifications.models.mails import Weekday
from people.models import Person

PAGE = 60
_ANY_UNREAD = Prepared(
    lambda person: Notification.objects.filter(person_id=person, read_at=None, done_at=None).values_list("pk")[:1],
    person=BigIntegerField(),
)


SHOWN = ("thread__space", "space", "post", "post__author", "actor")


def inbox(viewer: Person) -> QuerySet[Notification]:
    """The open entries ``viewer`` may still see, newest first, with what a line shows."""
    return Notification.objects.shown_to(viewer).select_related(*SHOWN)


def put_away(viewer: Person) -> QuerySet[Notification]:
    """What ``viewer`` put away, the last one first, with what a line shows."""
    return Notification.objects.put_away_by(viewer).select_related(*SHOWN)


@dataclass(frozen=True, slots=True)
class Sections:
    """An inbox as it is read: what needs the person, what they follow, and the rest."""

    needs: list[Notification]
    follows: list[Notification]
    rest: list[Notification]

    @classmethod
    def of(cls, entries: list[Notification]) -> Sections:
        """``entries`` sorted by why they are told; each keeps its order."""
        needs = [entry for entry in entries if entry.reason in NEEDS_YOU]
        follows = [entry for entry in entries if entry.reason in FOLLOWS]
        told = {*NEEDS_YOU, *FOLLOWS}
        return cls(needs, follows, [entry for entry in entries if entry.reason not in told])

    @property
    def needs_unread(self) -> int:
        return sum(entry.read_at is None for entry in self.needs)


def level_in(viewer: Person, space: Space) -> GroupLevel:
    """How much ``viewer`` wants to hear of ``space``."""
    row = GroupWish.objects.filter(person=viewer, space=space).first()
    return GroupLevel(row.level) if row else GroupLevel.USUAL


def wishes_of(viewer: Person) -> list[GroupWish]:
    """The groups of which ``viewer`` wants to hear more or less than usual, by name; those they may still read."""
    mine = scope(GroupWish.objects.filter(person=viewer), viewer)
    return list(mine.select_related("space").order_by("space__folded", "pk"))


def unread_count(viewer: Person) -> int:
    """The badge: unread entries the viewer may still see."""
    # PERF: most pages are looked at with nothing unread; the rule is asked only for entries there are.
    if not _ANY_UNREAD.rows(person=viewer.pk):
        return 0
    return Notification.objects.shown_to(viewer).unread().count()


def wish_of(person: Person) -> MailWish:
    """What ``person`` wants to be mailed: their row, or the defaults."""
    return MailWish.objects.filter(person=person).first() or MailWish(person=person)


def rhythm_of(wish: MailWish) -> str:
    """When the digest comes, in a sentence; '' when it never does."""
    hour = f"{wish.digest_hour:02}:00"
    if wish.digest == Digest.WEEKLY:
        day = Weekday(wish.digest_weekday).label
        return _("The digest comes on %(day)s at %(hour)s.") % {"day": day, "hour": hour}
    if wish.digest == Digest.DAILY:
        return _("The digest comes every day at %(hour)s.") % {"hour": hour}
    return _("The digest comes on working days at %(hour)s.") % {"hour": hour} if wish.digest != Digest.NEVER else ""


def mail_words(viewer: Person) -> list[str]:
    """How ``viewer`` is told by mail, in sentences."""
    wish = wish_of(viewer)
    at_once = {
        Notices.NEEDS: _("What needs you, after 15 minutes unread."),
        Notices.EVERYTHING: _("Everything here, after 15 minutes unread."),
    }
    words = [at_once.get(Notices(wish.notices), ""), rhythm_of(wish)]
    return [sentence for sentence in words if sentence] or [_("Nothing.")]
