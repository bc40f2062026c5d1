"""What can be asked about accounts. Who may see whom is no question for this floor: ``groups`` answers it."""

from __future__ import annotations

from people.models import Company, Person, PersonQuerySet


def company() -> Company:
    """The row of the company served here."""
    return Company.objects.get_or_create(pk=1)[0]


def by_mail(email: str) -> Person | None:
    """Whoever signs in with ``email``, whatever its capitals."""
    return Person.objects.filter(email__iexact=email.strip()).first() if email.strip() else None


def administrators() -> PersonQuerySet:
    """People who administer and can sign in now."""
    return Person.objects.active().real().filter(is_administrator=True)


def has_people() -> bool:
    """True once anybody can sign in, or could."""
    return Person.objects.real().exists()
