"""What can be asked about accounts. Who may see whom is no question for this floor: ``groups`` answers it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from kit import clock, slots
from kit.prepared import Prepared
from people.models import AccountInvitation, Company, Person, PersonQuerySet

DEMO_DOORS = 6
# What is drawn of somebody beside their words: name, picture, guest chip and card.
BYLINE = ("public_id", "display_name", "is_employee", "employer", "photo", "department", "headline")


_COMPANY = Prepared(lambda: Company.objects.filter(pk=1))


def company() -> Company:
    """The row of the company served here."""
    return _COMPANY.first() or Company.objects.get_or_create(pk=1)[0]


def company_seen_by(person: Person) -> Company:
    """The company, asked for once as long as ``person`` is held: the frame of a page shows it in several places."""
    if "_company" not in person.__dict__:
        person.__dict__["_company"] = company()
    return person.__dict__["_company"]


def byline(path: str) -> tuple[str, ...]:
    """The columns of :data:`BYLINE` for ``only``, of the person at ``path``."""
    return tuple(f"{path}__{name}" for name in BYLINE)


def pictures_cited(names: Collection[str]) -> set[str]:
    """Which of these blobs are somebody's face or the company's sign."""
    faces = set(Person.objects.filter(photo__in=names).values_list("photo", flat=True))
    return faces | set(Company.objects.filter(logo__in=names).values_list("logo", flat=True))


def by_mail(email: str) -> Person | None:
    """Whoever signs in with ``email``, whatever its capitals."""
    return Person.objects.filter(email__iexact=email.strip()).first() if email.strip() else None


def is_invited(email: str) -> bool:
    """True while a link that was sent to ``email`` opens something."""
    waiting = AccountInvitation.objects.filter(accepted_by=None, withdrawn_at=None, expires_at__gt=clock.now())
    return waiting.filter(email__iexact=email).exists()


def provider_id() -> str:
    """What stands beside a subject of the provider of single sign-on in the database.

    SECURITY: made from the issuer, so that the subjects of one provider never open accounts for another: a changed
    ``PARVIS_OIDC_URL`` matches nobody.
    """
    return "oidc-" + hashlib.sha256(settings.OIDC_URL.rstrip("/").encode()).hexdigest()[:32]


def mark_of(email: str) -> str:
    """A mail address as a fact may carry it: nobody reads it there, also when it is a stranger's."""
    return salted_hmac("people.mail", email.strip().lower()).hexdigest()


def by_mark(mark: str) -> Person | None:
    """Whoever signs in with the address of this mark. Looks through all addresses: for background work only."""
    addresses = Person.objects.exclude(email="").values_list("pk", "email")
    found = next((pk for pk, email in addresses.iterator() if constant_time_compare(mark_of(email), mark)), None)
    return Person.objects.filter(pk=found).first() if found is not None else None


def administrators() -> PersonQuerySet:
    """People who administer and can sign in now."""
    return Person.objects.active().real().filter(is_administrator=True)


def has_people() -> bool:
    """True once anybody can sign in, or could."""
    return Person.objects.real().exists()


def person_again(person: Person) -> Person:
    """The row of ``person`` as it is now, for a form that writes into its instance."""
    return Person.objects.select_related("manager", "sponsor").get(pk=person.pk)


def demo_people(company: Company) -> list[Person]:
    """Who is entered with one click on the sign-in page: nobody unless the company is a demo, with local sign-in.

    The slot ``sign-in.demo-people`` holds callables that give mail addresses in the order to show; without them the
    first six people are shown.
    """
    if not company.is_demo or settings.LOCAL_SIGN_IN != "yes":
        return []
    people = Person.objects.active().real()
    mails = [mail for ask in slots.filled("sign-in.demo-people") for mail in ask()]
    if not mails:
        return list(people.order_by("joined_at", "display_name")[:DEMO_DOORS])
    by_mail = {person.email: person for person in people.filter(email__in=mails)}
    return [by_mail[mail] for mail in mails if mail in by_mail]
