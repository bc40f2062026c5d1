"""People of a form become stand-ins, its groups become groups of this company."""

from __future__ import annotations

from django.db import transaction

from groups import services as groups
from groups.models import Role, Space
from imports.validate import Checked
from imports.writing.ledger import Ledger, chunks
from people import services as people
from people.models import Person

PEOPLE_AT_ONCE = 50


def write_people(ledger: Ledger, checked: Checked) -> dict[str, Person]:
    """Inactive stand-ins by source id: no mail, no sign-in, never invited, no readers of anything."""
    known = ledger.rows("person")
    for chunk in chunks(checked.people(), PEOPLE_AT_ONCE):
        new = [person for person in chunk if person.id not in known]
        ledger.written.known["person"] += len(chunk) - len(new)
        with transaction.atomic():
            made = {
                person.id: people.create_person(by=ledger.robot, display_name=person.name, is_stand_in=True).pk
                for person in new
            }
            ledger.enter("person", made)
        known |= made
        ledger.written.new["person"] += len(new)
    rows = Person.objects.in_bulk(known.values())
    return {source_id: rows[pk] for source_id, pk in known.items() if pk in rows}


def write_groups(ledger: Ledger, checked: Checked) -> dict[str, Space]:
    """Groups by source id, managed by the robot and by whoever ordered the import."""
    known = ledger.rows("group")
    for group in checked.groups():
        if group.id in known:
            ledger.written.known["group"] += 1
            continue
        with transaction.atomic():
            space = groups.create_group(
                creator=ledger.robot, name=group.name, type=group.visibility, purpose=group.description
            )
            if ledger.archive.ordered_by is not None:
                groups.add_member(space=space, person=ledger.archive.ordered_by, role=Role.MANAGER, by=ledger.robot)
            ledger.enter("group", {group.id: space.pk})
        known[group.id] = space.pk
        ledger.written.new["group"] += 1
    rows = Space.objects.in_bulk(known.values())
    return {source_id: rows[pk] for source_id, pk in known.items() if pk in rows}
