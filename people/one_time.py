"""Links that work once, for one account: signed, kept nowhere, over after a time and after the next sign-in."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from people.models import Person

# What a link is for: joining the account to an identity of the provider, or coming in without it.
BIND, ENTER = "bind", "enter"
LASTS = {BIND: 24 * 3600, ENTER: 15 * 60}  # seconds


def _state_of(person: Person) -> str:
    """Changes with the first use of a link, a new password, mail address or identity, and when the account closes."""
    bound = sorted(SocialAccount.objects.filter(user=person).values_list("provider", "uid"))
    said = f"{person.password}|{person.email}|{person.last_login}|{person.is_active}|{bound}"
    return salted_hmac("people.one-time", said, algorithm="sha256").hexdigest()[:32]


def token_for(person: Person, purpose: str) -> str:
    """The secret of a new link."""
    return signing.dumps([person.pk, _state_of(person)], salt=f"people.one-time.{purpose}")


def address_for(person: Person, purpose: str) -> str:
    """The whole address of a new link."""
    name = "people:sign-on-link" if purpose == BIND else "people:entry"
    return settings.PUBLIC_URL + reverse(name, args=[token_for(person, purpose)])


def person_of(token: str, purpose: str, *, is_locked: bool = False) -> Person | None:
    """Whose link it is while it counts, else None; ``is_locked``, in a transaction: nobody else uses it meanwhile."""
    try:
        key, state = signing.loads(token, salt=f"people.one-time.{purpose}", max_age=LASTS[purpose])
    except (signing.BadSignature, ValueError, TypeError):
        return None
    rows = Person.objects.select_for_update(of=("self",)) if is_locked else Person.objects.all()
    person = rows.filter(pk=key).first()
    if person is None or not person.may_sign_in or not constant_time_compare(state, _state_of(person)):
        return None
    return person
