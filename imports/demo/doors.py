"""Who can be entered with one click on the sign-in page of the demo company."""

from __future__ import annotations

from imports.demo.reading import read_content
from people import queries
from people.models import Person


def people_behind_doors() -> list[Person]:
    """The persons to offer, in the order to offer them; nobody unless this company is the demo."""
    if not queries.company().is_demo:
        return []
    content = read_content()
    mails = [content.people[key].mail for key in content.doors]
    found = {person.email: person for person in Person.objects.active().filter(email__in=mails)}
    return [found[mail] for mail in mails if mail in found]
