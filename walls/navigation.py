"""What the palette offers to write."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from kit.navigation import Action
from people.models import Person
from walls.models import Kind


def actions_of(person: Person) -> list[Action]:
    """A new thread, by what it is to be. Where, and who reads it, is said in the composer."""
    address = reverse("walls:thread-create")
    write = Action(url=address, text=_("New thread"), icon="square-pen", words=_("write post discussion"), keys="c")
    asked = Action(
        url=f"{address}?kind={Kind.QUESTION}", text=_("Ask a question"), icon="circle-question-mark", words=_("new")
    )
    idea = Action(url=f"{address}?kind={Kind.IDEA}", text=_("Propose an idea"), icon="lightbulb", words=_("new share"))
    return [write, asked, idea]
