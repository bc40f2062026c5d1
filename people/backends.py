"""Signing in with mail address and password: the same work whether the name is known, unknown, closed or over."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models import BigIntegerField
from django.http import HttpRequest

from kit.prepared import Prepared
from people import queries
from people.models import Person

# Asked at every request.
_BY_KEY = Prepared(lambda key: Person.objects.filter(pk=key), key=BigIntegerField())


class MailBackend(BaseBackend):
    """One look-up and one hash, whatever the answer."""

    def authenticate(
        self, request: HttpRequest | None, email: str | None = None, password: str | None = None, **_other: Any
    ) -> Person | None:
        """The person who signs in so, or None.

        Alike for unknown, wrong, closed, ended, stand-in, robot, and for whom a password opens nothing.
        """
        if not email or not password:
            return None
        person = queries.by_mail(email)
        if person is None:
            # SECURITY: hash once here too, or the time of the answer tells which names exist.
            Person().set_password(password)
            return None
        is_right = person.check_password(password)
        return person if is_right and person.may_sign_in and person.may_use_password else None

    def get_user(self, user_id: int) -> Person | None:
        """The person behind a session, while their account is open and a password opens it."""
        person = _BY_KEY.first(key=user_id)
        # SECURITY: sessions begun with a password end when local sign-in is switched off.
        return person if person is not None and person.may_sign_in and person.may_use_password else None


class VouchedBackend(BaseBackend):
    """Sessions begun without a password: the provider vouched for the person, or whoever printed a link here."""

    def get_user(self, user_id: int) -> Person | None:
        """The person behind a session, while their account is open."""
        person = _BY_KEY.first(key=user_id)
        return person if person is not None and person.may_sign_in else None


class ResetTokens(PasswordResetTokenGenerator):
    """Tokens of reset links: they end with the password, a sign-in, the mail address, two hours, and the account."""

    def check_token(self, user: Person | None, token: str | None) -> bool:
        """True for a token made for ``user`` that still counts."""
        return bool(user and user.may_sign_in and user.may_use_password and super().check_token(user, token))

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.epoch}"
