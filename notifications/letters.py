"""What a mail says, and its headers: written when it is sent, of what its reader may see at that moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import dates, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kit import clock, ids
from kit.direction import isolated
from kit.markdown import excerpt
from notifications import news, queries
from notifications.models import NEEDS_YOU, Mail, MailKind, MailWish, Notification
from notifications.models.mails import zone_of
from people.models import Person
from people.queries import company

QUOTED = 700  # characters of a post in a notice
IN_GROUPS = 8  # threads of a digest
_STOP = signing.Signer(salt="notifications.stop")


def letter_of(mail: Mail, wish: MailWish) -> EmailMultiAlternatives | None:
    """The mail in its reader's language and time zone; None when nothing is left to tell."""
    person = mail.person
    with translation.override(person.language), timezone.override(zone_of(person.time_zone)):
        if mail.kind == MailKind.DIGEST:
            return _digest(mail, wish)
        entry = _entries(mail).first()
        return _notice(mail, entry) if entry else None


def _entries(mail: Mail) -> Any:
    """Of what the mail was planned for, what its reader may see now and has neither read nor done."""
    shown = Notification.objects.shown_to(mail.person).unread()
    return shown.filter(pk__in=mail.entries).select_related(*queries.SHOWN)


def _notice(mail: Mail, entry: Notification) -> EmailMultiAlternatives:
    if entry.is_private:
        subject = _("New in a private place")
    else:
        subject = entry.title
    context = {
        "entry": entry,
        "subject": subject,
        "quote": excerpt(entry.post.text, QUOTED) if entry.quote and entry.post else "",
        "address": _absolute(entry.address if entry.thread or not entry.is_private else reverse("notifications:inbox")),
    }
    headers = {}
    if entry.thread:
        # One conversation in a mail client. SECURITY: the word differs from reader to reader, and nobody finds the
        # thread by it.
        of_thread = _message_id(mail.person, f"thread {entry.thread.public_id}")
        headers = {"In-Reply-To": of_thread, "References": of_thread}
    return _letter(mail, "notice", subject, context, headers)


@dataclass(frozen=True, slots=True)
class Line:
    """One thread of a digest: its title, its address and what happened in it."""

    title: str
    address: str
    says: str
    lang: str = ""


@dataclass(slots=True)
class Parts:
    """What a digest holds, in its order."""

    needs: list[Notification] = field(default_factory=list)
    follows: list[Line] = field(default_factory=list)
    rest: list[Line] = field(default_factory=list)
    groups: list[Line] = field(default_factory=list)
    private: int = 0  # in private places: how many, and how many of those need the reader
    private_needs: int = 0
    posts: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.needs or self.follows or self.rest or self.groups or self.private)


def _parts(mail: Mail) -> Parts:
    entries = list(_entries(mail))
    open_entries = [entry for entry in entries if not entry.is_private]
    for entry in open_entries:
        entry.url = _absolute(entry.address)
    sections = queries.Sections.of(open_entries)
    since = mail.since or mail.planned_at - dt.timedelta(days=1)
    told = {entry.thread_id for entry in entries if entry.thread_id}
    found = news.of(mail.person, since=since, but=told, is_for_mail=True)
    threads = [*found.announced, *found.answered, *(thread for place in found.places for thread in place.threads)]
    return Parts(
        needs=sections.needs,
        follows=[_line_of_entry(entry) for entry in sections.follows],
        rest=[_line_of_entry(entry) for entry in sections.rest],
        groups=[_line_of_thread(thread) for thread in threads[:IN_GROUPS]],
        private=len(entries) - len(open_entries),
        private_needs=sum(entry.is_private and entry.reason in NEEDS_YOU for entry in entries),
        posts=found.posts,
    )


def _line_of_entry(entry: Notification) -> Line:
    language = entry.thread.text_language if entry.thread else ""
    return Line(entry.title, _absolute(entry.address), entry.sentence, language)


def _line_of_thread(thread: Any) -> Line:
    says = ngettext("%(count)d new post", "%(count)d new posts", thread.new_posts) % {"count": thread.new_posts}
    return Line(str(thread), _absolute(thread.get_absolute_url()), says, thread.text_language)


def _digest(mail: Mail, wish: MailWish) -> EmailMultiAlternatives | None:
    parts = _parts(mail)
    if parts.is_empty:
        return None
    count = len(parts.needs) + parts.private_needs
    headline = (
        ngettext("One thing needs you.", "%(count)d things need you.", count) % {"count": count}
        if count
        else _("Nothing needs you. Here is what is new.")
    )
    now = timezone.localtime(clock.now())
    context = {
        "parts": parts,
        "greeting": _greeting(now.hour, mail.person.get_short_name()),
        "headline": headline,
        "when": f"{dates.WEEKDAYS[now.weekday()]} {now.day} {dates.MONTHS[now.month]}, {now:%H:%M}",
        "rhythm": queries.rhythm_of(wish),
        "inbox": _absolute(reverse("notifications:inbox")),
    }
    company_name = company().name
    subject = (
        f"{headline.rstrip('.')} · {company_name}"
        if count
        else _("What is new at %(company)s") % {"company": company_name}
    )
    return _letter(mail, "digest", subject, context, {})


def _greeting(hour: int, name: str) -> str:
    if hour < 12:
        return _("Good morning %(name)s.") % {"name": isolated(name)}
    if hour < 18:
        return _("Good afternoon %(name)s.") % {"name": isolated(name)}
    return _("Good evening %(name)s.") % {"name": isolated(name)}


def _letter(
    mail: Mail, template: str, subject: str, context: dict[str, Any], headers: dict[str, str]
) -> EmailMultiAlternatives:
    stop = stop_address(mail.person, mail.kind)
    context |= {
        "company": company(),
        "person": mail.person,
        "stop": stop,
        "preferences": _absolute(reverse("notifications:mail")),
    }
    headers = {
        "Message-ID": _message_id(mail.person, mail.occasion),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        # RFC 8058: one press in the mail client, sent as POST; a GET changes nothing.
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        **headers,
    }
    text = render_to_string(f"notifications/mail/{template}.txt", context)
    letter = EmailMultiAlternatives(
        " ".join(subject.split())[:200], f"{text.strip()}\n", to=[mail.person.email], headers=headers
    )
    letter.attach_alternative(render_to_string(f"notifications/mail/{template}.html", context), "text/html")
    return letter


def _absolute(address: str) -> str:
    return settings.PUBLIC_URL + address


def _message_id(person: Person, what: str) -> str:
    """The same for the same mail to the same reader, whenever it is sent; a keyed word that says nothing."""
    word = ids.derived_public_id(settings.SECRET_KEY, f"mail {person.public_id} {what}")
    return f"<{word}@{urlsplit(settings.PUBLIC_URL).hostname}>"


# The link that stops them -------------------------------------------------------------------------------------------
def stop_address(person: Person, kind: str) -> str:
    """The whole address at which mails of ``kind`` to ``person`` are stopped, signed; it works signed out."""
    return _absolute(reverse("notifications:mail-stop", args=[_STOP.sign_object([person.public_id, str(kind)])]))


def meant_by(token: str) -> tuple[Person, str] | None:
    """Whose mails, and which, the link stops; None for one that we did not write."""
    try:
        public_id, kind = _STOP.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    person = Person.objects.filter(public_id=public_id).first()
    return (person, kind) if person and kind in MailKind.values else None
