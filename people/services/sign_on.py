"""Who may come in with an identity of the company's provider, and how an identity and an account are joined.

An identity is an issuer and a subject, nothing else. An account is found by it, never by its mail address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kit import facts
from people import one_time, queries
from people.models import NAME_LIMIT, Language, Person, fold_name
from people.services.accounts import make_person
from people.services.checks import require_administrator, tidy_mail
from people.services.invitations import accept_account_invitation, open_invitation
from people.services.sessions import end_sessions


@dataclass(frozen=True, slots=True)
class Identity:
    """What the provider vouches for: ``provider`` (made from the issuer), ``subject``, and its other ``claims``."""

    provider: str
    subject: str
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def email(self) -> str:
        """The mail address, if the provider says that it was verified; else ""."""
        said = self.claims.get("email")
        is_verified = self.claims.get("email_verified")
        # SECURITY: some providers write "true"; everything else is no.
        if not (is_verified is True or is_verified == "true"):
            return ""
        # What can't be printed can't be stored: halves of characters.
        if not (isinstance(said, str) and said.isprintable()):
            return ""
        try:
            validate_email(tidy_mail(said))
        except ValidationError:
            return ""
        return tidy_mail(said)

    @property
    def display_name(self) -> str:
        """The name the provider knows, or ""."""
        names = [self.claims.get("name"), self.claims.get("preferred_username")]
        return next((fold_name(name)[:NAME_LIMIT] for name in names if isinstance(name, str) and fold_name(name)), "")

    @property
    def is_let_in(self) -> bool:
        """True when the claim the settings ask for is there, or when they ask for none."""
        name, _sign, wanted = settings.OIDC_CLAIM.partition("=")
        if not name:
            return True
        said = self.claims.get(name)
        return wanted in said if isinstance(said, list) else said == wanted

    @property
    def may_be_new(self) -> bool:
        """True when an account is made for who has none."""
        if not (settings.OIDC_NEWCOMERS and self.email):
            return False
        domains = [domain.lower().lstrip("@") for domain in settings.OIDC_DOMAINS]
        return not domains or self.email.rpartition("@")[2] in domains


def account_of(identity: Identity) -> SocialAccount | None:
    """The row that joins ``identity`` to an account."""
    rows = SocialAccount.objects.select_related("user")
    return rows.filter(provider=identity.provider, uid=identity.subject).first()


def is_bound(person: Person) -> bool:
    """True when ``person`` can come in with the provider of now."""
    return SocialAccount.objects.filter(user=person, provider=queries.provider_id()).exists()


@transaction.atomic
def admit(*, identity: Identity, link: str = "", invitation: str = "", language: str = "") -> Person | None:
    """The person who comes in with ``identity``, or None, whatever the reason.

    ``link`` is an administrator's one-time link, ``invitation`` the secret of an invitation; either joins the identity
    first. Without them an unknown identity gets an account only where the settings say so, and never that of another
    with the same mail address.
    """
    if not identity.is_let_in:
        return None
    known = account_of(identity)
    if known is not None:
        # SECURITY: a link or an invitation in the hand of somebody who has an account changes nothing.
        return known.user if known.user.may_sign_in and not (link or invitation) else None
    if link:
        return _by_link(identity, link)
    person = _by_invitation(identity, invitation, language) if invitation else _newcomer(identity, language)
    if person is not None:
        _join(person, identity)
    return person


def _by_link(identity: Identity, token: str) -> Person | None:
    person = one_time.person_of(token, one_time.BIND, is_locked=True)
    if person is None:
        return None
    SocialAccount.objects.filter(user=person, provider=identity.provider).delete()
    end_sessions(person=person)
    _join(person, identity)
    return person


def _by_invitation(identity: Identity, token: str, language: str) -> Person | None:
    promised = open_invitation(token)
    if promised is None or not (promised.email or identity.email):
        return None
    vouched = identity.display_name or (promised.email or identity.email)[:40]
    try:
        return accept_account_invitation(
            token=token,
            display_name=fold_name(promised.display_name) or vouched,
            vouched_name=vouched,
            password="",
            email=identity.email,
            **_speaking(language),
        )
    except ValidationError:
        return None


def _newcomer(identity: Identity, language: str) -> Person | None:
    """A new employee; nobody when the address has an account, or an invitation that says more of them than we know."""
    if not identity.may_be_new or queries.by_mail(identity.email) or queries.is_invited(identity.email):
        return None
    name = identity.display_name or identity.email.partition("@")[0][:NAME_LIMIT]
    return make_person(display_name=name, email=identity.email, **_speaking(language))


def _speaking(language: str) -> dict[str, str]:
    return {"language": language} if language in Language.values else {}


@transaction.atomic
def bind(*, person: Person, identity: Identity) -> None:
    """Let ``person``, signed in here, come in with ``identity`` too; raises ValidationError when either is taken."""
    if not person.may_sign_in:
        raise PermissionDenied
    if not identity.is_let_in:
        raise ValidationError(_("This company account may not come in here."), code="not let in")
    if account_of(identity) is not None:
        raise ValidationError(_("This company account is connected already."), code="taken")
    if SocialAccount.objects.filter(user=person, provider=identity.provider).exists():
        raise ValidationError(_("Your account is connected already. End that connection first."), code="bound")
    _join(person, identity)


def _join(person: Person, identity: Identity) -> None:
    try:
        with transaction.atomic():
            SocialAccount.objects.create(user=person, provider=identity.provider, uid=identity.subject)
    except IntegrityError:
        # Two tabs at once: the other one was first.
        raise ValidationError(_("This company account is connected already."), code="taken") from None
    facts.tell("sign-on.linked", person=person.pk)


@transaction.atomic
def unbind(*, by: Person, person: Person) -> None:
    """Take the provider's way in from ``person``, by an administrator or themselves; every session ends with it.

    Raises ValidationError when they themselves would have no way in left.
    """
    if by.pk != person.pk:
        require_administrator(by)
    elif not (person.may_use_password and person.has_usable_password()):
        raise ValidationError(_("This is your only way in. Set a password first."), code="only way")
    if SocialAccount.objects.filter(user=person).delete()[0]:
        end_sessions(person=person)
        facts.tell("sign-on.unlinked", person=person.pk)


@transaction.atomic
def ask_sign_on_link(*, by: Person, person: Person) -> None:
    """Mail ``person`` a link that joins their account to whom they are at the provider, by an administrator."""
    require_administrator(by)
    if not (settings.HAS_SIGN_ON and person.may_sign_in and person.email):
        raise ValidationError(_("This account can’t be connected."), code="can't be linked")
    facts.tell("sign-on-link.asked", person=person.pk)
