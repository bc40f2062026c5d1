"""Who became administrator, and whose account got another mail address: written down, and waited after.

SECURITY: one person with two accounts could ask with one and decide with the other. Making the second account
administrator, opening one again that was closed, or taking over a colleague's by its mail address, is an entry of the
log, and such an account decides nothing for a week. With the address of a member one would need to ask nobody at all:
that is an entry too, whoever it is.
"""

from __future__ import annotations

import datetime as dt

from archive.models import LogEntry
from archive.services.log import write_down
from kit import clock, facts
from people.models import Person

MADE = "administrator.made"
REOPENED = "administrator.reopened"
ENDED = "administrator.ended"
MAIL_CHANGED = "administrator.mail-changed"
MAIL_OF_ANOTHER = "account.mail-changed"
#: so long somebody new decides nothing
NEW_FOR = dt.timedelta(days=7)


def decides_from(administrator: Person) -> dt.datetime | None:
    """When ``administrator`` may approve something for the first time; None for whoever may now."""
    newest = (
        LogEntry.objects.filter(kind__in=(MADE, REOPENED, MAIL_CHANGED), at__gt=clock.now() - NEW_FOR)
        .filter(content__contains=f'"person":"{administrator.public_id}"')
        .order_by("-number")
        .first()
    )
    return newest.at + NEW_FOR if newest else None


def hear_administrators(fact: facts.HeardFact) -> None:
    """In the transaction of a change: what makes or ends an administrator, or moves somebody's mail, is an entry."""
    fields, key = fact.ids.get("fields", ()), fact.ids.get("by")
    person = Person.objects.get(pk=fact.ids["person"])
    by = Person.objects.filter(pk=key, is_robot=False).first() if key else None
    if "is_administrator" in fields:
        write_down(actor=by, kind=MADE if person.is_administrator else ENDED, person=person.public_id)
    if fact.name == "person.reactivated" and person.is_administrator:
        write_down(actor=by, kind=REOPENED, person=person.public_id)
    if "email" in fields:
        kind = MAIL_CHANGED if person.is_administrator else MAIL_OF_ANOTHER
        write_down(actor=by, kind=kind, person=person.public_id)
