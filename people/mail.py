"""Mails about accounts: short, in the reader's language, sent by background work only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac

from kit import clock
from kit.facts import HeardFact
from people import one_time, queries
from people.backends import ResetTokens
from people.models import AccountInvitation, Person
from people.services import invitation_link


def _send(template: str, *, to: str, language: str, message_id: str, **context: Any) -> None:
    """Render ``people/mail/<template>.txt`` (first line: the subject) and send it."""
    with translation.override(language):
        said = render_to_string(f"people/mail/{template}.txt", {"company": queries.company(), **context})
    subject, _, body = said.strip().partition("\n")
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    EmailMessage(" ".join(subject.split()), f"{body.strip()}\n", to=[to], headers=headers).send()


def _id_of(fact: HeardFact) -> str:
    """One Message-ID per fact: a mail sent again after an unknown outcome carries the same.

    SECURITY: nothing of the fact's key, which counts everything told in the company, also in groups the reader may not
    know: what it says and the microsecond of it are as much its own.
    """
    said = f"{fact.name} {sorted(fact.ids.items())} {fact.told_at.timestamp():.6f}"
    word = salted_hmac("people.message-id", said, algorithm="sha256").hexdigest()[:32]
    return f"<{word}.{fact.told_at:%Y%m%d%H%M%S}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def hear_reset_asked(fact: HeardFact) -> None:
    """A link to set a new password, to an open account; nothing to anybody else, and nothing long after."""
    if clock.now() - fact.told_at > dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT):
        return
    person = queries.by_mark(fact.ids["mark"])
    if person is None or not (person.may_sign_in and person.may_use_password):
        return
    key = {"uidb36": user_pk_to_url_str(person), "key": ResetTokens().make_token(person)}
    address = settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=key)
    _send(
        "reset",
        to=person.email,
        language=person.language or fact.ids["language"],
        message_id=_id_of(fact),
        person=person,
        address=address,
    )


def hear_invitation(fact: HeardFact) -> None:
    """Send the link of a new invitation, while it opens something."""
    row = AccountInvitation.objects.select_related("invited_by").filter(pk=fact.ids["invitation"]).first()
    if row is None or not row.email or not row.is_open:
        return
    _send(
        "invitation",
        to=row.email,
        language=row.language,
        message_id=_id_of(fact),
        invitation=row,
        address=invitation_link(row),
    )


def hear_password_changed(fact: HeardFact) -> None:
    """Tell the owner of an account that its password changed."""
    person = Person.objects.filter(pk=fact.ids["person"]).first()
    if person is None or not person.email or not person.may_sign_in:
        return
    address = settings.PUBLIC_URL + reverse("account_reset_password")
    _send(
        "password_changed",
        to=person.email,
        language=person.language,
        message_id=_id_of(fact),
        person=person,
        address=address,
    )


def hear_sign_on_link_asked(fact: HeardFact) -> None:
    """A link that joins an account to the person's identity at the provider; nothing long after it was asked for."""
    if clock.now() - fact.told_at <= dt.timedelta(seconds=one_time.LASTS[one_time.BIND]):
        _tell_of_sign_on("sign_on_link", fact, address=lambda person: one_time.address_for(person, one_time.BIND))


def hear_sign_on_linked(fact: HeardFact) -> None:
    """Tell the owner of an account that there is another way in."""
    _tell_of_sign_on("sign_on_linked", fact)


def _tell_of_sign_on(template: str, fact: HeardFact, *, address: Callable[[Person], str] | None = None) -> None:
    """To the owner of the account, while it is open and the company has a provider."""
    person = Person.objects.filter(pk=fact.ids["person"]).first()
    if person is None or not (person.email and person.may_sign_in and settings.HAS_SIGN_ON):
        return
    _send(
        template,
        to=person.email,
        language=person.language,
        message_id=_id_of(fact),
        person=person,
        provider=settings.OIDC_NAME,
        address=address(person) if address else "",
    )
