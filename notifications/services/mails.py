"""Verbs that plan mails, send them, and change what one wants to be mailed.

A mail is planned in one transaction: its row, which there is once for each occasion, the entries it claims, and a fact.
Whoever hears the fact sends it: a failure is tried again with back-off under the same Message-ID, and given up among
the facts an administrator sees. What it says is asked of the rule when it is sent.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kit import clock, facts
from kit.facts import HeardFact
from notifications import letters
from notifications.models import NEEDS_YOU, Digest, Mail, MailKind, MailWish, Notices, Notification, Outcome
from notifications.models.mails import WAITS, zone_of
from notifications.queries import wish_of
from people.models import Person, PersonQuerySet

#: a digest that could not be planned for so long (nothing ran) is left out
LATE = dt.timedelta(hours=6)
#: what is older is told by the inbox alone: no flood after an outage, or when somebody asks for more mail
OLD = dt.timedelta(days=4)
#: a mail that could not go out for so long does not go any more
TOO_LATE = dt.timedelta(days=1)
KEPT = dt.timedelta(days=60)
AT_ONCE = 500  # of each kind, in one run; the next is a minute later


def plan_mails() -> int:
    """Plan all mails that are due; how many. Called every minute; any number of runs may overlap."""
    if not settings.HAS_MAIL_SERVER:
        return 0
    return _plan_digests() + _plan_notices()


def _addressees() -> PersonQuerySet:
    return Person.objects.active().real().exclude(email="")


# Digests ------------------------------------------------------------------------------------------------------------
def _plan_digests() -> int:
    now, count = clock.now(), 0
    columns = ("time_zone", "mail_wish__digest", "mail_wish__digest_hour", "mail_wish__digest_weekday")
    people = _addressees().exclude(mail_wish__digest=Digest.NEVER)
    for style in people.order_by().values_list(*columns).distinct():
        zone, digest, hour, weekday = style
        wish = MailWish() if digest is None else MailWish(digest=digest, digest_hour=hour, digest_weekday=weekday)
        slot = wish.digest_before(now.astimezone(zone_of(zone)))
        if slot is None or now - slot > LATE:
            continue
        occasion = f"digest {slot:%Y-%m-%d}"
        had = Mail.objects.filter(occasion=occasion).values("person")
        alike = (
            people.filter(**dict(zip(columns, style, strict=True)))
            if digest
            else people.filter(time_zone=zone, mail_wish=None)
        )
        for person in alike.filter(joined_at__lt=slot).exclude(pk__in=had).order_by("pk")[: AT_ONCE - count]:
            count += _plan_digest(person, occasion, slot, wish)
    return count


@transaction.atomic
def _plan_digest(person: Person, occasion: str, slot: dt.datetime, wish: MailWish) -> bool:
    usual = slot - dt.timedelta(days=7 if wish.digest == Digest.WEEKLY else 1)
    last = Mail.objects.filter(person=person, kind=MailKind.DIGEST).order_by("-planned_at").first()
    since = max(last.planned_at, slot - dt.timedelta(days=7)) if last else usual
    mail, is_new = Mail.objects.get_or_create(
        person=person, occasion=occasion, defaults={"kind": MailKind.DIGEST, "since": since}
    )
    if not is_new:
        return False
    untold = Notification.objects.filter(person=person, read_at=None, done_at=None).exclude(to_mail_since=None)
    untold = untold.filter(told_at__gt=clock.now() - max(OLD, slot - usual)).select_for_update()
    mail.entries = sorted(untold.values_list("pk", flat=True))
    mail.save(update_fields=["entries"])
    Notification.objects.filter(pk__in=mail.entries).update(to_mail_since=None)
    facts.tell("mail.planned", mail=mail.pk)
    return True


# Notices ------------------------------------------------------------------------------------------------------------
def _due() -> Q:
    now = clock.now()
    return Q(to_mail_since__lte=now - WAITS, to_mail_since__gt=now - OLD, read_at=None, done_at=None)


def _plan_notices() -> int:
    count = 0
    waiting = Notification.objects.filter(_due()).order_by().values("person")
    for person in _addressees().filter(pk__in=waiting).select_related("mail_wish").order_by("pk"):
        wish = getattr(person, "mail_wish", None) or MailWish(person=person)
        if wish.notices == Notices.NEVER or _is_quiet_for(person, wish):
            continue
        entries = Notification.objects.filter(_due(), person=person)
        if wish.notices == Notices.NEEDS:
            entries = entries.filter(reason__in=NEEDS_YOU)
        for entry in entries.order_by("to_mail_since", "pk")[: AT_ONCE - count]:
            count += _plan_notice(entry)
    return count


def _is_quiet_for(person: Person, wish: MailWish) -> bool:
    return wish.is_quiet(clock.now().astimezone(zone_of(person.time_zone)))


@transaction.atomic
def _plan_notice(entry: Notification) -> bool:
    # Whoever empties the column has claimed it: of two planners one.
    mine = Notification.objects.filter(pk=entry.pk, to_mail_since=entry.to_mail_since, read_at=None, done_at=None)
    if entry.to_mail_since is None or not mine.update(to_mail_since=None):
        return False
    turn = f"{entry.to_mail_since.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"
    mail, is_new = Mail.objects.get_or_create(
        person_id=entry.person_id,
        occasion=f"notice {entry.public_id} {turn}",
        defaults={"kind": MailKind.NOTICE, "entries": [entry.pk]},
    )
    if is_new:
        facts.tell("mail.planned", mail=mail.pk)
    return is_new


# Sending ------------------------------------------------------------------------------------------------------------
def hear_planned(fact: HeardFact) -> None:
    """Send a mail that was planned, to who may still be told and wants it; what it tells of is asked now.

    What a mail server refuses or does not answer is raised: the fact is heard again later, by the same Message-ID.
    """
    mail = Mail.objects.filter(pk=fact.ids["mail"], outcome=Outcome.WAITING).select_related("person").first()
    if mail is None:
        return
    person, wish = mail.person, wish_of(mail.person)
    is_wanted = wish.digest != Digest.NEVER if mail.kind == MailKind.DIGEST else wish.notices != Notices.NEVER
    is_addressed = person.may_sign_in and bool(person.email) and clock.now() - mail.planned_at < TOO_LATE
    if mail.kind == MailKind.NOTICE and is_addressed and is_wanted and _is_quiet_for(person, wish):
        return _put_off(mail)
    letter = letters.letter_of(mail, wish) if is_addressed and is_wanted else None
    if letter is not None:
        letter.send()
    _end(mail, Outcome.SENT if letter is not None else Outcome.NOTHING)
    return None


def _end(mail: Mail, outcome: Outcome) -> None:
    Mail.objects.filter(pk=mail.pk, outcome=Outcome.WAITING).update(outcome=outcome, ended_at=clock.now())


@transaction.atomic
def _put_off(mail: Mail) -> None:
    """It could not go out before the quiet hours began: what it was to tell of is planned again after them."""
    now = clock.now()
    Notification.objects.filter(pk__in=mail.entries, to_mail_since=None).update(to_mail_since=now)
    _end(mail, Outcome.NOTHING)


# Wishes -------------------------------------------------------------------------------------------------------------
@transaction.atomic
def change_mail_wish(*, person: Person, **wishes: object) -> MailWish:
    """Set what ``person`` wants to be mailed; raises ValidationError for what can't be wished."""
    wish = MailWish.objects.select_for_update().filter(person=person).first() or MailWish(person=person)
    for name, value in wishes.items():
        setattr(wish, name, value)
    wish.full_clean(validate_unique=False)
    wish.save()
    return wish


def stop_mails(*, person: Person, kind: str) -> None:
    """No more mails of one kind, as the link in each of them does."""
    if kind == MailKind.DIGEST:
        change_mail_wish(person=person, digest=Digest.NEVER)
    else:
        change_mail_wish(person=person, notices=Notices.NEVER)


def forget_mails() -> int:
    """Drop the record of mails of long ago; how many."""
    return Mail.objects.filter(planned_at__lt=clock.now() - KEPT).delete()[0]
