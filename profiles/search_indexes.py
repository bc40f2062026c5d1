"""People as search sees them, for whoever may see them in the directory."""

from __future__ import annotations

from haystack import indexes

from groups.queries import visible_people
from kit.markdown import ADDRESSES
from people.models import Person
from search.engines.matching import Gate


class PersonIndex(indexes.SearchIndex, indexes.Indexable):
    text = indexes.CharField(document=True)
    title = indexes.CharField(model_attr="display_name")

    finds = "person"
    visited = ("/people/", "public_id")
    hears = dict.fromkeys(
        ("person.created", "person.changed", "person.deactivated", "person.reactivated"), lambda ids: [ids["person"]]
    )

    def get_model(self):
        return Person

    def index_queryset(self, using=None):
        return Person.objects.filter(is_active=True, is_robot=False, is_stand_in=False)

    def rows(self, viewer):
        return visible_people(viewer)

    def gate(self, viewer):
        # SECURITY: a guest's suggestions come from the people that guest may see, counted one by one.
        if viewer.is_employee:
            return Gate(numbers=None)
        return Gate(numbers=None, rows=frozenset(visible_people(viewer).values_list("pk", flat=True)))

    def prepare_text(self, person):
        return " \n".join(
            filter(None, (person.headline, person.department, person.place, person.employer, person.about))
        )

    def option(self, person):
        """Address, text, icon and detail of one line of a list."""
        return ADDRESSES["person"].format(id=person.public_id), person.display_name, "user", person.headline
