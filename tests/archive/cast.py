"""What tests of break-glass begin with."""

from __future__ import annotations

from archive import services as archive
from archive.models import AccessRequest
from people.models import Person
from tests.conftest import make_person

REASON = "A complaint of 12 November names this place."


def second_administrator() -> Person:
    return make_person("Bo Boss", is_administrator=True)


def asked(asker: Person, space, *, hours: int = 4) -> AccessRequest:
    """A waiting request of ``asker`` for a group (or for the address given)."""
    address = space if isinstance(space, str) else f"http://parvis.example{space.get_absolute_url()}"
    return archive.ask_for_access(administrator=asker, address=address, reason=REASON, hours=hours)


def opened(asker: Person, by: Person, space, *, hours: int = 4) -> AccessRequest:
    """A running access."""
    return archive.approve_access(administrator=by, request=asked(asker, space, hours=hours))
